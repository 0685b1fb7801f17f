"""A child's akta kelahiran as a form names it and the register knows it: what is checked, and what a side note says of it. Pure.

Of a certificate from before the register kept it, the number that the applicant reads from the quote counts; an officer compares it with
the book before the approval, and the register keeps it from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.certificates import (
    BIRTH,
    NUMBER_FIELD,
    VOID,
    CertificateNumber,
    check_number,
    check_owner,
    ensure_own,
    office_name,
)
from services.verification.domain.finding import Finding, failure
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.rules import People, Ways
from shared.errors import DomainError

DEED: Final = "AKTA KELAHIRAN"
NO_CERTIFICATE: Final = "certificate_needed_first"

WAYS: Final[Ways] = MappingProxyType(
    dict.fromkeys(
        ("certificate_number_other_kind", "certificate_number_differs", "certificate_day_impossible", "certificate_of_another"),
        CaseRoute.RETURN,
    )
    | {NO_CERTIFICATE: CaseRoute.RETURN, VOID: CaseRoute.REJECT}
)
"""Ways of what is found of a child's certificate. One of another office, or with a number of another form, is an officer's."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A certificate of birth that there is. `office`: who made it, where its number says it."""

    number: str
    on: date | None = None
    office: str | None = None

    @property
    def noted(self) -> dict[str, Any]:
        """The fields of a side note about it."""
        return {"deed": DEED, "deed_number": self.number, "deed_on": self.on, "deed_office": self.office}


def deed_of(child: Member, given: str | None, register: Register) -> Deed:
    """Return a child's certificate: the register's, else the one that a form names.

    Raises:
        DomainError: `certificate_needed_first`: there is none; a child gets one first, in the natural parents' names.
            `certificate_of_another`: the register has this number of somebody else.
    """
    text = child.birth_certificate or given or ""
    if not _is_number(text):
        raise DomainError(NO_CERTIFICATE, "The child has no certificate of birth yet.")
    number = CertificateNumber.find(text)
    if number is None:
        return Deed(text.upper(), child.birth_certificate_on)
    ensure_own(text, child.nik, register)
    return Deed(number.text, child.birth_certificate_on or number.given_on, office_name(number))


def known_of(deed: Deed) -> dict[str, Any]:
    """Return what the register keeps of a certificate that an officer compared with the book; of another form of number nothing."""
    return {"birth_certificate": deed.number, "birth_certificate_on": deed.on} if CertificateNumber.find(deed.number) is not None else {}


def with_deed(people: People, given: str | None) -> People:
    """Return whom to look up, and whoever has the certificate that a form names."""
    number = CertificateNumber.find(given)
    return replace(people, certificates=(number.text,)) if number is not None else people


def check_deed(child: Member, given: str | None, register: Register, today: date) -> Iterator[Finding]:
    """Check the number that a form names against the one that the register has, and that it is nobody else's."""
    if not _is_number(given or ""):
        yield failure(NO_CERTIFICATE, NUMBER_FIELD)
        return
    yield from check_number(given, child.birth_certificate, BIRTH, since=child.born_on, today=today)
    yield from check_owner(given, child.nik, register)


def _is_number(text: str) -> bool:
    """Return whether it may be a number at all: who has none writes so in words."""
    return any(char.isdigit() for char in text)
