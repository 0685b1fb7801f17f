"""A final divorce of a Religious Court. Pure.

The office records what the court decided and checks identity and consistency only (UU 7/1989, PP 9/1975, UU 23/2006 article 40). Both
parties become CERAI HIDUP TERCATAT and get a card of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.court import check_decision
from services.verification.domain.finding import Finding
from services.verification.domain.parting import Single, needed_decision, part, parting_wishes, people_of_decision
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, Basis, Plan, Rules
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding
from shared.reference.population import KkMarital

BASIS: Final = "akta_cerai"


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is not None:
        yield from check_decision(application, decision, register, today=today)


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    decision = needed_decision(application)
    if decision.husband.nik == decision.wife.nik:
        raise DomainError("parties_same", "One person can't be divorced from themself.")
    divorced = Single(KkMarital.DIVORCED, decision.divorced_on)
    after = dict.fromkeys((decision.husband.nik, decision.wife.nik), divorced)
    deed = decision.answers
    basis = Basis(BASIS, on=deed.date("deed_on") or decision.final_on, number=deed.text("deed_number"))
    return part(application, register, numbers, after, basis, today)


RULES: Final = Rules(
    people=people_of_decision,
    check=_check,
    wishes=parting_wishes,
    plan=_plan,
    may_be_automatic=True,
    ways=MappingProxyType(
        {
            **dict.fromkeys((CourtFinding.CUSTODY_UNKNOWN, CourtFinding.DECISION_NOT_FINAL, "decision_missing"), CaseRoute.RETURN),
            **dict.fromkeys((CourtFinding.PARTIES_SAME, CourtFinding.PLEDGE_MISSING, "holder_not_party"), CaseRoute.RETURN),
            CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
        }
    ),
)
