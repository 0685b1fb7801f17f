"""A family whose member died or moved away: who is widowed, who heads it, and under which number it goes on. Pure.

The number of a family card goes with its head and can't be inherited (UU 23/2006 article 61 (3)): the death of the head gives the family
a new one, or puts children who are left alone into the card of their guardian (Permendagri 108/2019 article 10 (3)). Where the head moves
away and others stay, offices differ: what the number does then is said by `office_practice`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain.families import founded, home_of, joined_by, with_rows, without
from services.verification.domain.finding import Finding, failure
from services.verification.domain.guardianship import MINORS as MINORS
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD, SPOUSES, is_child_of, partners, under_head
from services.verification.domain.names import is_named
from services.verification.domain.persons import check_card, check_known, open_family
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import CardWish
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation

ADULT: Final = "adult"
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Those who are left of a family. `gone`: who died, or the head who moved, as the register has or had them."""

    family: Family
    gone: Member
    rest: tuple[Member, ...]

    @property
    def was_head(self) -> bool:
        """Whether the family needs another head."""
        return self.gone.relation is Relation.HEAD

    def remaining(self, today: date) -> str:
        """Return who is left: an adult, only minors, none."""
        if not self.rest:
            return NONE
        return ADULT if any(is_adult(member, today=today) for member in self.rest) else MINORS


@dataclass(frozen=True, slots=True)
class Bereaved(LeftBehind):
    """Those who are left by a death: a spouse among `rest` is widowed."""

    died_on: date


def left_by_death(family: Family, late: Member, died_on: date) -> Bereaved:
    """Return those whom a member leaves: the spouse is CERAI MATI from that day.

    A late head who was married to several wives leaves them all widowed; a head who has another wife left stays married.
    """
    widowed = {partner.nik for partner in partners(late, family)}
    rest = tuple(each for each in family.members if each.nik != late.nik)
    still = {each.nik for each in rest if each.relation is Relation.HEAD and any(other.relation in SPOUSES for other in rest)}
    widows = widowed - still
    return Bereaved(family, late, tuple(_widowed(each, died_on) if each.nik in widows else each for each in rest), died_on)


def check_remaining(left: LeftBehind, answers: Answers, register: Register, today: date) -> Iterator[Finding]:
    """Check what the form says of a family whose head is gone: who is left, who is the new head or the children's guardian."""
    if any(each.nik in register.twice for each in left.rest):
        yield failure("nik_registered_twice", "answers.kk_number")  # they would move and stay
    if answers.text("remaining") != left.remaining(today):
        yield failure("remaining_differs", "answers.remaining")
    elif left.remaining(today) == ADULT:
        head = next((each for each in left.rest if each.nik == answers.text("new_head_nik")), None)
        if head is None:
            yield failure("new_head_not_on_card", "answers.new_head_nik")
        elif not is_adult(head, today=today):
            yield failure("head_is_child", "answers.new_head_nik")
    elif left.remaining(today) == MINORS:
        yield from _check_guardian(left, answers, register, today)


def wishes_of(left: LeftBehind, answers: Answers) -> tuple[CardWish, ...]:
    """Return the number that the family needs: one with a new head, where somebody is left."""
    needs_one = left.was_head and left.rest and answers.text("remaining") == ADULT
    return (CardWish(home_of(left.family).district),) if needs_one else ()


def after_death(
    left: Bereaved,
    answers: Answers,
    register: Register,
    numbers: tuple[str, ...],
    today: date,
    relations: Mapping[str, Relation] | None = None,
) -> tuple[Family, ...]:
    """Return the families as they are after a death. `relations`: those that the form gives, which outweigh the concluded ones.

    Raises:
        DomainError: `new_head_not_on_card`, `head_is_child`, `guardian_not_on_card`, `guardian_is_child` or `remaining_differs`.
    """
    if not left.was_head or not left.rest:
        return (without(with_rows(left.family, left.rest), {left.gone.nik}, on=today),)
    return without_head(left, answers, register, numbers, today, relations)


def without_head(
    left: LeftBehind,
    answers: Answers,
    register: Register,
    numbers: tuple[str, ...],
    today: date,
    relations: Mapping[str, Relation] | None = None,
) -> tuple[Family, ...]:
    """Return the families of those who are left without their head: the one that goes on, or the guardian's; and the closed one.

    `numbers`: the first one is that of the new head's card, which may be the present one.

    Raises:
        DomainError: as `after_death`.
    """
    if answers.text("remaining") == ADULT and numbers:
        return _with_new_head(left, answers, numbers[0], today, relations or {})
    if answers.text("remaining") == MINORS:
        return _with_guardian(left, answers, register, today)
    raise DomainError("remaining_differs", "There are members left.")


def _with_new_head(left: LeftBehind, answers: Answers, number: str, today: date, relations: Mapping[str, Relation]) -> tuple[Family, ...]:
    head = next((each for each in left.rest if each.nik == answers.text("new_head_nik")), None)
    if head is None:
        raise DomainError("new_head_not_on_card", "The new head must be a member of the family.")
    if not is_adult(head, today=today):
        raise DomainError("head_is_child", "A head of 17 years, or who was ever married, is needed.")
    rows = under_head(head, left.family, left.rest)
    rows = tuple(replace(row, relation=relations.get(row.nik, row.relation)) for row in rows)
    if number == left.family.kk_number:
        return (replace(left.family, members=rows),)
    return founded(number, home_of(left.family), rows), replace(left.family, members=(), closed_on=today)


def _with_guardian(left: LeftBehind, answers: Answers, register: Register, today: date) -> tuple[Family, ...]:
    guardian, host = answers.text("guardian_nik") or "", open_family(register, answers.text("guardian_kk_number"))
    if host is None:
        raise DomainError("not_in_register", "The register has no such card, or it is closed.")
    row = host.member(guardian)
    if host.kk_number == left.family.kk_number or row is None:
        raise DomainError("guardian_not_on_card", "The guardian has no card of their own.")
    if not is_adult(row, today=today):
        raise DomainError("guardian_is_child", "A guardian is an adult.")
    joining = tuple(replace(each, relation=_relation_in(host, each, left.gone)) for each in left.rest)
    return joined_by(host, joining), replace(left.family, members=(), closed_on=today)


def _relation_in(host: Family, child: Member, gone: Member) -> Relation:
    """Return what an orphan is to the head of the guardian's card, as far as the names on both cards say."""
    couple = [each for each in host.members if each.relation in OF_THE_HEAD]
    if any(is_child_of(child, each) for each in couple):
        return Relation.CHILD
    if any(is_named(name, each.name) for each in couple for name in (gone.father, gone.mother)) and is_child_of(child, gone):
        return Relation.GRANDCHILD
    return Relation.OTHER_KIN


def _check_guardian(left: LeftBehind, answers: Answers, register: Register, today: date) -> Iterator[Finding]:
    nik, number = answers.text("guardian_nik"), answers.text("guardian_kk_number")
    yield from check_known(register, nik, "answers.guardian_nik")
    yield from check_card(register, number, "answers.guardian_kk_number")
    guardian = register.person(nik) if nik else None
    card = open_family(register, number)
    if guardian is None or card is None:
        return
    if card.member(guardian.nik) is None or card.kk_number == left.family.kk_number:
        yield failure("guardian_not_on_card", "answers.guardian_nik")
    if not is_adult(guardian, today=today):
        yield failure("guardian_is_child", "answers.guardian_nik")


def _widowed(member: Member, on: date) -> Member:
    return replace(member, marital=KkMarital.WIDOWED, marital_on=on)
