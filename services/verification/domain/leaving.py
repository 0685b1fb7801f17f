"""Members of a card who leave this register with a letter, for another regency or another country: what both have alike. Pure.

Sources: form F-1.03 of Permendagri 6/2026, Permendagri 108/2019. From the issue of the letter on they are former members of their family,
with its number and day; those who stay get a card.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from services.verification.domain.contents import Content
from services.verification.domain.families import home_of, without
from services.verification.domain.finding import Finding, failure
from services.verification.domain.moving import FINDINGS as MOVE_FINDINGS
from services.verification.domain.moving import ROWS, FamilyMove, check_move, move_of
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import card_keys, closed_keys, family_cards, person_cards
from services.verification.domain.persons import answers_of, card_of, looked_up
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, Basis, CardWish, Ordered, People, Plan, RegisterChange, Wish
from services.verification.domain.submission import Answers
from services.verification.domain.succession import ADULT, without_head
from shared.reference.lists import code_list
from shared.reference.printing import is_printable

FINDINGS: Final = (*MOVE_FINDINGS, "move_in_past", "answer_unprintable")
"""What the sender can correct alone."""
_OTHER: Final = "other"
_JOIN: Final = "join"


def people_who_leave(application: Application) -> People:
    """Return whom to look up: each member of the card, and who takes care of those who stay."""
    found = looked_up(application, ("new_head_nik", "guardian_nik"), ("guardian_kk_number",), (ROWS,))
    card = application.first.kk_number
    return replace(found, everybody_of=(card,) if card else ())


def check_leaving(application: Application, register: Register, today: date, written: tuple[str, ...]) -> Iterator[Finding]:
    """Check the day, who leaves and who stays. `written`: answers in people's own words that stand on the letter."""
    answers, family = answers_of(application), card_of(application, register)
    planned_on = answers.date("planned_on")
    if planned_on is not None and planned_on < application.first.submitted_on:
        yield failure("move_in_past", "answers.planned_on")
    for name in written:
        if not is_printable((answers.text(name) or "").upper()):
            yield failure("answer_unprintable", f"answers.{name}")
    if family is not None:
        yield from check_move(application, move_of(answers, family), register, today)


def leaving_wishes(application: Application, register: Register, practice: OfficePractice = PRACTICE) -> tuple[Wish, ...]:
    """Return the number that those who stay need, where the head takes theirs along."""
    answers, family = answers_of(application), card_of(application, register)
    if family is None or not practice.head_takes_number or answers.text("remaining") != ADULT:
        return ()
    return (CardWish(home_of(family).district),) if move_of(answers, family).leaves_others else ()


def families_left(move: FamilyMove, answers: Answers, register: Register, numbers: tuple[str, ...], today: date) -> tuple[Family, ...]:
    """Return the families without those who go.

    Raises:
        DomainError: nobody of those who stay can head the family; the check says why.
    """
    if not move.leaves_others:
        return (without(move.family, move.niks, on=today),)
    return without_head(move.left, answers, register, numbers or (move.family.kk_number,), today)


def reason_in_words(answers: Answers) -> str:
    """Return why they move, as the letter says it."""
    reason = answers.text("reason") or _OTHER
    words = answers.text("reason_text") if reason == _OTHER else code_list("move_reason").label(reason)
    return (words or "-").upper()


def card_of_stayers(move: FamilyMove, answers: Answers, practice: OfficePractice) -> str:
    """Return what becomes of the card of those who stay, as a code of the list `card_after_move`."""
    if not move.staying:
        return "none"
    if not move.leaves_others:
        return "same"
    if answers.text("remaining") != ADULT:
        return _JOIN
    return "new" if practice.head_takes_number else "same"


def leave(
    application: Application,
    product: str,
    letter: Content,
    move: FamilyMove,
    families: tuple[Family, ...],
    register: Register,
    today: date,
    *,
    abroad: bool = False,
) -> Plan:
    """Return the letter, the cards of those who stay, and the register without those who go.

    `abroad`: no other office takes their KTP-el and KIA back, so that the letter ends them (Permendagri 108/2019).
    """
    cards, movers = family_cards(families), tuple(member.nik for member in move.moving)
    replaces = (*(card_keys(movers) if abroad else ()), *(() if cards else closed_keys(families)))
    ordered = Ordered(product, letter, move.moving[0].name, f"{product}:{application.first.request_id}", replaces)
    change = RegisterChange(families, Basis(product, today), moved_out=movers, abroad=abroad)
    return Plan((ordered, *cards, *person_cards(register, families, today)), change)
