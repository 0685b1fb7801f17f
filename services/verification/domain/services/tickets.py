"""What ends with an officer's answer in words: data that another office does not find, complaints, days to come and visits. Pure.

No document follows and the register stays as it is. An officer always looks: the finding `answer_awaited` keeps it from being approved with
what is green. Source of the ages of a recording: UU 24/2013 article 63 (a card at 17 or once married), offices record from 16 on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.persons import answers_of, looked_up
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register, years_between
from services.verification.domain.rules import Application, People, Plan, Rules
from services.verification.domain.submission import Answers
from shared.reference.population import ADULT_AGE_YEARS

AWAITED: Final = "answer_awaited"
VISIT_AWAITED: Final = "visit_awaited"
_ELDERLY: Final = "elderly"


def _people(application: Application) -> People:
    return looked_up(application, ())


def _plan(_application: Application, _register: Register, _numbers: tuple[str, ...], _today: date) -> Plan:
    return Plan(())


def _check(_application: Application, _register: Register, _today: date) -> Iterator[Finding]:
    yield failure(AWAITED)


def _check_recording(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    awaited = VISIT_AWAITED if answers.is_yes("needs_visit") else AWAITED
    yield failure(awaited)
    born_on, nik = answers.date("born_on"), answers.text("nik")
    if born_on is None:
        return  # of the other services for which people come on a day
    yield from _check_age(answers, born_on, answers.date("visit_day") or today)
    member = register.person(nik) if nik else None
    if member is not None and member.born_on != born_on:
        yield warning("visit_birth_differs", "answers.born_on")


def _check_age(answers: Answers, born_on: date, on: date) -> Iterator[Finding]:
    age = years_between(born_on, on)
    if age < PRACTICE.youngest_recorded_years and not answers.is_yes("ever_married"):
        yield failure("too_young_to_record", "answers.born_on")
    elif age < ADULT_AGE_YEARS and not answers.is_yes("ever_married"):
        yield warning("card_at_seventeen", "answers.born_on")
    if answers.text("visit_reason") == _ELDERLY and age < PRACTICE.elderly_visit_years:
        yield warning("visit_age_differs", "answers.visit_reason")


KONSOLIDASI: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    # that a number is on another card may be why it is not found: an officer tells it, and nothing goes back to be corrected
    ways=MappingProxyType(dict.fromkeys(("kk_number_differs", "nik_not_in_kk"), CaseRoute.STAFF)),
)
PENGADUAN: Final = Rules(people=_people, check=_check, plan=_plan)
KTP_REKAM: Final = Rules(
    people=_people, check=_check_recording, plan=_plan, ways=MappingProxyType({"too_young_to_record": CaseRoute.REJECT})
)
