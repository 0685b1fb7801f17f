"""Moves inside the regency (classes 1 to 3): no SKPWNI, but cards with the new address. Pure.

Sources: Permendagri 108/2019, forms F-1.03, F-1.03A, F-1.03B and F-1.03C of Permendagri 6/2026. Those who move have a card of their own at
the new address, or join that of a family there. Which of them keeps the number: `office_practice`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import hosting
from services.verification.domain.families import Home, founded, home_of, joined_by, without
from services.verification.domain.finding import Finding, failure
from services.verification.domain.hosting import CARD, HOST, check_host, host_of
from services.verification.domain.kinship import OF_THE_HEAD
from services.verification.domain.members import Named, check_spouses, moved
from services.verification.domain.moving import (
    FINDINGS,
    ROWS,
    FamilyMove,
    MoveClass,
    check_head_of,
    check_move,
    move_class,
    move_of,
    needed_move,
)
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, card_of, looked_up, needed_card, new_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
from services.verification.domain.succession import ADULT, MINORS, without_head
from shared.errors import DomainError
from shared.reference.population import Relation

_JOIN: Final = "join"
_NEAR: Final = frozenset({MoveClass.VILLAGE, MoveClass.DISTRICT})


def _people(application: Application) -> People:
    found = looked_up(application, ("new_head_nik", "guardian_nik", HOST), ("guardian_kk_number", CARD), (ROWS,))
    card = application.first.kk_number
    return replace(found, everybody_of=(card,) if card else ())


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    joins = answers.text("card") == _JOIN
    if family is None:
        yield from check_host(answers, register, (), today) if joins else ()
        return
    move = move_of(answers, family)
    yield from check_move(application, move, register, today)
    if joins:
        yield from check_host(answers, register, move.rows, today, family)
    elif move.rows:
        yield from _check_relations(move, today)
    yield from _check_guardian(answers)
    to = _destination(answers, register)
    if to is not None and to.is_same(home_of(family)):
        yield failure("same_address", f"answers.{CARD}" if joins else "answers.street")


def _check_relations(move: FamilyMove, today: date) -> Iterator[Finding]:
    """Check who heads the card of those who move, and who is husband or wife there."""
    yield from check_head_of(move.rows, move, today)
    heads = (move.family.member(row.nik) for row in move.rows if row.relation is Relation.HEAD)
    for head in filter(None, heads):
        yield from check_spouses(move.rows, head, move.family)


def _check_guardian(answers: Answers) -> Iterator[Finding]:
    """Check that children who stay are not lodged where the others move to: then they move, too."""
    if answers.text("card") == _JOIN and answers.text("remaining") == MINORS and answers.text("guardian_kk_number") == answers.text(CARD):
        yield failure("guardian_is_host", "answers.guardian_kk_number")


def _destination(answers: Answers, register: Register) -> Home | None:
    if answers.text("card") != _JOIN:
        return new_home(answers, register)
    host = host_of(answers, register)
    return home_of(host) if host is not None else None


def _movers_need_number(move: FamilyMove, answers: Answers, to: Home, practice: OfficePractice) -> bool:
    """Return whether those who move get a new number: not where they join a family, nor where theirs goes along."""
    if answers.text("card") == _JOIN:
        return False
    takes = move.has_head and (not move.staying or practice.head_takes_number)
    is_near = move_class(move.family.village_code, to.village_code) in _NEAR
    return not takes or not (is_near or practice.number_kept_across_districts)


def _stayers_need_number(move: FamilyMove, answers: Answers, practice: OfficePractice) -> bool:
    return move.leaves_others and answers.text("remaining") == ADULT and practice.head_takes_number


def move_inside_wishes(application: Application, register: Register, practice: OfficePractice = PRACTICE) -> tuple[Wish, ...]:
    """Return the numbers that are needed: first that of those who move, then that of those who stay."""
    answers, family = answers_of(application), card_of(application, register)
    to = _destination(answers, register)
    if family is None or to is None:
        return ()
    move = move_of(answers, family)
    of_movers = [CardWish(to.district)] if _movers_need_number(move, answers, to, practice) else []
    of_stayers = [CardWish(home_of(family).district)] if _stayers_need_number(move, answers, practice) else []
    return (*of_movers, *of_stayers)


def plan_move_inside(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Return the cards with the new address, and those of the ones who stay.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    answers, family = answers_of(application), needed_card(application, register)
    move, to = needed_move(answers, family), _destination(answers, register)
    if to is None or to.is_same(home_of(family)):
        raise DomainError("same_address", "Nobody moves: it is the address of the card, or none that is known.")
    if any(_check_guardian(answers)):
        raise DomainError("guardian_is_host", "Those who stay would join the same card as those who move.")
    left = list(numbers)
    of_movers = left.pop(0) if _movers_need_number(move, answers, to, practice) else family.kk_number
    of_stayers = left.pop(0) if _stayers_need_number(move, answers, practice) else family.kk_number
    joins = answers.text("card") == _JOIN
    there = _joined(move, answers, register) if joins else _own(move, of_movers, to, today)
    stay = tuple(each for each in _staying(move, answers, register, of_stayers, today) if each.kk_number != there.kk_number)
    families = (there, *stay)
    documents = (*family_cards(families), *person_cards(register, families, today))
    return Plan(documents, RegisterChange(families, Basis("f_103", today)))


def _own(move: FamilyMove, number: str, to: Home, today: date) -> Family:
    """Return the card of those who move, at the new address: under the old number the same family goes on there."""
    members = _with_relations(move, today)
    anew = founded(number, to, members)
    if number != move.family.kk_number:
        return anew
    return replace(move.family, members=anew.members, **{name: getattr(to, name) for name in Home.__slots__})


def _with_relations(move: FamilyMove, today: date) -> tuple[Member, ...]:
    if not move.rows:
        return tuple(replace(each, relation=Relation.HEAD) if len(move.moving) == 1 else each for each in move.moving)
    problem = next(_check_relations(move, today), None)
    if problem is not None:
        raise DomainError(problem.code, f"{problem.field} does not fit.")
    members = moved(move.rows, (move.family,))
    return tuple(sorted(members, key=lambda member: member.relation is not Relation.HEAD))


def _joined(move: FamilyMove, answers: Answers, register: Register) -> Family:
    host = host_of(answers, register)
    if host is None or host.kk_number == move.family.kk_number:
        raise DomainError("host_is_own_card", "Another open family must take them in.")
    rows: tuple[Named, ...] = move.rows
    if not rows or any(row.relation in OF_THE_HEAD for row in rows):
        raise DomainError("relation_not_allowed", "Who joins a family is neither its head nor the head's spouse.")
    return joined_by(host, moved(rows, (move.family,)))


def _staying(move: FamilyMove, answers: Answers, register: Register, number: str, today: date) -> tuple[Family, ...]:
    if not move.leaves_others:
        return (without(move.family, move.niks, on=today),)
    return without_head(move.left, answers, register, (number,), today)


PINDAH_DALAM: Final = Rules(
    people=_people,
    check=_check,
    wishes=move_inside_wishes,
    plan=plan_move_inside,
    ways=MappingProxyType(
        dict.fromkeys((*FINDINGS, *hosting.FINDINGS, "same_address", "movers_need_one_head", "head_stays_head"), CaseRoute.RETURN)
    ),
)
