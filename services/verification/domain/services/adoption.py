"""Adoption by the adopters' report, with the order of a court (form F-2.01D of Permendagri 6/2026). Pure.

What is checked and what follows stands in `domain.adoption`, which a court's own decision follows, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.adoption import WAYS, Adoption, check_adoption, plan_adoption
from services.verification.domain.court_orders import order_of
from services.verification.domain.deeds import with_deed
from services.verification.domain.finding import Finding, failure
from services.verification.domain.persons import answers_of, card_of, check_witnesses, looked_up
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, People, Plan, Rules
from shared.errors import DomainError

_ADOPTERS: Final = ("adoptive_father_nik", "adoptive_mother_nik")


def _people(application: Application) -> People:
    named = looked_up(application, ("child_nik", *_ADOPTERS), groups=("witnesses",))
    return with_deed(named, answers_of(application).text("certificate_number"))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    adoption, answers, card = _adoption(application), answers_of(application), card_of(application, register)
    if adoption is not None:
        yield from check_adoption(adoption, register, today, reported_on=application.first.submitted_on)
    for name in _ADOPTERS:
        nik = answers.text(name)
        if nik is not None and register.person(nik) is not None and card is not None and card.member(nik) is None:
            yield failure("adopter_not_on_card", f"answers.{name}")
    barred = {answers.text(name): "witness_is_party" for name in (*_ADOPTERS, "child_nik")}
    yield from check_witnesses(application, register, barred, today)


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    adoption = _adoption(application)
    if adoption is None:
        raise DomainError("answer_missing", "order_number")
    return plan_adoption(adoption, register, application.first.request_id, today)


def _adoption(application: Application) -> Adoption | None:
    answers = answers_of(application)
    child, order = answers.text("child_nik"), order_of(answers)
    if child is None or order is None:
        return None
    father, mother = map(answers.text, _ADOPTERS)
    return Adoption(child, father, mother, order, answers.text("certificate_number"), answers.text("institution"))


PENGANGKATAN_ANAK: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {**WAYS, **dict.fromkeys(("adopter_not_on_card", "witnesses_same", "witness_is_applicant", "witness_is_party"), CaseRoute.RETURN)}
    ),
)
