"""Members whom a form names row by row: `nik` and the relation that each will have. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import SPOUSES, partners
from services.verification.domain.register import Family, Member
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import Relation


@dataclass(frozen=True, slots=True)
class Named:
    """One row: who, and what they will be to the head."""

    nik: str
    relation: Relation
    field: str


def named(answers: Answers, group: str) -> tuple[Named, ...]:
    """Return the rows of a group."""
    return tuple(
        Named(row.text("nik") or "", relation_of(row.text("relation")), f"answers.{group}[{index}]")
        for index, row in enumerate(answers.rows(group))
    )


def relation_of(code: str | None) -> Relation:
    """Return the relation of a code of the list `relation`."""
    return Relation[(code or Relation.OTHER.name).upper()]


def check_rows(rows: tuple[Named, ...], families: Collection[Family]) -> Iterator[Finding]:
    """Check that each row names another member of these families."""
    seen: set[str] = set()
    for row in rows:
        if row.nik in seen:
            yield failure("member_named_twice", f"{row.field}.nik")
        elif not any(family.member(row.nik) for family in families):
            yield failure("member_not_on_card", f"{row.field}.nik")
        seen.add(row.nik)


def check_stayers(family: Family, leaving: Collection[str], field: str, today: date) -> Iterator[Finding]:
    """Check that who stays keeps a head, an adult, and their spouse."""
    stay = [member for member in family.members if member.nik not in leaving]
    if not stay:
        return
    head = next((member for member in stay if member.relation is Relation.HEAD), None)
    if head is None:
        yield failure("leaves_family_without_head", field)
    elif not any(is_adult(member, today=today) for member in stay):
        yield failure("leaves_children_alone", field)
    parted = [each for each in stay if any(partner.nik in leaving for partner in partners(each, family))]
    if parted:
        yield warning("spouse_left_behind", field)


def check_spouses(rows: tuple[Named, ...], head: Member, family: Family) -> Iterator[Finding]:
    """Check that who will be husband or wife of a head is married to them by the card that they leave."""
    couple = {partner.nik for partner in partners(head, family)}
    for row in rows:
        if row.relation in SPOUSES and row.nik not in couple:
            yield failure("relation_not_spouse", f"{row.field}.relation")


def moved(rows: tuple[Named, ...], families: Collection[Family]) -> tuple[Member, ...]:
    """Return the rows of these members with the relations that the form gives.

    Raises:
        DomainError: `member_not_on_card` or `member_named_twice`.
    """
    if len({row.nik for row in rows}) != len(rows):
        raise DomainError("member_named_twice", "A member is named in two rows.")
    return tuple(replace(_found(row.nik, families), relation=row.relation) for row in rows)


def _found(nik: str, families: Collection[Family]) -> Member:
    member = next((found for family in families if (found := family.member(nik)) is not None), None)
    if member is None:
        raise DomainError("member_not_on_card", "A person who is named does not stand on the card.")
    return member
