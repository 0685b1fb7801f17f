"""A change of name by a Pengadilan Negeri: the register, the akta, and each card on which the name stands. Pure.

Sources: UU 23/2006 article 52, Perpres 96/2018 article 53, Permendagri 73/2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.checks import check_name
from services.verification.domain.contents import NoteChange
from services.verification.domain.court import check_case, check_names, check_party
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.names import is_named
from services.verification.domain.orders import family_card, person_cards, side_note
from services.verification.domain.parting import needed_decision, people_of_decision
from services.verification.domain.persons import needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, Basis, Plan, RegisterChange, Rules
from services.verification.domain.services.court_child import check_certificate, court_note
from services.verification.domain.services.court_marriage import ORDER
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is None:
        return
    new = decision.answers.text("new_name") or ""
    yield from check_case(decision, today)
    yield from check_names(decision)
    yield from check_name(new, "decision.new_name")
    yield from check_party(decision, "person", register, [submission.applicant.nik for submission in application.submissions])
    person = register.person(decision.parties["person"].nik)
    yield from check_certificate(decision, person)
    if person is not None and is_named(person.name, new):
        yield failure("name_unchanged", "decision.new_name")


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    decision = needed_decision(application)
    person, new = needed(register, decision.parties["person"].nik), (decision.answers.text("new_name") or "").upper()
    number = person.birth_certificate or decision.answers.text("certificate_number")
    if not new or person.name == new or not number:
        raise DomainError("name_unchanged", "The register has this name already.")
    note = court_note(decision, member=person, number=number, event="PERUBAHAN NAMA")
    note = replace(note, changes=(NoteChange("Nama", person.name, new),))
    row = replace(person, name=new)
    family = with_rows(needed_home(register, person.nik), (row,))
    cards = (replace(each, holder_nik=person.nik) for each in person_cards(register, (family,), today))
    documents = (side_note(note, application.first.request_id), family_card(row, family), *cards)
    return Plan(documents, RegisterChange((family,), Basis(ORDER, decision.decided_on, decision.case_number)))


RULES: Final = Rules(
    people=people_of_decision,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **dict.fromkeys((CourtFinding.DECISION_NOT_FINAL, "decision_missing"), CaseRoute.RETURN),
            CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
        }
    ),
)
