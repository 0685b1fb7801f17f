"""Moves to another country for a year or longer: the SKPLN of those who go, and the card of those who stay. Pure.

Sources: UU 23/2006 article 18, Perpres 96/2018 article 28 (2), Permendagri 108/2019, form F-1.03 of Permendagri 6/2026. The KTP-el and KIA
of those who go end with the letter. From its issue on they are out of the register, with its number and day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import leaving
from services.verification.domain.contents import LeavingLetter
from services.verification.domain.finding import Finding
from services.verification.domain.leaving import card_of_stayers, check_leaving, families_left, leave, people_who_leave, reason_in_words
from services.verification.domain.moving import needed_move
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.persons import answers_of, needed, needed_card
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, Plan, Rules
from shared.errors import DomainError
from shared.reference.lists import code_list

LETTER: Final = "skpln"
_WRITTEN: Final = ("reason_text", "foreign_address", "responsible")
"""Answers in people's own words that stand on the letter."""


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    yield from check_leaving(application, register, today, _WRITTEN)


def plan_move_abroad(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Return the letter, the cards of those who stay, and the register without those who go.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    answers, family = answers_of(application), needed_card(application, register)
    move, planned_on = needed_move(answers, family), answers.date("planned_on")
    if planned_on is None:
        raise DomainError("answer_missing", "planned_on")
    letter = LeavingLetter(
        family=family,
        applicant=needed(register, application.first.applicant.nik),
        movers=move.moving,
        country=code_list("country").label(answers.text("country") or "-").upper(),
        foreign_address=(answers.text("foreign_address") or "-").upper(),
        responsible=(answers.text("responsible") or "-").upper(),
        reason=reason_in_words(answers),
        who_moves=code_list("move_kind").label(move.kind).upper(),
        card_of_stayers=code_list("card_after_move").label(card_of_stayers(move, answers, practice)).upper(),
        planned_on=planned_on,
    )
    families = families_left(move, answers, register, numbers, today)
    return leave(application, LETTER, letter, move, families, register, today, abroad=True)


PINDAH_LN: Final = Rules(
    people=people_who_leave,
    check=_check,
    wishes=leaving.leaving_wishes,
    plan=plan_move_abroad,
    ways=MappingProxyType(dict.fromkeys(leaving.FINDINGS, CaseRoute.RETURN)),
)
