"""What can be done with families: take members out, put members in, found a family, close one. Pure.

Who is a former member, and that nobody is lost on the way, is seen to by `recording`, for every change alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain.register import Family, Former, Member

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

    def is_same(self, other: Home) -> bool:
        """Return whether two addresses are one, however they are written. Not every family has a postal code."""
        return self._key == other._key

    @property
    def _key(self) -> tuple[str, ...]:
        return "".join(filter(str.isalnum, self.address.upper())), self.rt, self.rw, self.village_code


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
    """Return a family with these members added at its end."""
    return replace(family, members=(*family.members, *members))


def without(family: Family, niks: Collection[str], *, on: date) -> Family:
    """Return a family without some members. One that has nobody any more is closed from that day."""
    stay = tuple(member for member in family.members if member.nik not in niks)
    return replace(family, members=stay, closed_on=None if stay else on)


def with_rows(family: Family, rows: Iterable[Member]) -> Family:
    """Return a family with these rows in place of its own of the same persons."""
    anew = {row.nik: row for row in rows}
    return replace(family, members=tuple(anew.get(member.nik, member) for member in family.members))


def with_record(family: Family, record: Former) -> Family:
    """Return a family with this record of a former member in place of its own of the same person and reason."""
    same = (record.member.nik, record.reason)
    return replace(family, former=tuple(record if (each.member.nik, each.reason) == same else each for each in family.former))


def closed_where_empty(families: Iterable[Family], *, on: date) -> tuple[Family, ...]:
    """Return families, those that have nobody any more closed from that day."""
    return tuple(family if family.members else replace(family, closed_on=on) for family in families)
