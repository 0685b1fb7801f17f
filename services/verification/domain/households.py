"""Families while persons move between them: what a change of the register is reckoned with. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.verification.domain.families import founded, home_of, joined_by, with_rows
from services.verification.domain.register import Family, Member
from shared.errors import DomainError
from shared.reference.population import Relation


class Households:
    """Some families by the numbers of their cards. Everybody stays in exactly one of them."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = {family.kk_number: family for family in families}

    @property
    def families(self) -> tuple[Family, ...]:
        """The families as they are now, those that were there first and then the new ones."""
        return tuple(self._families.values())

    def home(self, nik: str) -> tuple[Family, Member]:
        """Return the family of a person, and their row.

        Raises:
            DomainError: `holder_not_in_register`.
        """
        for family in self._families.values():
            member = family.member(nik)
            if member is not None:
                return family, member
        raise DomainError("holder_not_in_register", "No family of this change has this person.")

    def change(self, nik: str, **fields: Any) -> None:
        """Change some fields of a person's row."""
        family, member = self.home(nik)
        self._families[family.kk_number] = with_rows(family, (replace(member, **fields),))

    def move(self, nik: str, kk_number: str, relation: Relation) -> None:
        """Move a person to another of these families."""
        left, member = self.home(nik)
        self._families[left.kk_number] = replace(left, members=tuple(each for each in left.members if each.nik != nik))
        self._families[kk_number] = joined_by(self._families[kk_number], (replace(member, relation=relation),))

    def found(self, kk_number: str, head: str) -> None:
        """Found a family at the address of the one that its head leaves."""
        left, _ = self.home(head)
        self._families[kk_number] = founded(kk_number, home_of(left), ())
        self.move(head, kk_number, Relation.HEAD)
