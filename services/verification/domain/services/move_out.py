"""Moves to another regency (classes 4 and 5): the SKPWNI of those who go, and the card of those who stay. Pure.

Sources: Permendagri 108/2019, form F-1.03 of Permendagri 6/2026. Their KTP-el and KIA are withdrawn at the destination. From the issue of
the letter on they are out of the register, with its number and day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import leaving
from services.verification.domain.contents import Destination, MovingLetter
from services.verification.domain.finding import Finding, failure
from services.verification.domain.leaving import card_of_stayers, check_leaving, families_left, leave, people_who_leave, reason_in_words
from services.verification.domain.moving import FamilyMove, MoveClass, MoveKind, move_class, needed_move
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.persons import answers_of, card_of, needed, needed_card, three_digits
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, Plan, Rules
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.lists import code_list

LETTER: Final = "skpwni"
_JOIN: Final = "join"
_WRITTEN: Final = ("reason_text", "street", "destination_village", "destination_district")
"""Answers in people's own words that stand on the letter."""
_OUTSIDE: Final = frozenset({MoveClass.PROVINCE, MoveClass.COUNTRY})


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    yield from check_leaving(application, register, today, _WRITTEN)
    answers, family = answers_of(application), card_of(application, register)
    if family is not None and _class(answers, family) not in _OUTSIDE:
        yield failure("move_is_inside", "answers.destination")


def plan_move_out(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Return the letter, the cards of those who stay, and the register without those who go.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    answers, family = answers_of(application), needed_card(application, register)
    move = needed_move(answers, family)
    if _class(answers, family) not in _OUTSIDE:
        raise DomainError("move_is_inside", "Moves inside the regency are another service.")
    families = families_left(move, answers, register, numbers, today)
    return leave(application, LETTER, _letter(application, move, register, practice), move, families, register, today)


def _class(answers: Answers, family: Family) -> MoveClass:
    return move_class(family.village_code, answers.text("destination") or "")


def _letter(application: Application, move: FamilyMove, register: Register, practice: OfficePractice) -> MovingLetter:
    answers, planned_on = answers_of(application), answers_of(application).date("planned_on")
    if planned_on is None:
        raise DomainError("answer_missing", "planned_on")
    return MovingLetter(
        family=move.family,
        applicant=needed(register, application.first.applicant.nik),
        movers=move.moving,
        destination=_destination(answers),
        reason=reason_in_words(answers),
        move_class=code_list("move_class").label(_class(answers, move.family)).upper(),
        who_moves=code_list("move_kind").label(move.kind).upper(),
        card_of_stayers=code_list("card_after_move").label(card_of_stayers(move, answers, practice)).upper(),
        card_of_movers=code_list("card_after_move").label(_card_of_movers(move, answers, practice)).upper(),
        planned_on=planned_on,
        valid_days=practice.moving_letter_days,
    )


def _card_of_movers(move: FamilyMove, answers: Answers, practice: OfficePractice) -> str:
    """Return what card those who go will have, as a code of the list `card_after_move`."""
    takes_number = move.kind is MoveKind.ALL and practice.number_kept_across_districts
    takes_number = takes_number or (move.leaves_others and practice.head_takes_number)
    return _JOIN if answers.text("card") == _JOIN else "same" if takes_number else "new"


def _destination(answers: Answers) -> Destination:
    return Destination(
        street=(answers.text("street") or "").upper(),
        rt=three_digits(answers.number("rt")),
        rw=three_digits(answers.number("rw")),
        village=(answers.text("destination_village") or "").upper(),
        district=(answers.text("destination_district") or "").upper(),
        regency_code=answers.text("destination") or "",
    )


PINDAH: Final = Rules(
    people=people_who_leave,
    check=_check,
    wishes=leaving.leaving_wishes,
    plan=plan_move_out,
    ways=MappingProxyType(dict.fromkeys((*leaving.FINDINGS, "move_is_inside"), CaseRoute.RETURN)),
)
