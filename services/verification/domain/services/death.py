"""Death: the certificate, the family card without the dead, the widowed spouse's card; and a family whose head died before. Pure.

Sources: UU 24/2013 article 44 (report), UU 23/2006 article 61 (3) and Permendagri 108/2019 article 10 (3) (number and head), form F-2.01A
and F-1.02 part A.2 of Permendagri 6/2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.certificates import number_key
from services.verification.domain.contents import DeathCertificate, ParentNamed
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.kinship import SPOUSES, partners
from services.verification.domain.orders import card_keys, closed_keys, family_cards, person_cards
from services.verification.domain.persons import (
    answers_of,
    card_of,
    check_known,
    check_witnesses,
    looked_up,
    needed_card,
    place_name,
)
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Former, Member, Register
from services.verification.domain.rules import Application, Basis, Ordered, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
from services.verification.domain.succession import ADULT, MINORS, NONE, Bereaved, after_death, check_remaining, left_by_death, wishes_of
from shared.errors import DomainError
from shared.reference.population import MARRIED, Relation
from shared.values import HOME_REGENCY

CERTIFICATE: Final = "akta_kematian"
_OURS: Final = f"{HOME_REGENCY}KM"  # our own certificates are numbered `3519-KM-DDMMYYYY-nnnn`
_LATE = "deceased_nik"
_LATE_HEAD = "late_head_nik"


def _people(application: Application) -> People:
    named = looked_up(application, (_LATE, _LATE_HEAD, "new_head_nik", "guardian_nik"), ("guardian_kk_number",), ("witnesses", "relations"))
    all_move = answers_of(application).text("remaining") in (ADULT, MINORS)
    card = application.first.kk_number
    return replace(named, everybody_of=(card,)) if all_move and card else named


def _check_death(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    nik = answers.text(_LATE)
    yield from check_witnesses(application, register, {nik: "witness_is_deceased"}, today)
    if nik == application.first.applicant.nik:
        yield failure("deceased_is_applicant", f"answers.{_LATE}")
    if register.late(nik) is not None:
        yield failure("already_dead", f"answers.{_LATE}")
        return
    yield from check_known(register, nik, f"answers.{_LATE}")
    if family is None or nik is None or register.person(nik) is None or answers.date("died_on") is None:
        return
    late = family.member(nik)
    if late is None:
        yield failure("deceased_not_on_card", f"answers.{_LATE}")
        return
    yield from _check_day(late, answers, today)
    if late.marital in MARRIED and late.relation is not Relation.HEAD and not partners(late, family):
        yield warning("spouse_not_on_card", f"answers.{_LATE}")
    if (late.relation is Relation.HEAD) != answers.is_yes("was_head"):
        yield failure("was_head_differs", "answers.was_head")
    elif late.relation is Relation.HEAD:
        yield from check_remaining(left_by_death(family, late, _died_on(answers)), answers, register, today)


def _check_day(late: Member, answers: Answers, today: date) -> Iterator[Finding]:
    died_on = answers.date("died_on")
    if died_on is None:
        return
    if died_on > today:
        yield failure("died_in_future", "answers.died_on")
    if died_on < late.born_on:
        yield failure("died_before_birth", "answers.died_on")
    elif late.marital_on is not None and died_on < late.marital_on:
        yield failure("died_before_marriage", "answers.died_on")


def _death_wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    answers, family = answers_of(application), card_of(application, register)
    late = family.member(answers.text(_LATE) or "") if family else None
    if family is None or late is None or answers.date("died_on") is None:
        return ()
    return wishes_of(left_by_death(family, late, _died_on(answers)), answers)


def _plan_death(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    late = family.member(answers.text(_LATE) or "")
    if late is None:
        raise DomainError("deceased_not_on_card", "The card does not have this person.")
    left = left_by_death(family, late, _died_on(answers))
    families = after_death(left, answers, register, numbers, today)
    cards = family_cards(families)
    own = card_keys((late.nik,))
    replaces = own if cards else (*own, *closed_keys(families))
    documents = (_certificate(late, answers, replaces), *cards, *person_cards(register, _of_the_widowed(families, left), today))
    place = place_name(answers.text("death_place"))
    return Plan(documents, RegisterChange(families, Basis(CERTIFICATE, today), died=(late.nik,), died_on=left.died_on, died_in=place))


def _certificate(late: Member, answers: Answers, replaces: tuple[str, ...]) -> Ordered:
    content = DeathCertificate(
        member=late,
        died_on=_died_on(answers),
        died_at=answers.text("died_at"),
        death_place=place_name(answers.text("death_place")),
        birth_order=late.birth_order,
        father=_parent(late.father),
        mother=_parent(late.mother),
    )
    return Ordered(CERTIFICATE, content, late.name, f"{CERTIFICATE}:{late.nik}", replaces)


def _parent(name: str) -> ParentNamed | None:
    return ParentNamed(name) if name.strip("- ") else None


def _check_succession(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    nik, field = answers.text(_LATE_HEAD), f"answers.{_LATE_HEAD}"
    if nik == application.first.applicant.nik:
        yield failure("deceased_is_applicant", field)
    if family is None or nik is None or answers.date("died_on") is None:
        return
    late = _late_head(family, nik)
    if late is None:
        yield failure("late_head_not_head", field)
        return
    yield from _check_day(late, answers, today)
    yield from _check_certificate(answers, register.late(nik))
    left = left_by_death(family, late, _died_on(answers))
    if left.remaining(today) == NONE:
        yield failure("nobody_remains", field)
        return
    yield from check_remaining(left, answers, register, today)
    yield from _check_relations(left, answers)


def _check_certificate(answers: Answers, known: Former | None) -> Iterator[Finding]:
    """Hold the certificate that the form names against the death as the register has it.

    A number of ours that the register does not have for this person may be made up; those of other offices only the paper shows.
    """
    number = number_key(answers.text("death_certificate_number") or "")
    held = known.certificate if known else None
    is_unknown = number != number_key(held) if held else _OURS in number
    if is_unknown:
        yield failure("death_certificate_unknown", "answers.death_certificate_number")
    if known is not None and known.died_on not in (None, answers.date("died_on")):
        yield failure("died_on_differs", "answers.died_on")


def _check_relations(left: Bereaved, answers: Answers) -> Iterator[Finding]:
    on_card = {each.nik: each for each in left.rest}
    seen: set[str] = set()
    for index, row in enumerate(answers.rows("relations")):
        nik, relation, field = row.text("nik") or "", _relation(row), f"answers.relations[{index}]"
        if nik not in on_card:
            yield failure("member_not_on_card", f"{field}.nik")
        if nik in seen:
            yield failure("member_named_twice", f"{field}.nik")
        seen.add(nik)
        if (relation is Relation.HEAD) != (nik == answers.text("new_head_nik")):
            yield failure("relation_head_differs", f"{field}.relation")
        elif relation in SPOUSES and not _is_spouse_of_head(nik, left, answers):
            yield failure("relation_not_spouse", f"{field}.relation")


def _is_spouse_of_head(nik: str, left: Bereaved, answers: Answers) -> bool:
    head = left.family.member(answers.text("new_head_nik") or "")
    return head is not None and any(each.nik == nik for each in partners(head, left.family))


def _succession_wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    answers, family = answers_of(application), card_of(application, register)
    late = _late_head(family, answers.text(_LATE_HEAD) or "") if family else None
    if family is None or late is None or answers.date("died_on") is None:
        return ()
    return wishes_of(left_by_death(family, late, _died_on(answers)), answers)


def _plan_succession(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    late = _late_head(family, answers.text(_LATE_HEAD) or "")
    if late is None:
        raise DomainError("late_head_not_head", "This person does not head the family.")
    left = left_by_death(family, late, _died_on(answers))
    if not left.rest:
        raise DomainError("nobody_remains", "There is nobody to whom a card could be given.")
    problem = next(_check_relations(left, answers), None)
    if problem is not None:
        raise DomainError(problem.code, f"{problem.field} does not fit.")
    relations = {row.text("nik") or "": _relation(row) for row in answers.rows("relations")}
    families = after_death(left, answers, register, numbers, today, relations)
    here = family.member(late.nik) is not None
    basis = Basis(CERTIFICATE, _died_on(answers), answers.text("death_certificate_number"))
    documents = (*family_cards(families), *person_cards(register, _of_the_widowed(families, left), today))
    return Plan(documents, RegisterChange(families, basis, died=(late.nik,) if here else (), died_on=left.died_on))


def _late_head(family: Family, nik: str) -> Member | None:
    """Return the dead head: still on the card, or one of its former members who died while no other head was recorded."""
    here = family.member(nik)
    if here is not None:
        return here if here.relation is Relation.HEAD else None
    if any(each.relation is Relation.HEAD for each in family.members):
        return None
    gone = family.late(nik)
    return replace(gone.member, relation=Relation.HEAD) if gone else None


def _of_the_widowed(families: tuple[Family, ...], left: Bereaved) -> tuple[Family, ...]:
    """Return the families that are open: a widowed spouse's KTP-el, and the cards of children who go to another address."""
    return tuple(family for family in families if family.closed_on is None and any(family.member(each.nik) for each in left.rest))


def _relation(row: Answers) -> Relation:
    return Relation[(row.text("relation") or "other").upper()]


def _died_on(answers: Answers) -> date:
    died_on = answers.date("died_on")
    if died_on is None:
        raise DomainError("answer_missing", "died_on")
    return died_on


_SLIPS: Final = (
    "died_in_future",
    "died_before_birth",
    "deceased_is_applicant",
    "remaining_differs",
    "new_head_not_on_card",
    "head_is_child",
)
"""What the sender can correct alone, in both services."""

AKTA_MATI: Final = Rules(
    people=_people,
    check=_check_death,
    wishes=_death_wishes,
    plan=_plan_death,
    ways=MappingProxyType(
        {
            **dict.fromkeys((*_SLIPS, "deceased_not_on_card", "was_head_differs"), CaseRoute.RETURN),
            **dict.fromkeys(("witnesses_same", "witness_is_applicant", "witness_is_deceased"), CaseRoute.RETURN),
        }
    ),
)
KK_GANTI_KEPALA: Final = Rules(
    people=_people,
    check=_check_succession,
    wishes=_succession_wishes,
    plan=_plan_succession,
    ways=MappingProxyType(
        dict.fromkeys(
            (*_SLIPS, "died_on_differs", "late_head_not_head", "member_not_on_card", "member_named_twice", "relation_head_differs"),
            CaseRoute.RETURN,
        )
    ),
)
