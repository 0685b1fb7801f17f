"""Members who leave a family card: for one of their own (pisah), or for that of another family (menumpang). Pure.

Sources: Permendagri 108/2019 article 10 (4), forms F-1.02 parts A.3 and B, F-1.03A and F-1.03B of Permendagri 6/2026. Several families may
live at one address. The number stays with those who stay with the head.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import hosting
from services.verification.domain.families import founded, home_of, joined_by, without
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.hosting import CARD, HOST, check_host, host_of
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD
from services.verification.domain.members import Named, check_rows, check_spouses, check_stayers, moved, named
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, card_of, looked_up, needed_card, new_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, People, Plan, RegisterChange, Rules, Wish
from shared.errors import DomainError
from shared.reference.population import DIVORCED, MARRIED, KkMarital, Relation

_STATUS: Final = MappingProxyType({"married": MARRIED, "divorced": DIVORCED, "widowed": frozenset({KkMarital.WIDOWED})})
"""Reason of a split -> statuses of the new head that it goes with. `own` goes with any."""


def _split_people(application: Application) -> People:
    return looked_up(application, (), groups=("leaving",))


def _check_split(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    if family is None:
        return
    rows = named(answers, "leaving")
    yield from check_rows(rows, (family,))
    heads = [row for row in rows if row.relation is Relation.HEAD]
    if len(heads) != 1:
        yield failure("split_needs_one_head", "answers.leaving")
        return
    head = family.member(heads[0].nik)
    leaving = {row.nik for row in rows}
    if family.head.nik in leaving:
        yield failure("head_must_stay", "answers.leaving")
    else:
        yield from check_stayers(family, leaving, "answers.leaving", today)
    if head is None:
        return
    if not is_adult(head, today=today):
        yield failure("head_is_child", f"{heads[0].field}.nik")
    statuses = _STATUS.get(answers.text("reason") or "")
    if statuses is not None and head.marital not in statuses:
        yield failure("split_reason_differs", "answers.reason")
    yield from check_spouses(rows, head, family)
    yield from _check_minors(rows, head, family, today)


def _check_minors(rows: tuple[Named, ...], head: Member, family: Family, today: date) -> Iterator[Finding]:
    """Name children who leave with somebody who is not father or mother: their parents' consent F-1.03A is asked for then."""
    for row in rows:
        member = family.member(row.nik)
        if member is not None and not is_adult(member, today=today) and row.relation is not Relation.CHILD and member != head:
            yield warning("minor_leaves_parents", f"{row.field}.nik")


def _split_wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    family = card_of(application, register)
    home = new_home(answers_of(application), register) or (home_of(family) if family else None)
    return (CardWish(home.district),) if home else ()


def _plan_split(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    rows = named(answers, "leaving")
    leaving = moved(rows, (family,))
    head = next((member for member in leaving if member.relation is Relation.HEAD), None)
    if head is None or not is_adult(head, today=today):
        raise DomainError("head_is_child", "Those who leave need a head of 17 years, or who was ever married.")
    if family.head.nik in {row.nik for row in rows}:
        raise DomainError("head_must_stay", "Those who stay would have no head.")
    problem = next(check_spouses(rows, replace(head, relation=_before(head, family)), family), None)
    if problem is not None:
        raise DomainError(problem.code, f"{problem.field} does not fit.")
    ordered = (head, *(member for member in leaving if member != head))
    new = founded(numbers[0], new_home(answers, register) or home_of(family), ordered)
    families = (new, without(family, {row.nik for row in rows}, on=today))
    documents = (*family_cards(families), *person_cards(register, (new,), today))
    return Plan(documents, RegisterChange(families, Basis("f_102", today)))


def _before(member: Member, family: Family) -> Relation:
    row = family.member(member.nik)
    return row.relation if row else member.relation


def _lodge_people(application: Application) -> People:
    return looked_up(application, (HOST,), (CARD,), ("joining",))


def _check_lodging(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    rows = named(answers, "joining")
    yield from check_host(answers, register, rows, today, family)
    if family is None:
        return
    yield from check_rows(rows, (family,))
    yield from check_stayers(family, {row.nik for row in rows}, "answers.joining", today)
    if _are_minors(rows, family, today) != answers.is_yes("minors_alone"):
        yield failure("minors_alone_differs", "answers.minors_alone")


def _are_minors(rows: tuple[Named, ...], family: Family, today: date) -> bool:
    joining = [member for row in rows if (member := family.member(row.nik)) is not None]
    return bool(joining) and not any(is_adult(member, today=today) for member in joining)


def _plan_lodging(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    host = host_of(answers, register)
    if host is None or host.kk_number == family.kk_number:
        raise DomainError("host_is_own_card", "Another open family must take them in.")
    rows = named(answers, "joining")
    if any(row.relation in OF_THE_HEAD for row in rows):
        raise DomainError("relation_not_allowed", "Who joins a family is neither its head nor the head's spouse.")
    after = joined_by(host, moved(rows, (family,)))
    families = (after, without(family, {row.nik for row in rows}, on=today))
    documents = (*family_cards(families), *person_cards(register, (after,), today))
    return Plan(documents, RegisterChange(families, Basis("f_103b", today)))


KK_PISAH: Final = Rules(
    people=_split_people,
    check=_check_split,
    wishes=_split_wishes,
    plan=_plan_split,
    ways=MappingProxyType(
        dict.fromkeys(("member_not_on_card", "member_named_twice", "split_needs_one_head", "head_must_stay"), CaseRoute.RETURN)
    ),
)
KK_NUMPANG: Final = Rules(
    people=_lodge_people,
    check=_check_lodging,
    concerns="joining",
    plan=_plan_lodging,
    ways=MappingProxyType(
        {
            **dict.fromkeys(("member_not_on_card", "member_named_twice", "minors_alone_differs"), CaseRoute.RETURN),
            **dict.fromkeys(hosting.FINDINGS, CaseRoute.RETURN),
        }
    ),
)
