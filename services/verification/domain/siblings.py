"""The other children of a mother: whether a birth is one that the register has already, perhaps under another spelling. Pure.

Twins are legal, with names that are alike, too: the form says that there were several, and the other's birth order is another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.kinship import is_child_of
from services.verification.domain.names import is_alike, is_named
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.submission import Answers

REGISTERED: Final = "birth_already_registered"


def check_siblings(answers: Answers, parent: Member | None, family: Family, register: Register) -> Iterator[Finding]:
    """Check a birth against the children on the card that it is for, and on the mother's: the father's, where she is not in the register.

    A finding about another child names it by its place among the families that the officer sees: `registered[n].members[n]`.
    """
    born_on, name = answers.date("born_on"), answers.text("child_name") or ""
    if born_on is None:
        return
    if any(row.born_on == born_on and is_named(row.name, name) for row in family.members):
        yield failure("child_already_registered", "answers.child_nik")
    for place, row in _children(parent, family, register):
        if row.born_on == born_on:
            yield from _check_twin(answers, name, row, place)
        elif abs((row.born_on - born_on).days) < PRACTICE.least_days_between_births:
            yield warning("births_too_near", "answers.born_on")


def is_registered(answers: Answers, parent: Member | None, family: Family, register: Register) -> bool:
    """Return whether the register has a child of the same mother, day, sex and birth order."""
    return any(_is_same(answers, row) for _, row in _children(parent, family, register) if row.born_on == answers.date("born_on"))


def _check_twin(answers: Answers, name: str, row: Member, place: str) -> Iterator[Finding]:
    are_twins = answers.text("plurality") != "single"
    if _is_same(answers, row):
        yield failure(REGISTERED, "answers.birth_order")
    elif is_alike(row.name, name) and not (are_twins and row.birth_order is not None):
        yield failure("child_perhaps_registered", place)
    elif not are_twins:
        yield failure("plurality_differs", place)


def _is_same(answers: Answers, row: Member) -> bool:
    return row.birth_order is not None and (row.birth_order, row.sex) == (answers.number("birth_order"), answers.text("child_sex"))


def _children(parent: Member | None, family: Family, register: Register) -> Iterator[tuple[str, Member]]:
    """Yield the rows that name the parent, with their places."""
    if parent is None:
        return
    cards = {family.kk_number, home.kk_number if (home := register.family_of(parent.nik)) is not None else None}
    for number, each in enumerate(register.by_kk.values()):
        if each.kk_number in cards:
            rows = ((f"registered[{number}].members[{index}]", row) for index, row in enumerate(each.members))
            yield from ((place, row) for place, row in rows if is_child_of(row, parent))
