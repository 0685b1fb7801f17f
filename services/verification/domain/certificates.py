"""Numbers of certificates, and what the register holds of a certificate that a request names. Pure.

Form of a number: `3519-LU-28112012-0018`, the office that made it, what it is of, the day on which it was given, a serial. Older numbers
have other forms, of which there is no list: they stand in the books alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Self

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.register import Family, Member, Register
from shared.errors import DomainError
from shared.reference.regions import find_regency
from shared.values import HOME_REGENCY

BIRTH: Final = "birth"
DEATH: Final = "death"
VOID: Final = "certificate_void"
NUMBER_FIELD: Final = "answers.certificate_number"
PRODUCTS: Final[Mapping[str, str]] = MappingProxyType({BIRTH: "akta_kelahiran", DEATH: "akta_kematian"})
"""Code of the list `certificate_kind` -> the product that is its kutipan."""
LATE: Final = "LT"
_OFFICE: Final = "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL"
_LETTERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({BIRTH: ("LU", LATE), DEATH: ("KM",)})
_FORM: Final = re.compile(r"([0-9]{4})([A-Z]{2})([0-9]{2})([0-9]{2})([0-9]{4})([0-9]{4,6})")

WAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("certificate_number_other_form", "certificate_number_other_kind", "certificate_number_differs"), "return"),
        **dict.fromkeys(("certificate_day_impossible", "certificate_of_another"), "return"),
        **dict.fromkeys(("certificate_other_office", VOID), "reject"),
    }
)
"""Ways of what `check_number` finds. A certificate of ours that the register does not know is an officer's, who has the book."""


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """The number of a certificate, in the form in which this office gives them."""

    text: str
    office: str
    letters: str
    given_on: date

    @classmethod
    def find(cls, text: str | None) -> Self | None:
        """Read a number, however people set its parts; None where it has another form."""
        parts = _FORM.fullmatch(re.sub(r"[\s./-]", "", (text or "").upper()))
        if parts is None:
            return None
        office, letters, day, month, year, serial = parts.groups()
        try:
            given_on = date(int(year), int(month), int(day))
        except ValueError:
            return None
        return cls(f"{office}-{letters}-{day}{month}{year}-{serial}", office, letters, given_on)

    @property
    def is_ours(self) -> bool:
        """Whether this office made it."""
        return self.office == HOME_REGENCY

    def is_of(self, kind: str) -> bool:
        """Return whether its letters are those of a kind of certificate."""
        return self.letters in _LETTERS[kind]


def number_key(number: str) -> str:
    """Return a certificate's number in the form in which it is compared: letters and digits, however people set it."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def office_name(number: CertificateNumber) -> str | None:
    """Return the office that made a certificate, as documents print it."""
    regency = find_regency(number.office)
    return f"{_OFFICE} {regency.name.replace('KAB. ', 'KABUPATEN ')}" if regency else None


def needed_number(given: str | None, known: str | None, kind: str) -> CertificateNumber:
    """Return the number of a certificate that is ours and of this kind: the register's, else the one that the form gives.

    Raises:
        DomainError: the code of what `check_number` finds.
    """
    number = CertificateNumber.find(known or given)
    if number is None:
        raise DomainError("certificate_number_other_form", "The number has another form than this office's.")
    if not number.is_ours:
        raise DomainError("certificate_other_office", "Another office made the certificate.")
    if not number.is_of(kind):
        raise DomainError("certificate_number_other_kind", "The number is of another kind of certificate.")
    return number


def check_number(given: str | None, known: str | None, kind: str, *, since: date, today: date) -> Iterator[Finding]:
    """Check the number of a certificate that a form names against the one that the register has. `since`: the day of what it is about."""
    number = CertificateNumber.find(given)
    if number is None:
        yield failure("certificate_number_other_form", NUMBER_FIELD)
    elif not number.is_ours:
        yield failure("certificate_other_office", NUMBER_FIELD)
    elif not number.is_of(kind):
        yield failure("certificate_number_other_kind", NUMBER_FIELD)
    elif not since <= number.given_on <= today:
        yield failure("certificate_day_impossible", NUMBER_FIELD)
    elif known is None:
        yield failure("certificate_unknown_here", NUMBER_FIELD)
    elif (registered := CertificateNumber.find(known)) is None:
        yield failure("certificate_number_other_form", NUMBER_FIELD)
    elif registered.text != number.text:
        yield failure("certificate_number_differs", NUMBER_FIELD)


def certificates_in(family: Family) -> frozenset[str]:
    """Return the numbers of every certificate that the register has of a family's people, annulled ones included."""
    return frozenset(number for _, number in _held(family)) | frozenset(_annulled(family))


def check_owner(given: str | None, nik: str, register: Register, field: str = NUMBER_FIELD) -> Iterator[Finding]:
    """Check that a number is nobody else's, and of no annulled certificate. Whose it is was looked up with the people of the request."""
    number = CertificateNumber.find(given)
    held = [pair for family in register.by_kk.values() for pair in _held(family)]
    if number is not None and any(number.text in _annulled(family) for family in register.by_kk.values()):
        yield failure(VOID, field)
    elif number is not None and any(known == number.text and owner != nik for owner, known in held):
        yield failure("certificate_of_another", field)


def _rows(family: Family) -> tuple[Member, ...]:
    return (*family.members, *(former.member for former in family.former))


def _held(family: Family) -> Iterator[tuple[str, str]]:
    """Yield each certificate in a family with the NIK of the person that it is about."""
    yield from ((member.nik, member.birth_certificate) for member in _rows(family) if member.birth_certificate)
    yield from ((former.member.nik, former.certificate) for former in family.former if former.certificate)


def _annulled(family: Family) -> Iterator[str]:
    yield from (number for member in _rows(family) for number in member.annulled)


def ensure_own(given: str | None, nik: str, register: Register) -> None:
    """Refuse to write a number that is somebody else's, or of an annulled certificate, whoever approves.

    Raises:
        DomainError: `certificate_of_another` or `certificate_void`.
    """
    for found in check_owner(given, nik, register):
        raise DomainError(found.code, "The register has this number of another person, or as annulled.")


def check_word(field: str, given: object, known: object) -> Iterator[Finding]:
    """Warn where the form says something else of a certificate than the register, which is what counts."""
    if None not in (given, known) and given != known:
        yield warning("certificate_words_differ", f"answers.{field}")
