"""A court decision: checked, recorded once, and turned into one request per party and product."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.intake.domain.court import CourtDecision, CourtParty, at_home, elsewhere, judge
from services.intake.domain.requests import Person, RequestOrigin
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.requests import Opening, open_request
from services.intake.ports import CaseRequest, CourtCase, Deps, Tx
from shared.clock import WIB
from shared.errors import BadInput, DomainError
from shared.values import Channel, KkNumber, Nik, VouchedBy

SERVICE = "cerai"
BY_COURT = SenderVouching(VouchedBy.COURT)


async def record_decision(tx: Tx, deps: Deps, decision: CourtDecision, fingerprint: str) -> dict[str, Any]:
    """Open one case for a final divorce decision. The same decision again, however its number is written, gives the same answer.

    Args:
        tx: The unit of work.
        deps: The dependencies of the process.
        decision: As sent.
        fingerprint: A hash of the decision's content without the court's own reference.

    Raises:
        BadInput: `decision_refused`, with every field that is wrong.
        DomainError: `decision_already_recorded`: the case is known with other content; people must decide about a correction.
    """
    now = deps.clock()
    problems = judge(decision, now.astimezone(WIB).date())
    if problems:
        raise BadInput("decision_refused", "The decision can't be recorded.", problems)
    known = await tx.find_case(decision.key)
    if known is not None:
        if known.fingerprint != fingerprint:
            raise DomainError("decision_already_recorded", "This case is recorded with other content; call the office to correct it.")
        return _answer(known)
    case_id = deps.new_id()
    case = CourtCase(case_id, decision.key, decision, fingerprint, _open(tx, deps, decision, case_id, now), now)
    tx.add_case(case)
    return _answer(case)


def _open(tx: Tx, deps: Deps, decision: CourtDecision, case_id: str, now: datetime) -> tuple[CaseRequest, ...]:
    origin = RequestOrigin(Channel.COURT, decision.court_code, reference=decision.decision_id)
    opened = []
    for role, party in decision.parties:
        if not at_home(party):
            continue
        for product in deps.catalogue.get(SERVICE).products:
            opening = Opening(origin, SERVICE, product, _person(party), now, case_id=case_id, decision=decision, vouching=BY_COURT)
            request = open_request(tx, deps, opening)
            opened.append(CaseRequest(role, product, request.request_id, request.receipt))
    return tuple(opened)


def _person(party: CourtParty) -> Person:
    return Person(Nik.parse(party.nik).text, KkNumber.parse(party.kk_number).text if party.kk_number else None, party.name)


def _answer(case: CourtCase) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "decision_id": case.decision.decision_id,
        "state": "received",
        "received_at": case.received_at.isoformat(),
        "requests": [
            {"party": one.party, "product": one.product, "request_id": one.request_id, "receipt": one.receipt} for one in case.requests
        ],
        "elsewhere": [{"party": one.party, "regency_code": one.regency_code, "regency": one.regency} for one in elsewhere(case.decision)],
    }
