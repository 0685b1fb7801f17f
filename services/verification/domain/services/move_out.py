"""Moves to another regency (classes 4 and 5): the SKPWNI of those who go, and the card of those who stay. Pure.

Sources: Permendagri 108/2019, form F-1.03 of Permendagri 6/2026. Their KTP-el and KIA are withdrawn at the destination. From the issue of
the letter on they are out of the register, with its number and day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.contents import Destination, MovingLetter
from services.verification.domain.families import home_of, without
from services.verification.domain.finding import Finding, failure
from services.verification.domain.moving import (
    FINDINGS,
    ROWS,
    FamilyMove,
    MoveClass,
    MoveKind,
    check_move,
    move_class,
    move_of,
    needed_move,
)
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import closed_keys, family_cards, person_cards
from services.verification.domain.persons import answers_of, card_of, looked_up, needed, needed_card, three_digits
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, Basis, CardWish, Ordered, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
from services.verification.domain.succession import ADULT, without_head
from shared.errors import DomainError
from shared.reference.lists import code_list
from shared.reference.printing import is_printable

LETTER: Final = "skpwni"
_OTHER: Final = "other"
_JOIN: Final = "join"
_WRITTEN: Final = ("reason_text", "street", "destination_village", "destination_district")
"""Answers in people's own words that stand on the letter."""
_OUTSIDE: Final = frozenset({MoveClass.PROVINCE, MoveClass.COUNTRY})


def _people(application: Application) -> People:
    found = looked_up(application, ("new_head_nik", "guardian_nik"), ("guardian_kk_number",), (ROWS,))
    card = application.first.kk_number
    return replace(found, everybody_of=(card,) if card else ())


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    planned_on = answers.date("planned_on")
    if planned_on is not None and planned_on < application.first.submitted_on:
        yield failure("move_in_past", "answers.planned_on")
    for name in _WRITTEN:
        if not is_printable((answers.text(name) or "").upper()):
            yield failure("answer_unprintable", f"answers.{name}")
    if family is None:
        return
    if _class(answers, family) not in _OUTSIDE:
        yield failure("move_is_inside", "answers.destination")
    yield from check_move(application, move_of(answers, family), register, today)


def move_out_wishes(application: Application, register: Register, practice: OfficePractice = PRACTICE) -> tuple[Wish, ...]:
    """Return the number that those who stay need, where the head takes theirs along."""
    answers, family = answers_of(application), card_of(application, register)
    if family is None or not practice.head_takes_number or answers.text("remaining") != ADULT:
        return ()
    return (CardWish(home_of(family).district),) if move_of(answers, family).leaves_others else ()


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
    families = _after(move, answers, register, numbers, today)
    cards = family_cards(families)
    replaces = () if cards else tuple(closed_keys(families))
    letter = Ordered(
        LETTER,
        _letter(application, move, register, practice),
        move.moving[0].name,
        f"{LETTER}:{application.first.request_id}",
        replaces,
    )
    documents = (letter, *cards, *person_cards(register, families, today))
    return Plan(documents, RegisterChange(families, Basis(LETTER, today), moved_out=tuple(member.nik for member in move.moving)))


def _after(move: FamilyMove, answers: Answers, register: Register, numbers: tuple[str, ...], today: date) -> tuple[Family, ...]:
    if not move.leaves_others:
        return (without(move.family, move.niks, on=today),)
    return without_head(move.left, answers, register, numbers or (move.family.kk_number,), today)


def _class(answers: Answers, family: Family) -> MoveClass:
    return move_class(family.village_code, answers.text("destination") or "")


def _letter(application: Application, move: FamilyMove, register: Register, practice: OfficePractice) -> MovingLetter:
    answers, planned_on = answers_of(application), answers_of(application).date("planned_on")
    if planned_on is None:
        raise DomainError("answer_missing", "planned_on")
    reason = answers.text("reason") or _OTHER
    words = answers.text("reason_text") if reason == _OTHER else code_list("move_reason").label(reason)
    stayers, movers = _cards(move, answers, practice)
    return MovingLetter(
        family=move.family,
        applicant=needed(register, application.first.applicant.nik),
        movers=move.moving,
        destination=_destination(answers),
        reason=(words or "-").upper(),
        move_class=code_list("move_class").label(_class(answers, move.family)).upper(),
        who_moves=code_list("move_kind").label(move.kind).upper(),
        card_of_stayers=code_list("card_after_move").label(stayers).upper(),
        card_of_movers=code_list("card_after_move").label(movers).upper(),
        planned_on=planned_on,
        valid_days=practice.moving_letter_days,
    )


def _cards(move: FamilyMove, answers: Answers, practice: OfficePractice) -> tuple[str, str]:
    """Return what becomes of the cards of those who stay and those who go, as codes of the list `card_after_move`."""
    takes_number = move.kind is MoveKind.ALL and practice.number_kept_across_districts
    takes_number = takes_number or (move.leaves_others and practice.head_takes_number)
    movers = _JOIN if answers.text("card") == _JOIN else "same" if takes_number else "new"
    if not move.staying:
        return "none", movers
    if not move.leaves_others:
        return "same", movers
    if answers.text("remaining") != ADULT:
        return _JOIN, movers
    return "new" if practice.head_takes_number else "same", movers


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
    people=_people,
    check=_check,
    wishes=move_out_wishes,
    plan=plan_move_out,
    ways=MappingProxyType(dict.fromkeys((*FINDINGS, "move_in_past", "move_is_inside", "answer_unprintable"), CaseRoute.RETURN)),
)
