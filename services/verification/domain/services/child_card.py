"""A child's card (KIA) made once more: lost or worn. Nothing in the register changes. Pure.

Source: Permendagri 2/2016: for who is under 17 and not married; with a photo from the fifth birthday on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import is_adult
from services.verification.domain.orders import child_card
from services.verification.domain.persons import answers_of, check_known, looked_up, needed
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, People, Plan, Rules
from shared.errors import DomainError
from shared.reference.population import PHOTO_FROM_YEARS

CHILD: Final = "child_nik"


def _people(application: Application) -> People:
    return looked_up(application, (CHILD,))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    nik, card = answers.text(CHILD) or "", register.family(application.first.kk_number or "")
    child = card.member(nik) if card is not None else None
    if child is None:
        yield failure("child_not_on_card", f"answers.{CHILD}")
        return
    yield from check_known(register, nik, f"answers.{CHILD}")
    if is_adult(child, today=today):
        yield failure("too_old_for_child_card", f"answers.{CHILD}")
    if (child.age_on(today) >= PHOTO_FROM_YEARS) != answers.is_yes("turned_five"):
        yield failure("turned_five_differs", "answers.turned_five")


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    child = needed(register, answers_of(application).text(CHILD))
    family = register.family_of(child.nik)
    if family is None:
        raise DomainError("holder_not_in_register", "The register has no family with this child.")
    return Plan((child_card(child, family, today),))


KIA_HILANG: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType({"child_not_on_card": CaseRoute.RETURN, "turned_five_differs": CaseRoute.RETURN}),
)
"""Whatever happened to the card before."""
