"""A further extract of an akta that was lost, is worn, or is held by another party of a dispute. Pure.

Sources: Permendagri 108/2019, forms F-2.01F and F-2.04D of Permendagri 6/2026. The akta keeps its number; only the sheet is new. What it
says comes from the register. Where the register lacks a word of it (of an akta from before it was kept), the applicant reads it from the
old quote and an officer compares it with the book before approving; of a birth the register keeps it from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.askers import UNPROVEN
from services.verification.domain.certificates import (
    BIRTH,
    DEATH,
    LATE,
    PRODUCTS,
    WAYS,
    CertificateNumber,
    check_number,
    check_owner,
    check_word,
    ensure_own,
    needed_number,
)
from services.verification.domain.contents import BirthCertificate, DeathCertificate, ParentNamed
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.names import is_named
from services.verification.domain.persons import answers_of, looked_up, needed, needed_home, place_name
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Former, Member, Register
from services.verification.domain.rules import Application, Basis, Ordered, People, Plan, RegisterChange, Rules
from services.verification.domain.submission import Answers
from shared.errors import DomainError

HOLDER: Final = "holder_nik"
_HOLDER_FIELD: Final = f"answers.{HOLDER}"
_NAMED: Final = MappingProxyType({"both": 1, "both_unrecorded": 2, "mother": 3, "nobody": 4})
"""Code of the list `parents_on_certificate` -> kind of a birth certificate (form F-2.01A)."""
_WITH: Final = MappingProxyType({"father": (1, 2), "mother": (1, 2, 3)})


def _people(application: Application) -> People:
    number = CertificateNumber.find(answers_of(application).text("certificate_number"))
    return replace(looked_up(application, (HOLDER,)), certificates=(number.text,) if number is not None else ())


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    nik, given = answers.text(HOLDER) or "", answers.text("certificate_number")
    if answers.text("certificate") == BIRTH:
        yield from _check_birth(answers, nik, register, today)
    else:
        yield from check_death(application, nik, register, today)
        if (late := register.late(nik)) is not None:
            yield from _check_name(answers, late.member.name)
    yield from check_owner(given, nik, register)


def _check_birth(answers: Answers, nik: str, register: Register, today: date) -> Iterator[Finding]:
    yield from check_holder(nik, register)
    row = register.person(nik)
    if row is None:
        return
    yield from check_number(answers.text("certificate_number"), row.birth_certificate, BIRTH, since=row.born_on, today=today)
    yield from _check_name(answers, row.certified_name)
    yield from check_said(answers, row)


def check_holder(nik: str, register: Register) -> Iterator[Finding]:
    """Check that the person of a birth certificate is in the register, once, and lives."""
    if register.person(nik) is None:
        yield failure("holder_is_dead" if register.late(nik) is not None else "holder_not_here", _HOLDER_FIELD)
    elif nik in register.twice:
        yield failure("nik_registered_twice", _HOLDER_FIELD)


def check_said(answers: Answers, row: Member) -> Iterator[Finding]:
    """Check what the form says that a birth certificate says: the register counts, and must name whom the akta names."""
    yield from check_word("birth_order", answers.number("birth_order"), row.birth_order)
    yield from check_word("parents_named", _NAMED.get(answers.text("parents_named") or ""), row.birth_kind)
    if _missing_parent(row, _kind(answers, row)) is not None:
        yield failure("certificate_parent_missing", "answers.parents_named")


def check_death(application: Application, nik: str, register: Register, today: date) -> Iterator[Finding]:
    """Check that the register knows the death, its certificate and who asks."""
    answers, late = answers_of(application), register.late(nik)
    if late is None:
        yield failure("holder_not_here" if register.person(nik) is None else "holder_lives", _HOLDER_FIELD)
        return
    died_on, told = late.died_on or answers.date("died_on"), answers.date("died_on")
    if late.died_on not in (None, told):
        yield failure("died_on_differs", "answers.died_on")
    since = died_on or late.member.born_on
    yield from check_number(answers.text("certificate_number"), late.certificate, DEATH, since=since, today=today)
    yield from check_word("death_place", _place(answers), late.death_place)
    if not any(_was_together(family, nik, application.first.applicant.nik) for family in register.by_kk.values()):
        yield failure(UNPROVEN, "answers.nik")  # an heir on another card: the papers show it


def _was_together(family: Family, late: str, applicant: str | None) -> bool:
    """Return whether the applicant is on the card of the dead, or was: the death of a head gives those who are left another one."""
    people = (*family.members, *(former.member for former in family.former))
    return family.late(late) is not None and any(row.nik == applicant for row in people)


def _check_name(answers: Answers, name: str) -> Iterator[Finding]:
    """Check that the akta says the name that the register has: it can't be quoted with another one."""
    if not is_named(answers.text("holder_name") or "", name):
        yield failure("holder_name_differs", "answers.holder_name")


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], _today: date) -> Plan:
    answers = answers_of(application)
    nik, kind = answers.text(HOLDER) or "", answers.text("certificate") or ""
    ensure_own(answers.text("certificate_number"), nik, register)
    if kind == BIRTH:
        return _plan_birth(answers, needed(register, nik), needed_home(register, nik))
    late = register.late(nik)
    if late is None:
        raise DomainError("holder_not_here", "The register knows nothing of this death.")
    number = needed_number(answers.text("certificate_number"), late.certificate, kind)
    return Plan((death_quote(told_late(late, answers, number), number),))


def _plan_birth(answers: Answers, row: Member, home: Family) -> Plan:
    number = needed_number(answers.text("certificate_number"), row.birth_certificate, BIRTH)
    known = certified(answers, row, number)
    documents = (birth_quote(known, number),)
    if known == row:
        return Plan(documents)
    return Plan(documents, RegisterChange((with_rows(home, (known,)),), Basis(PRODUCTS[BIRTH], number.given_on, number.text)))


def certified(answers: Answers, row: Member, number: CertificateNumber) -> Member:
    """Return a row with what its birth certificate says, from the form where the register lacks it."""
    return replace(
        row,
        birth_certificate=number.text,
        birth_certificate_on=number.given_on,
        birth_order=birth_order(answers, row),
        birth_kind=_kind(answers, row),
    )


def birth_order(answers: Answers, row: Member) -> int | None:
    """Return which child the birth certificate says, as the register has it, else the form."""
    return row.birth_order or answers.number("birth_order")


def birth_quote(row: Member, number: CertificateNumber) -> Ordered:
    """Return the order of a further extract of a birth certificate."""
    return _ordered(BIRTH, birth_extract(row, number), row)


def birth_extract(row: Member, number: CertificateNumber) -> BirthCertificate:
    """Return what an extract of a birth certificate says, of a row that has all of it.

    Raises:
        DomainError: `answer_missing` or `certificate_parent_missing`.
    """
    if row.birth_kind is None or row.birth_order is None:
        raise DomainError("answer_missing", "parents_named" if row.birth_kind is None else "birth_order")
    if _missing_parent(row, row.birth_kind) is not None:
        raise DomainError("certificate_parent_missing", "The register does not name a parent whom the akta names.")
    named = {role: ParentNamed(getattr(row, role)) if row.birth_kind in kinds else None for role, kinds in _WITH.items()}
    return BirthCertificate(
        nik=row.nik,
        name=row.certified_name,
        sex=row.sex,
        born_on=row.born_on,
        born_at=None,
        birth_place=row.birth_place,
        birth_order=row.birth_order,
        kind=row.birth_kind,
        late=number.letters == LATE,
        **named,
        certificate_number=number.text,
    )


def told_late(late: Former, answers: Answers, number: CertificateNumber) -> Former:
    """Return the record of somebody dead with what the death certificate says, from the form where the register lacks it."""
    died_on, place = late.died_on or answers.date("died_on"), late.death_place or _place(answers)
    return replace(late, died_on=died_on, death_place=place, certificate=number.text)


def death_quote(late: Former, number: CertificateNumber) -> Ordered:
    """Return the order of a further extract of a death certificate, of a record that has all of it.

    Raises:
        DomainError: `answer_missing`.
    """
    return _ordered(DEATH, _death_extract(late, number), late.member)


def _death_extract(late: Former, number: CertificateNumber) -> DeathCertificate:
    if late.died_on is None or late.death_place is None:
        raise DomainError("answer_missing", "died_on" if late.died_on is None else "death_place")
    return DeathCertificate(
        member=late.member,
        died_on=late.died_on,
        died_at=None,
        death_place=late.death_place,
        birth_order=late.member.birth_order,
        father=_parent(late.member.father),
        mother=_parent(late.member.mother),
        certificate_number=number.text,
    )


def _ordered(kind: str, content: BirthCertificate | DeathCertificate, row: Member) -> Ordered:
    product = PRODUCTS[kind]
    return Ordered(product, content, row.name, f"{product}:{row.nik}")


def _kind(answers: Answers, row: Member) -> int | None:
    return row.birth_kind or _NAMED.get(answers.text("parents_named") or "")


def _missing_parent(row: Member, kind: int | None) -> str | None:
    """Return the parent whom the akta names and the register does not."""
    return next((role for role, kinds in _WITH.items() if kind in kinds and _parent(getattr(row, role)) is None), None)


def _parent(name: str) -> ParentNamed | None:
    return ParentNamed(name) if name.strip("- ") else None


def _place(answers: Answers) -> str | None:
    code = answers.text("death_place")
    return place_name(code) if code else None


KUTIPAN_KEDUA: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **WAYS,
            **dict.fromkeys(("holder_not_here", "holder_is_dead", "holder_lives", "holder_name_differs"), CaseRoute.RETURN),
            **dict.fromkeys(("died_on_differs", "certificate_parent_missing"), CaseRoute.RETURN),
        }
    ),
)
