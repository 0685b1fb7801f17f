"""What ends with an officer's answer in words: data that is not found or blocked, complaints, stays, days to come and visits. Pure.

No document follows and the register stays as it is. An officer always looks: the finding `answer_awaited` keeps it from being approved with
what is green. Source of the ages of a recording: UU 24/2013 article 63 (a card at 17 or once married), offices record from 16 on. Who stays
for a time is registered and gets no document (Permendagri 74/2022); who is vulnerable is visited (Permendagri 96/2019).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.families import home_of
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.persons import answers_of, looked_up, new_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register, birthday, years_between
from services.verification.domain.rules import Application, People, Plan, Rules
from services.verification.domain.submission import Answers
from shared.reference.population import ADULT_AGE_YEARS

AWAITED: Final = "answer_awaited"
VISIT_AWAITED: Final = "visit_awaited"
_ELDERLY: Final = "elderly"
_NEVER_RECORDED: Final = "never_recorded"


def _people(application: Application) -> People:
    return looked_up(application, ())


def _people_of(*niks: str) -> Callable[[Application], People]:
    def people(application: Application) -> People:
        return looked_up(application, niks)

    return people


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


def _check_blocked(application: Application, register: Register, today: date) -> Iterator[Finding]:
    """Say what the register knows of a NIK that is blocked: an officer finds the cause and answers."""
    answers = answers_of(application)
    yield failure(AWAITED)
    nik, field = answers.text("holder_nik") or "", "answers.holder_nik"
    holder = register.person(nik)
    if register.late(nik) is not None:
        yield failure("blocked_as_dead", field)
    elif register.moved_out(nik) is not None:
        yield failure("blocked_moved_out", field)
    elif holder is None:
        yield failure("blocked_unknown_here", field)
    elif nik in register.twice:
        yield failure("nik_registered_twice", field)
    elif answers.text("block_cause") == _NEVER_RECORDED and not _may_be_recorded(holder, today):
        yield warning("blocked_too_young", "answers.block_cause")


def _may_be_recorded(member: Member, today: date) -> bool:
    return member.age_on(today) >= PRACTICE.youngest_recorded_years or is_adult(member, today=today)


def check_stay(application: Application, register: Register, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check that somebody stays for a time only, and elsewhere than on their card, as far as the register here knows it."""
    answers = answers_of(application)
    yield failure(AWAITED)
    since, until = answers.date("stays_since"), answers.date("stays_until")
    if since is not None and until is not None:
        if until <= since:
            yield failure("stay_ends_before", "answers.stays_until")
        elif until > birthday(since, practice.longest_stay_years):
            yield failure("stay_too_long", "answers.stays_until")
    home, here = register.family_of(application.first.applicant.nik or ""), new_home(answers, register)
    if home is not None and here is not None and here.is_same(home_of(home)):
        yield failure("stay_at_own_address", "answers.street")


def _check_stay(application: Application, register: Register, _today: date) -> Iterator[Finding]:
    yield from check_stay(application, register)


def _check_vulnerable(application: Application, register: Register, _today: date) -> Iterator[Finding]:
    yield failure(VISIT_AWAITED)
    nik = answers_of(application).text("known_nik")
    if nik is not None:
        yield warning("vulnerable_registered" if register.person(nik) is not None else "vulnerable_nik_unknown", "answers.known_nik")


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
BUKA_BLOKIR: Final = Rules(
    people=_people_of("holder_nik"),
    check=_check_blocked,
    plan=_plan,
    # a number that stands on another card, or for somebody who is gone, may be the cause: nothing goes back to be corrected
    ways=MappingProxyType(dict.fromkeys(("kk_number_differs", "nik_not_in_kk", "nik_registered_twice"), CaseRoute.STAFF)),
)
PENDUDUK_NONPERMANEN: Final = Rules(
    people=_people,
    check=_check_stay,
    plan=_plan,
    ways=MappingProxyType(dict.fromkeys(("stay_ends_before", "stay_at_own_address"), CaseRoute.RETURN)),
)
RENTAN: Final = Rules(people=_people_of("known_nik"), check=_check_vulnerable, plan=_plan)
