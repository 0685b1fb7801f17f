"""Who is what to whom on a family card. Pure.

A card gives each member's relation to the head, and the names of father and mother. Who is married to whom, and what everybody is to
another head, must be concluded from that. A NIK of a spouse or parent does not stand in the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from services.verification.domain.names import is_named
from services.verification.domain.register import Family, Member
from shared.reference.population import MARRIED, Relation
from shared.values import Sex

SPOUSES: Final = frozenset({Relation.HUSBAND, Relation.WIFE})
OF_THE_HEAD: Final = SPOUSES | {Relation.HEAD}
"""Relations of a couple that heads a family: nobody else may have them."""
_HOUSEHOLD: Final = frozenset({Relation.SERVANT, Relation.OTHER})  # no kin of the head, and of no other head either

_PARTNERS: Final[Mapping[Relation, frozenset[Relation]]] = MappingProxyType(
    {
        Relation.CHILD: frozenset({Relation.CHILD_IN_LAW}),
        Relation.CHILD_IN_LAW: frozenset({Relation.CHILD}),
        Relation.PARENT: frozenset({Relation.PARENT}),
        Relation.PARENT_IN_LAW: frozenset({Relation.PARENT_IN_LAW}),
        Relation.GRANDCHILD: frozenset({Relation.OTHER_KIN, Relation.OTHER}),
        Relation.OTHER_KIN: frozenset({Relation.GRANDCHILD, Relation.OTHER_KIN, Relation.OTHER}),
        Relation.OTHER: frozenset({Relation.GRANDCHILD, Relation.OTHER_KIN, Relation.OTHER}),
    }
)
"""Relation to the head -> those that the spouse of such a member may have."""
_TOLD_BY_DATE: Final = frozenset({Relation.GRANDCHILD, Relation.OTHER_KIN, Relation.OTHER})
"""Relations that may be anybody: only the same date of the marriage shows the couple."""

_OF_NEW_HEAD: Final[Mapping[Relation, Mapping[Relation, Relation]]] = MappingProxyType(
    {
        Relation.WIFE: {
            Relation.CHILD: Relation.CHILD,
            Relation.CHILD_IN_LAW: Relation.CHILD_IN_LAW,
            Relation.GRANDCHILD: Relation.GRANDCHILD,
            Relation.PARENT: Relation.PARENT_IN_LAW,
            Relation.PARENT_IN_LAW: Relation.PARENT,
        },
        Relation.CHILD: {Relation.WIFE: Relation.PARENT, Relation.HUSBAND: Relation.PARENT},
        Relation.CHILD_IN_LAW: {Relation.WIFE: Relation.PARENT_IN_LAW, Relation.HUSBAND: Relation.PARENT_IN_LAW},
        Relation.PARENT: {
            Relation.WIFE: Relation.CHILD_IN_LAW,
            Relation.HUSBAND: Relation.CHILD_IN_LAW,
            Relation.CHILD: Relation.GRANDCHILD,
        },
        Relation.PARENT_IN_LAW: {Relation.WIFE: Relation.CHILD, Relation.HUSBAND: Relation.CHILD, Relation.CHILD: Relation.GRANDCHILD},
    }
)
"""The new head's relation to the former head -> that of others -> what they are to the new one. What is not listed is other kin."""


def partners(member: Member, family: Family) -> tuple[Member, ...]:
    """Return those of the family who are married to a member: one as a rule, several wives of a head; none where nobody can tell."""
    if member.marital not in MARRIED:
        return ()
    others = [each for each in family.members if each.marital in MARRIED and each.sex != member.sex and each.nik != member.nik]
    if member.relation is Relation.HEAD:
        return tuple(each for each in others if each.relation in SPOUSES)
    if member.relation in SPOUSES:
        return tuple(each for each in others if each.relation is Relation.HEAD)
    able = [each for each in others if each.relation in _PARTNERS.get(member.relation, ()) and _may_be_couple(member, each)]
    return tuple(able) if len(able) == 1 else ()


def are_partners(one: Member, other: Member, family: Family) -> bool:
    """Return whether the card shows two members as husband and wife."""
    return other in partners(one, family)


def relation_of_child(of_parent: Relation) -> Relation:
    """Return the relation to the head of a member's child, by the member's own."""
    if of_parent in OF_THE_HEAD:
        return Relation.CHILD
    return Relation.GRANDCHILD if of_parent in (Relation.CHILD, Relation.CHILD_IN_LAW) else Relation.OTHER_KIN


def is_child_of(child: Member, parent: Member) -> bool:
    """Return whether a row names somebody as father or mother, by a name that a court has changed since, too."""
    named = child.father if parent.sex == Sex.MALE.value else child.mother
    return child.born_on > parent.born_on and any(is_named(named, name) for name in (parent.name, *parent.former_names))


def under_head(head: Member, family: Family, members: Iterable[Member]) -> tuple[Member, ...]:
    """Return members of a family in their relations to another head, who stands first."""
    rest = (replace(each, relation=_to_head(each, head, family)) for each in members if each.nik != head.nik)
    return (replace(head, relation=Relation.HEAD), *rest)


def _to_head(member: Member, head: Member, family: Family) -> Relation:
    if are_partners(head, member, family):
        return Relation.HUSBAND if member.sex == Sex.MALE.value else Relation.WIFE
    if is_child_of(member, head):
        return Relation.CHILD
    if is_child_of(head, member):
        return Relation.PARENT
    if member.relation in _HOUSEHOLD or head.relation in _HOUSEHOLD:
        return member.relation if member.relation in _HOUSEHOLD else Relation.OTHER
    known = _OF_NEW_HEAD.get(Relation.WIFE if head.relation is Relation.HUSBAND else head.relation, {})
    return known.get(member.relation, Relation.OTHER_KIN)


def _may_be_couple(one: Member, other: Member) -> bool:
    if one.marital_on is None or other.marital_on is None:
        return one.relation not in _TOLD_BY_DATE and other.relation not in _TOLD_BY_DATE
    return one.marital_on == other.marital_on
