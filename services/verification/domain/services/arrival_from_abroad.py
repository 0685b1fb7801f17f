"""Citizens who come back from another country to live here: the SKDLN, their card, and a KTP-el or KIA for each. Pure.

Sources: UU 23/2006 article 19 (within 14 days after the arrival), Perpres 96/2018 article 28 (4) (travel document, SKPLN or a letter of the
Indonesian mission), Permendagri 108/2019 article 20 (4), form F-1.03 of Permendagri 6/2026. Who left with our SKPLN is known again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import settling
from services.verification.domain.contents import ArrivalLetter
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.members import Named, named
from services.verification.domain.newcomers import ROWS
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.persons import answers_of
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application, Basis, Ordered, Plan, RegisterChange, Rules
from services.verification.domain.services.move_abroad import LETTER as LEAVING
from services.verification.domain.settling import check_settling, people_who_arrive, settled, settling_wishes
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.lists import code_list
from shared.reference.population import Effect
from shared.reference.printing import is_printable

LETTER: Final = "skdln"
_NONE: Final = "none"
_REPORT_DAYS: Final = 14  # UU 23/2006 article 19 (1)
_WITHOUT: Final = "leaving_letter_missing"


def check_return(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check the day, the letter, those who come, and the card that they will be on."""
    answers, arrived_on = answers_of(application), answers_of(application).date("arrived_on")
    yield from check_settling(application, register, today)
    if arrived_on is not None and (application.first.submitted_on - arrived_on).days > _REPORT_DAYS:
        yield warning("arrival_reported_late", "answers.arrived_on")
    if answers.text("leaving_letter") == _NONE:
        yield failure(_WITHOUT if practice.returns_without_letter else "leaving_letter_needed", "answers.leaving_letter")
        return
    letter_on = answers.date("letter_on")
    if letter_on is not None and arrived_on is not None and letter_on > arrived_on:
        yield failure("letter_after_arrival", "answers.letter_on")
    if not is_printable(_number(answers) or ""):
        yield failure("answer_unprintable", "answers.letter_number")
    if answers.text("leaving_letter") == LEAVING:
        yield from _check_ours(answers, named(answers, ROWS), register)


def _check_ours(answers: Answers, rows: tuple[Named, ...], register: Register) -> Iterator[Finding]:
    """Check an SKPLN against those who left with one of ours: each came back with the letter that the register has."""
    for row in rows:
        former = _gone_abroad(row.nik, register)
        if former is not None and former.letter not in (None, _number(answers)):
            yield failure("leaving_letter_differs", "answers.letter_number")
            return


def _gone_abroad(nik: str, register: Register) -> Former | None:
    former = register.moved_out(nik)
    return former if former is not None and former.reason == Effect.MOVED_ABROAD else None


def _number(answers: Answers) -> str | None:
    """Return the number of the letter as offices write it, blanks aside."""
    number = answers.text("letter_number")
    return "".join(number.split()).upper() if number else None


def plan_return(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Return the SKDLN, the card that they are on, a KTP-el or KIA for each, and the register with them.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    answers, arrived_on = answers_of(application), answers_of(application).date("arrived_on")
    if arrived_on is None:
        raise DomainError("answer_missing", "arrived_on")
    arrived, brought = settled(application, register, numbers, today, practice), answers.text("leaving_letter") or _NONE
    letter = ArrivalLetter(
        family=arrived.family,
        members=arrived.members,
        country=code_list("country").label(answers.text("country") or "-").upper(),
        arrived_on=arrived_on,
        leaving_letter=code_list("leaving_letter").label(brought).upper() if brought != _NONE else None,
        leaving_letter_number=_number(answers),
        leaving_letter_on=answers.date("letter_on"),
    )
    first = arrived.members[0]
    ordered = Ordered(LETTER, letter, first.name, f"{LETTER}:{application.first.request_id}", holder_nik=first.nik)
    change = RegisterChange((arrived.family,), Basis(LETTER, today), moved_in=arrived.niks, abroad=True)
    return Plan((ordered, *arrived.cards(register, today)), change)


DATANG_LN: Final = Rules(
    people=people_who_arrive,
    check=check_return,
    wishes=settling_wishes,
    plan=plan_return,
    ways=MappingProxyType(
        dict.fromkeys(
            (*settling.FINDINGS, "leaving_letter_needed", "letter_after_arrival", "leaving_letter_differs"),
            CaseRoute.RETURN,
        )
    ),
)
