"""What can be done with families: take members out, put members in, found a family, close one. Pure.

Nobody is ever lost: who leaves stays in the family as a former member, with the day and the reason. An open family has one head.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain.register import DIED, LEFT, Family, Former, Member
from services.verification.domain.rules import Basis, RegisterChange
from shared.errors import DomainError
from shared.reference.population import Relation

_DISTRICT_DIGITS: Final = 6  # of a village code: the kecamatan, with which the numbers given there begin


@dataclass(frozen=True, slots=True)
class Home:
    """Where a family lives."""

    address: str
    rt: str
    rw: str
    village_code: str
    postal_code: str

    @property
    def district(self) -> str:
        """The six digits of its kecamatan."""
        return self.village_code[:_DISTRICT_DIGITS]


def home_of(family: Family) -> Home:
    """Return where a family lives."""
    return Home(family.address, family.rt, family.rw, family.village_code, family.postal_code)


def founded(kk_number: str, home: Home, members: Iterable[Member]) -> Family:
    """Return a new family of these members, whose relations are those to its head."""
    return Family(
        kk_number=kk_number,
        address=home.address,
        rt=home.rt,
        rw=home.rw,
        village_code=home.village_code,
        postal_code=home.postal_code,
        members=tuple(members),
    )


def joined_by(family: Family, members: Iterable[Member]) -> Family:
    """Return a family with these members added at its end; who was a former member of it is one no longer."""
    new = tuple(members)
    niks = {member.nik for member in new}
    former = tuple(each for each in family.former if each.member.nik not in niks)
    return replace(family, members=(*family.members, *new), former=former)


def left_by(family: Family, niks: Collection[str], *, on: date) -> Family:
    """Return a family without the members who leave it. One whom all leave is closed from that day."""
    return _without(family, niks, on=on, reason=LEFT, closed_on=on)


def lost(family: Family, nik: str, *, died_on: date, on: date) -> Family:
    """Return a family without a member who died; one that has nobody any more is closed from the day of recording `on`."""
    return _without(family, {nik}, on=died_on, reason=DIED, closed_on=on)


def with_rows(family: Family, rows: Iterable[Member]) -> Family:
    """Return a family with these rows in place of its own of the same persons."""
    anew = {row.nik: row for row in rows}
    return replace(family, members=tuple(anew.get(member.nik, member) for member in family.members))


def changed(families: Iterable[Family], basis: Basis, *, born: tuple[str, ...] = (), died: tuple[str, ...] = ()) -> RegisterChange:
    """Return the change that makes the register so.

    Raises:
        DomainError: `one_head_needed` or `nik_registered_twice`: the register would no longer be whole.
    """
    made = tuple(families)
    for family in made:
        heads = sum(member.relation is Relation.HEAD for member in family.members)
        if heads != (0 if family.closed_on else 1):
            raise DomainError("one_head_needed", "An open family has exactly one head.")
    seen = Counter(member.nik for family in made for member in family.members)
    if seen and max(seen.values()) > 1:
        raise DomainError("nik_registered_twice", "Somebody would stand in two rows.")
    return RegisterChange(families=made, basis=basis, born=born, died=died)


def _without(family: Family, niks: Collection[str], *, on: date, reason: str, closed_on: date) -> Family:
    stay = tuple(member for member in family.members if member.nik not in niks)
    gone = tuple(Former(member, on, reason) for member in family.members if member.nik in niks)
    return replace(family, members=stay, former=(*family.former, *gone), closed_on=None if stay else closed_on)
