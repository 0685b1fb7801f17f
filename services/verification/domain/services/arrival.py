"""People who come from another regency with an SKPWNI: into the register, on a card, with a KTP-el or KIA of this address. Pure.

Sources: Permendagri 108/2019, forms F-1.03, F-1.03B and F-1.03C of Permendagri 6/2026. The register can't know them: what stands on their
card is what they say, and an officer compares it with the letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import settling
from services.verification.domain.finding import Finding, failure
from services.verification.domain.members import named
from services.verification.domain.newcomers import ROWS
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.persons import answers_of
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, Basis, Plan, RegisterChange, Rules
from services.verification.domain.settling import check_settling, people_who_arrive, settled, settling_wishes
from services.verification.domain.submission import Answers
from shared.values import HOME_REGENCY, Malformed, MovingLetterNumber

LETTER: Final = "skpwni"


def check_arrival(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check the letter, those who come with it, and the card that they will be on."""
    yield from check_settling(application, register, today)
    yield from _check_letter(application, register, practice)


def _check_letter(application: Application, register: Register, practice: OfficePractice) -> Iterator[Finding]:
    answers, day = answers_of(application), application.first.submitted_on
    try:
        letter = MovingLetterNumber.parse(answers.text("letter_number") or "")
    except Malformed as malformed:
        yield failure(malformed.code, "answers.letter_number")
        return
    if letter.issued_on != answers.date("letter_on"):
        yield failure("letter_date_differs", "answers.letter_on")
    elif letter.issued_on > day:
        yield failure("letter_in_future", "answers.letter_on")
    elif (day - letter.issued_on).days > practice.moving_letter_days:
        yield failure("letter_expired", "answers.letter_on")
    rows = named(answers, ROWS)
    if letter.regency == HOME_REGENCY and not all(_left_with(row.nik, letter, register) for row in rows):
        yield failure("letter_is_ours", "answers.letter_number")
    persons = answers.number("letter_persons")
    if persons is not None and len(rows) != persons:
        yield failure("letter_must_be_split" if len(rows) < persons else "letter_persons_differ", "answers.letter_persons")


def _left_with(nik: str, letter: MovingLetterNumber, register: Register) -> bool:
    """Return whether somebody left with this letter of ours: who did not move after all is taken back."""
    former = register.moved_out(nik)
    return former is not None and former.letter == letter.text


def plan_arrival(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Return the card that they are on, a KTP-el or KIA for each, and the register with them.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    arrived = settled(application, register, numbers, today, practice)
    change = RegisterChange((arrived.family,), _basis(answers_of(application), today), moved_in=arrived.niks)
    return Plan(arrived.cards(register, today), change)


def _basis(answers: Answers, today: date) -> Basis:
    return Basis(LETTER, answers.date("letter_on") or today, answers.text("letter_number"))


DATANG: Final = Rules(
    people=people_who_arrive,
    check=check_arrival,
    wishes=settling_wishes,
    plan=plan_arrival,
    ways=MappingProxyType(
        {
            **dict.fromkeys(settling.FINDINGS, CaseRoute.RETURN),
            **dict.fromkeys(("letter_date_differs", "letter_in_future", "letter_persons_differ"), CaseRoute.RETURN),
            **dict.fromkeys(("letter_malformed", "letter_date_impossible"), CaseRoute.RETURN),
            "letter_must_be_split": CaseRoute.REJECT,
        }
    ),
)
