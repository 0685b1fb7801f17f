"""Stillbirth: the letter F-2.05. It gives no NIK and no certificate, and changes no family. Pure.

Source: UU 23/2006 article 33, whose explanation counts a birth without signs of life from the 28th week on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.contents import DeclarantNamed, StillbirthLetter
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.parentage import check_parents, parents_of
from services.verification.domain.persons import address_line, answers_of, check_witnesses, looked_up, needed, needed_home, place_name
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.rules import Application, Ordered, People, Plan, Rules
from shared.errors import DomainError
from shared.reference.lists import code_list

LETTER: Final = "lahir_mati"
_LEAST_MONTHS: Final = 7  # 28 weeks


def _people(application: Application) -> People:
    return looked_up(application, ("mother_nik", "father_nik"), groups=("witnesses",))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    on, months = answers.date("stillborn_on"), answers.number("months")
    if on is not None and on > today:
        yield failure("stillborn_in_future", "answers.stillborn_on")
    if months is not None and months < _LEAST_MONTHS:
        yield warning("stillbirth_early", "answers.months")
    yield from check_parents(answers, register, on)
    parents = {answers.text(f"{role}_nik"): "witness_is_parent" for role in ("mother", "father")}
    yield from check_witnesses(application, register, parents, today)


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], _today: date) -> Plan:
    answers, parents = answers_of(application), parents_of(answers_of(application), register)
    mother, on = needed(register, answers.text("mother_nik")), answers.date("stillborn_on")
    if on is None:
        raise DomainError("answer_missing", "stillborn_on")
    content = StillbirthLetter(
        sex=answers.text("child_sex") or "",
        stillborn_on=on,
        stillborn_at=answers.text("stillborn_at"),
        place=place_name(answers.text("birth_place")),
        plurality=code_list("plurality").label(answers.text("plurality") or "single").upper(),
        birth_order=answers.number("birth_order") or 1,
        months=answers.number("months") or 1,
        reporter=_declarant(needed(register, application.first.applicant.nik), register),
        mother=_declarant(mother, register),
        father=_declarant(parents.father, register) if parents.father else None,
    )
    return Plan((Ordered(LETTER, content, mother.name, f"{LETTER}:{application.first.request_id}"),))


def _declarant(member: Member, register: Register) -> DeclarantNamed:
    address = address_line(needed_home(register, member.nik))
    return DeclarantNamed(member.name, member.nik, member.born_on, member.occupation, member.citizenship, address)


LAHIR_MATI: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **dict.fromkeys(("stillborn_in_future", "child_older_than_parent", "mother_died_before"), CaseRoute.RETURN),
            "mother_sex_differs": CaseRoute.RETURN,
            **dict.fromkeys(("father_sex_differs", "witnesses_same", "witness_is_applicant", "witness_is_parent"), CaseRoute.RETURN),
        }
    ),
)
