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

from services.verification.domain.families import founded, home_of, joined_by, without
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD, SPOUSES, partners
from services.verification.domain.members import Named, check_rows, check_stayers, moved, named
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, card_of, check_card, looked_up, needed_card, new_home, open_family
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
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
    yield from _check_spouses(rows, head, family)
    yield from _check_minors(rows, head, family, today)


def _check_spouses(rows: tuple[Named, ...], head: Member, family: Family) -> Iterator[Finding]:
    couple = {partner.nik for partner in partners(head, family)}
    for row in rows:
        if row.relation in SPOUSES and row.nik not in couple:
            yield failure("relation_not_spouse", f"{row.field}.relation")


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
    problem = next(_check_spouses(rows, replace(head, relation=_before(head, family)), family), None)
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
    return looked_up(application, ("host_nik",), ("host_kk_number",), ("joining",))


def _check_lodging(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    number = answers.text("host_kk_number")
    yield from check_card(register, number, "answers.host_kk_number")
    host = open_family(register, number)
    if host is not None:
        yield from check_host(host, answers, today)
    if family is None:
        return
    if host is not None and host.kk_number == family.kk_number:
        yield failure("host_is_own_card", "answers.host_kk_number")
        return
    rows = named(answers, "joining")
    yield from check_rows(rows, (family,))
    for row in rows:
        if row.relation in OF_THE_HEAD:
            yield failure("relation_not_allowed", f"{row.field}.relation")
    yield from check_stayers(family, {row.nik for row in rows}, "answers.joining", today)
    if _are_minors(rows, family, today) != answers.is_yes("minors_alone"):
        yield failure("minors_alone_differs", "answers.minors_alone")


def check_host(host: Family, answers: Answers, today: date) -> Iterator[Finding]:
    """Check that who takes them in is an adult of the card: form F-1.03B is the head's, signed by the head or for them."""
    member = host.member(answers.text("host_nik") or "")
    if member is None:
        yield failure("host_not_on_card", "answers.host_nik")
    elif not is_adult(member, today=today):
        yield failure("host_is_child", "answers.host_nik")


def _are_minors(rows: tuple[Named, ...], family: Family, today: date) -> bool:
    joining = [member for row in rows if (member := family.member(row.nik)) is not None]
    return bool(joining) and not any(is_adult(member, today=today) for member in joining)


def _plan_lodging(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    host = open_family(register, answers.text("host_kk_number"))
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
            **dict.fromkeys(("member_not_on_card", "member_named_twice", "relation_not_allowed"), CaseRoute.RETURN),
            **dict.fromkeys(("host_is_own_card", "host_not_on_card", "minors_alone_differs"), CaseRoute.RETURN),
        }
    ),
)
