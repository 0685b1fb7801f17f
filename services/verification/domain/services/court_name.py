"""A change of name that a Pengadilan Negeri sends by itself: the same effect as of one that the person brings (`domain.renaming`). Pure.

Sources: UU 23/2006 article 52, Perpres 96/2018 article 53, Permendagri 73/2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.contents import SideNote
from services.verification.domain.court import check_case, check_names, check_party
from services.verification.domain.court_orders import order_by
from services.verification.domain.deeds import WAYS, check_deed, deed_of, known_of, with_deed
from services.verification.domain.finding import Finding
from services.verification.domain.parting import needed_decision, people_of_decision
from services.verification.domain.persons import needed
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.renaming import EVENT, UNCHANGED, check_new_name, plan_renaming
from services.verification.domain.rules import Application, Basis, People, Plan, Rules
from services.verification.domain.services.court_marriage import ORDER
from shared.reference.court_findings import CourtFinding

_NUMBER: Final = "certificate_number"


def _people(application: Application) -> People:
    decision = application.first.decision
    return with_deed(people_of_decision(application), decision.answers.text(_NUMBER) if decision is not None else None)


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is None:
        return
    yield from check_case(decision, today)
    yield from check_names(decision)
    yield from check_party(decision, "person", register, [submission.applicant.nik for submission in application.submissions])
    person = register.person(decision.parties["person"].nik)
    if person is None:
        return
    yield from check_new_name(person, decision.answers.text("new_name") or "", "decision.new_name")
    for found in check_deed(person, decision.answers.text(_NUMBER), register, today):
        yield replace(found, field=f"decision.{_NUMBER}")


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    """Plan side note, KK and card.

    Raises:
        DomainError: `decision_missing`, `not_in_register`, `certificate_needed_first` or `new_name_unchanged`.
    """
    decision = needed_decision(application)
    person, order = needed(register, decision.parties["person"].nik), order_by(decision)
    deed = deed_of(person, decision.answers.text(_NUMBER), register)
    note = SideNote(**{**deed.noted, **order.noted}, nik=person.nik, name=person.certified_name, event=EVENT)
    row, new = replace(person, **known_of(deed)), decision.answers.text("new_name") or ""
    basis = Basis(ORDER, order.on, order.number)
    return plan_renaming(row, new, note, register=register, request_id=application.first.request_id, basis=basis, today=today)


RULES: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **WAYS,
            **dict.fromkeys((CourtFinding.DECISION_NOT_FINAL, "decision_missing"), CaseRoute.RETURN),
            **dict.fromkeys((UNCHANGED, "new_name_has_title", "new_name_abbreviated", "new_name_not_latin"), CaseRoute.RETURN),
            CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
        }
    ),
)
