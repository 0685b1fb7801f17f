"""A court decision: checked, recorded once, and turned into one request per party; sent again corrected when it was returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.intake.domain.court import CourtDecision, CourtParty, at_home, elsewhere, fingerprint
from services.intake.domain.decisions import judge
from services.intake.domain.filled_form import FilledForm, Person
from services.intake.domain.requests import OPEN, DecisionRecorded, Request, RequestOrigin, RequestState, RequestSubmitted, resubmit, submit
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.figures import count_figures
from services.intake.handlers.requests import Opening, new_request, promised
from services.intake.ports import CaseRequest, CourtCase, Deps, Tx
from shared.clock import WIB
from shared.errors import BadInput, DomainError
from shared.reference.decision_kinds import decision_kinds
from shared.values import Channel, KkNumber, Nik, VouchedBy

BY_COURT = SenderVouching(VouchedBy.COURT)


async def record_decision(tx: Tx, deps: Deps, decision: CourtDecision) -> dict[str, Any]:
    """Open one case for a final decision, or the next round of one that was returned.

    The same decision again, however its number is written, gives the same answer; a new case where nothing can come of the first.

    Args:
        tx: The unit of work.
        deps: The dependencies of the process.
        decision: As sent.

    Raises:
        BadInput: `decision_refused`, with every field that is wrong.
        DomainError: `decision_already_recorded`: the case is in work with other content. `decision_closed`: it has ended with other
            content. People must decide about both.
    """
    now = deps.clock()
    problems = judge(decision, now.astimezone(WIB).date())
    if problems:
        raise BadInput("decision_refused", "The decision can't be recorded.", problems)
    known = await tx.find_case(decision.key)
    if known is not None and await _has_come_to_nothing(tx, known, decision):
        tx.save_case(replace(known, key=f"{known.key} {known.case_id}"))  # written before the new one, which takes the decision's key
        known = None
    if known is None:
        return _answer(_opened(tx, deps, decision, now))
    if known.fingerprint == fingerprint(decision) and decision.file in (None, known.decision.file):
        return _answer(known)
    return _answer(await _corrected(tx, deps, known, decision, now))


def _opened(tx: Tx, deps: Deps, decision: CourtDecision, now: datetime) -> CourtCase:
    case_id = deps.new_id()
    origin = RequestOrigin(Channel.COURT, decision.court_code, reference=decision.decision_id)
    service = decision_kinds()[decision.kind].service
    requests = _requests(tx, deps, origin, service, decision, (case_id, now)) if service is not None else ()
    case = CourtCase(case_id, decision.key, decision, fingerprint(decision), requests, now)
    tx.add_case(case)
    if service is None:
        tx.emit(DecisionRecorded(case_id, origin, decision, now))
    return case


def _requests(
    tx: Tx, deps: Deps, origin: RequestOrigin, service: str, decision: CourtDecision, opened: tuple[str, datetime]
) -> tuple[CaseRequest, ...]:
    """Open a request for each party whom this office serves; they are judged as one."""
    case_id, now = opened
    parties = [(role, party) for role, party in decision.parties if at_home(party)]
    requests = [_request(deps, origin, service, party, now) for _, party in parties]
    ids = tuple(request.request_id for request in requests)
    for request in requests:
        _send(tx, submit(replace(request, case_id=case_id, case_requests=ids))[0], decision, is_new=True)
        count_figures(tx, deps, None, request)
    return tuple(CaseRequest(role, request.request_id, request.receipt) for (role, _), request in zip(parties, requests, strict=True))


async def _corrected(tx: Tx, deps: Deps, case: CourtCase, decision: CourtDecision, now: datetime) -> CourtCase:
    """Begin the next round of a returned case: the parties at this office and their receipts stay.

    Raises:
        DomainError: `decision_already_recorded` or `decision_closed`.
    """
    requests = [await tx.request(one.request_id) for one in case.requests]
    _check_returned(requests)
    for one, request in zip(case.requests, requests, strict=True):
        form = _form(deps, request.service, dict(decision.parties)[one.party])
        key = form.person_key(deps.catalogue.get(request.service))
        origin = replace(request.origin, reference=decision.decision_id)
        named = replace(request, person_key=key, origin=origin)
        again, _ = resubmit(named, form, promised(deps, form, now), now)
        _send(tx, again, decision, is_new=False)
    corrected = replace(case, decision=decision, fingerprint=fingerprint(decision))
    tx.save_case(corrected)
    return corrected


async def _has_come_to_nothing(tx: Tx, case: CourtCase, decision: CourtDecision) -> bool:
    """Return whether nothing can come of a case any more, so that the decision opens a new one.

    Every document of it was given up before its issue; or it was returned, and its correction has other parties at this office.
    """
    states = {(await tx.request(one.request_id)).state for one in case.requests}
    has_others = [role for role, party in decision.parties if at_home(party)] != [one.party for one in case.requests]
    return states == {RequestState.VOID} or (has_others and states == {RequestState.RETURNED})


def _check_returned(requests: Sequence[Request]) -> None:
    """Refuse to correct a case that is not back at the court.

    Raises:
        DomainError: `decision_already_recorded`; `decision_closed`.
    """
    states = {request.state for request in requests}
    if states == {RequestState.RETURNED}:
        return
    if states & (OPEN | {RequestState.RETURNED}):
        raise DomainError("decision_already_recorded", "This case is in work with other content; call the office to correct it.")
    raise DomainError("decision_closed", "This case has ended, with other content; call the office.")


def _request(deps: Deps, origin: RequestOrigin, service: str, party: CourtParty, now: datetime) -> Request:
    return new_request(deps, Opening(origin, _form(deps, service, party), now, vouching=BY_COURT))


def _form(deps: Deps, service: str, party: CourtParty) -> FilledForm:
    card = KkNumber.parse(party.kk_number).text if party.kk_number else None
    return FilledForm(service, deps.catalogue.get(service).form.version, party=Person(Nik.parse(party.nik).text, card, party.name))


def _send(tx: Tx, request: Request, decision: CourtDecision, *, is_new: bool) -> None:
    if decision.file is not None:
        request = replace(request, form=replace(request.form, attachments=(decision.file,)))
    (tx.add_request if is_new else tx.save_request)(request)
    tx.emit(RequestSubmitted(request, decision))


def _answer(case: CourtCase) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "decision_id": case.decision.decision_id,
        "state": "received" if case.requests else "recorded",
        "received_at": case.received_at.isoformat(),
        "requests": [{"party": one.party, "request_id": one.request_id, "receipt": one.receipt} for one in case.requests],
        "elsewhere": [{"party": one.party, "regency_code": one.regency_code, "regency": one.regency} for one in elsewhere(case.decision)],
    }
