"""Whether somebody who has no number is in the register already, under another spelling. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from services.verification.domain.checks import PENDING
from services.verification.domain.finding import Finding, failure
from services.verification.domain.names import is_alike
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Likeness, Plan

PERHAPS: Final = "person_perhaps_registered"


def is_perhaps(member: Member, wanted: Likeness) -> bool:
    """Return whether a row may be of the same person."""
    if member.born_on != wanted.born_on:
        return False
    return is_alike(member.name, wanted.name) or (member.sex == wanted.sex and is_alike(member.mother, wanted.mother))


def has_alike(family: Family, wanted: Iterable[Likeness]) -> bool:
    """Return whether one of them may be, or have been, in a family."""
    rows = (*family.members, *(former.member for former in family.former))
    return any(is_perhaps(row, each) for each in wanted for row in rows)


def check_awaited(case_id: str, plan: Plan, register: Register) -> Iterator[Finding]:
    """Check that nobody comes into the register twice: not by another approval whose documents are still being made, nor its number."""
    change = plan.change
    others = [family for family in register.awaited if family.pending != case_id]
    if change is None or not others:
        return
    coming, numbers = {*change.born, *change.moved_in}, {family.kk_number for family in change.families}
    rows = [row for family in change.families for row in family.members if row.nik in coming]
    of_no_number = [Likeness(row.name, row.born_on, row.sex, row.mother) for row in rows if row.nik in change.born]
    if any(family.kk_number in numbers or _holds(family, rows) or has_alike(family, of_no_number) for family in others):
        yield failure(PENDING)


def _holds(family: Family, rows: Iterable[Member]) -> bool:
    return any(family.member(row.nik) is not None for row in rows)


def check_likeness(wanted: Likeness, register: Register) -> Iterator[Finding]:
    """Name everybody in the families that were read who may be the same person, by their place; whoever left the register, without one."""
    for number, family in enumerate(register.by_kk.values()):
        for index, row in enumerate(family.members):
            if is_perhaps(row, wanted):
                yield failure(PERHAPS, f"registered[{number}].members[{index}]")
        if any(is_perhaps(former.member, wanted) for former in family.former):
            yield failure(PERHAPS, f"registered[{number}]")
