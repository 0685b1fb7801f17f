"""Another name, by an order of the District Court that the person or a parent brings. Pure.

Sources: UU 23/2006 article 52, Perpres 96/2018 article 53, Permendagri 108/2019 article 80 (side note on register and quote), form F-2.01E
of Permendagri 6/2026, Permendagri 73/2022 (names).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.certificates import (
    NUMBER_FIELD,
    WAYS,
    CertificateNumber,
    check_owner,
    number_key,
)
from services.verification.domain.contents import SideNote
from services.verification.domain.deeds import deed_of, known_of, with_deed
from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import is_adult
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.persons import answers_of, check_known, looked_up, needed
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.renaming import EVENT, UNCHANGED, check_new_name, plan_renaming
from services.verification.domain.rules import Application, Basis, People, Plan, Rules
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.regions import is_home

ORDER: Final = "court_order"
_SUBJECT: Final = "subject_nik"
_SUBJECT_FIELD: Final = f"answers.{_SUBJECT}"
_DISTRICT_COURT: Final = re.compile(r"\bNEGERI\b|\bPN\b")


def _people(application: Application) -> People:
    return with_deed(looked_up(application, (_SUBJECT,)), answers_of(application).text("certificate_number"))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    nik = answers.text(_SUBJECT) or ""
    yield from check_known(register, nik, _SUBJECT_FIELD)
    row, home = register.person(nik), register.family_of(nik)
    if row is None or home is None:
        return
    if not is_home(home.village_code):
        yield failure("other_family_other_office", _SUBJECT_FIELD)
    if nik != application.first.applicant.nik and is_adult(row, today=today):
        yield failure("adult_asks_alone", _SUBJECT_FIELD)
    yield from check_new_name(row, answers.text("new_name") or "", "answers.new_name")
    yield from _check_order(answers, row)
    yield from check_certificate(answers, row, PRACTICE)
    yield from check_owner(answers.text("certificate_number"), nik, register)


def _check_order(answers: Answers, row: Member) -> Iterator[Finding]:
    order_on = answers.date("order_on")
    if order_on is not None and order_on < row.born_on:
        yield failure("order_before_birth", "answers.order_on")
    if not _DISTRICT_COURT.search((answers.text("order_court") or "").upper()):
        yield failure("court_not_district", "answers.order_court")


def check_certificate(answers: Answers, row: Member, practice: OfficePractice) -> Iterator[Finding]:
    """Check the akta that the note goes to: the register's, else one that an officer compares with the paper."""
    number = CertificateNumber.find(answers.text("certificate_number"))
    if row.birth_certificate is not None:
        if number_key(answers.text("certificate_number") or "") != number_key(row.birth_certificate):
            yield failure("certificate_number_differs", NUMBER_FIELD)
    elif number is None or number.is_ours:
        yield failure("certificate_unknown_here", NUMBER_FIELD)
    else:
        yield failure("certificate_noted_here" if practice.notes_on_others_certificates else "certificate_other_office", NUMBER_FIELD)


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers = answers_of(application)
    row, order_on = needed(register, answers.text(_SUBJECT)), answers.date("order_on")
    given = answers.text("certificate_number")
    if order_on is None or given is None:
        raise DomainError("answer_missing", "order_on" if order_on is None else "certificate_number")
    deed = deed_of(row, given, register)
    note = SideNote(
        **deed.noted,
        name=row.certified_name,
        nik=row.nik,
        event=EVENT,
        basis="PENETAPAN PENGADILAN NEGERI",
        basis_issuer=(answers.text("order_court") or "").upper(),
        basis_number=answers.text("order_number"),
        basis_on=order_on,
    )
    row = replace(row, **known_of(deed))
    basis = Basis(ORDER, order_on, answers.text("order_number"))
    new = answers.text("new_name") or ""
    return plan_renaming(row, new, note, register=register, request_id=application.first.request_id, basis=basis, today=today)


UBAH_NAMA: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **WAYS,
            **dict.fromkeys((UNCHANGED, "new_name_has_title", "new_name_abbreviated", "new_name_not_latin"), CaseRoute.RETURN),
            **dict.fromkeys(("adult_asks_alone", "order_before_birth", "court_not_district"), CaseRoute.RETURN),
        }
    ),
)
