"""A child's card (KIA): the first, and one that is lost, worn, expired, or of another regency. Nothing in the register changes. Pure.

Source: Permendagri 2/2016: for who is under 17 and not married, with a birth certificate; without a photo until the fifth birthday, with
one until the day before the seventeenth. Which cards were issued is known to issuance alone: here a certificate that this office made
tells of one, because a card comes with each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from services.verification.domain.certificates import VOID, check_owner, ensure_own
from services.verification.domain.deeds import with_deed
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.kinship import is_child_of
from services.verification.domain.orders import child_card
from services.verification.domain.persons import answers_of, check_known, looked_up, needed
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, People, Plan, Rules
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import ADULT_AGE_YEARS, PHOTO_FROM_YEARS, KkMarital
from shared.reference.regions import is_home

CHILD: Final = "child_nik"
_CERTIFICATE: Final = "birth_certificate_number"
_PAPER: Final = "akta_kelahiran"
_MALFORMED: Final = "certificate_number_malformed"
_NUMBER: Final = re.compile(r"(?=.*[0-9])[0-9A-Z][0-9A-Z./ -]{1,38}[0-9A-Z]")  # offices and decades wrote them in many ways

_More: TypeAlias = Callable[[Member, date], Iterator[Finding]]
"""What one of the services checks of the child beyond the others."""


def _nothing_more(_child: Member, _today: date) -> Iterator[Finding]:
    return iter(())


def _check_first(child: Member, _today: date) -> Iterator[Finding]:
    """Check that there is no card yet: to an officer, for one that was revoked since is not known here."""
    if child.birth_certificate is not None:
        yield failure("child_card_exists", f"answers.{CHILD}")


def _check_expired(child: Member, today: date) -> Iterator[Finding]:
    if child.age_on(today) < PHOTO_FROM_YEARS:
        yield failure("child_card_still_valid", f"answers.{CHILD}")


def _check_arrived(child: Member, _today: date) -> Iterator[Finding]:
    """Check the place of the first registration, which a NIK keeps: a warning, because some left and came back."""
    if is_home(child.nik):
        yield warning("child_registered_here", f"answers.{CHILD}")


def _people(application: Application) -> People:
    return with_deed(looked_up(application, (CHILD,)), _certificate(answers_of(application)))


def _checked(more: _More) -> Callable[[Application, Register, date], Iterator[Finding]]:
    def check(application: Application, register: Register, today: date) -> Iterator[Finding]:
        answers = answers_of(application)
        card = register.family(application.first.kk_number or "")
        child = card.member(answers.text(CHILD) or "") if card is not None else None
        if card is None or child is None:
            yield failure("child_not_on_card", f"answers.{CHILD}")
            return
        yield from check_known(register, child.nik, f"answers.{CHILD}")
        grown = _grown(child, today)
        if grown is not None:
            yield failure(grown, f"answers.{CHILD}")
        else:
            yield from more(child, today)
            yield from _check_photo(answers, child, today)
        yield from _check_certificate(application, child, register)
        yield from _check_carers(answers, child, card)

    return check


def _grown(child: Member, today: date) -> str | None:
    """Return why somebody has a KTP-el and no KIA any more; None of a child."""
    if child.age_on(today) >= ADULT_AGE_YEARS:
        return "too_old_for_child_card"
    return None if child.marital is KkMarital.SINGLE else "married_for_child_card"


def _check_photo(answers: Answers, child: Member, today: date) -> Iterator[Finding]:
    given = answers.values.get("turned_five")  # not asked for a card that has expired: the child is five
    if given is not None and given is not (child.age_on(today) >= PHOTO_FROM_YEARS):
        yield failure("turned_five_differs", "answers.turned_five")


def _check_certificate(application: Application, child: Member, register: Register) -> Iterator[Finding]:
    """Check the number against the register's; where it has none, the paper must show it."""
    given = _certificate(answers_of(application))
    if given is None:
        return
    if others := tuple(check_owner(given, child.nik, register, f"answers.{_CERTIFICATE}")):
        yield from others
        return
    if child.birth_certificate is not None:
        if _letters(given) != _letters(child.birth_certificate):
            yield failure("certificate_number_differs", f"answers.{_CERTIFICATE}")
        return
    if not _NUMBER.fullmatch(given):
        yield failure(_MALFORMED, f"answers.{_CERTIFICATE}")
    if _PAPER not in {attachment.field for attachment in application.first.attachments}:
        yield failure("certificate_paper_needed", f"answers.{_PAPER}")


def _check_carers(answers: Answers, child: Member, card: Family) -> Iterator[Finding]:
    """Check that both parents show their KTP-el where the card has both. Source: Permendagri 2/2016."""
    parents = {member.sex for member in card.members if is_child_of(child, member)}
    if answers.text("carers") == "one" and len(parents) > 1:
        yield failure("both_parents_needed", "answers.carers")


def _certificate(answers: Answers) -> str | None:
    given = answers.text(_CERTIFICATE)
    return " ".join(given.upper().split()) if given is not None else None


def _letters(number: str) -> str:
    return "".join(filter(str.isalnum, number))


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers = answers_of(application)
    child = needed(register, answers.text(CHILD))
    family = register.family_of(child.nik)
    if family is None:
        raise DomainError("holder_not_in_register", "The register has no family with this child.")
    if (grown := _grown(child, today)) is not None:
        raise DomainError(grown, "This person has a KTP-el and no KIA.")
    number = child.birth_certificate or _certificate(answers)
    ensure_own(number, child.nik, register)
    if number is None or not _NUMBER.fullmatch(number):
        raise DomainError(_MALFORMED, "A KIA shows the number of the birth certificate.")
    shown = replace(child, birth_certificate=number)
    return Plan((child_card(shown, family, today),))


_RETURNED: Final = (
    *("child_not_on_card", "too_old_for_child_card", "married_for_child_card", "turned_five_differs", "child_card_still_valid"),
    *("certificate_number_differs", _MALFORMED, "certificate_paper_needed", "both_parents_needed", "certificate_of_another"),
)


def _rules(more: _More) -> Rules:
    ways = MappingProxyType(dict.fromkeys(_RETURNED, CaseRoute.RETURN) | {VOID: CaseRoute.REJECT})
    return Rules(people=_people, check=_checked(more), plan=_plan, ways=ways)


KIA_BARU: Final = _rules(_check_first)
KIA_HILANG: Final = _rules(_nothing_more)
"""Lost or worn."""
KIA_HABIS_MASA: Final = _rules(_check_expired)
KIA_PINDAH: Final = _rules(_check_arrived)
