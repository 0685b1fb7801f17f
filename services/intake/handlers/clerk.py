"""What clerks of a court do at the desk: begin a decision, type it, send it as the API would, correct what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.intake.domain import clerk as rules
from services.intake.domain.clerk import ClerkSave, CourtDraft
from services.intake.domain.clerk_reading import Judged, judged
from services.intake.domain.court import CourtDecision
from services.intake.domain.decisions import kinds_of
from services.intake.domain.requests import Request, RequestState
from services.intake.handlers.court import record_decision
from services.intake.handlers.filing import local_day
from services.intake.ports import CourtCase, Deps, Tx
from shared.errors import BadInput, DomainError, NotFound, Stale
from shared.reference.courts import Court
from shared.reference.decision_kinds import decision_kinds

_RETURNED: Final = frozenset({RequestState.RETURNED})


async def begin_decision(tx: Tx, deps: Deps, court: Court, kind: str, clerk: tuple[str, str]) -> CourtDraft:
    """Begin a decision. `clerk`: the id and the name of who does.

    Raises:
        NotFound: `kind_unknown`: the court does not send decisions of this kind.
    """
    if all(kind != known.id for known in kinds_of(court)):
        raise NotFound("kind_unknown", "This court does not send decisions of this kind.")
    rows = MappingProxyType(rules.first_rows(decision_kinds()[kind]))
    begun = CourtDraft(deps.new_id(), court.code, kind, *clerk, deps.clock(), rows=rows)
    tx.add_court_draft(begun)
    return begun


async def save_decision(tx: Tx, deps: Deps, draft_id: str, save: ClerkSave) -> tuple[CourtDraft, tuple[str, ...]]:
    """Keep what was typed; return the draft, and ids of files that nobody needs any more.

    Raises:
        NotFound: `court_drafts_not_found`.
        Stale: `draft_changed`; `draft_sent`.
    """
    known = await tx.court_draft(draft_id)
    kept = rules.saved(known, save, deps.clock())
    tx.save_court_draft(kept)
    return kept, () if kept.file == known.file else _unneeded(known)


async def drop_decision(tx: Tx, draft_id: str) -> tuple[str, ...]:
    """Drop what was begun; return ids of files that nobody needs any more.

    Raises:
        NotFound: `court_drafts_not_found`.
        Stale: `draft_sent`.
    """
    known = await tx.court_draft(draft_id)
    if known.sent_case is not None:
        raise Stale("draft_sent", "It was sent already.")
    tx.remove_court_draft(known)
    return _unneeded(known)


async def send_decision(tx: Tx, deps: Deps, draft_id: str, version: int) -> str:
    """Record what was typed, as if the court had sent it over the API; return the id of its case. What was sent once is not sent again.

    Raises:
        NotFound: `court_drafts_not_found`.
        Stale: `draft_changed`: it is not any more what was looked through.
        BadInput: `decision_refused`, with every field that is wrong.
        DomainError: `decision_unchanged`: a correction that corrects nothing; `decision_already_recorded` or `decision_closed`.
    """
    known = await tx.court_draft(draft_id)
    if known.sent_case is not None:
        return known.sent_case
    if known.version != version:
        raise Stale("draft_changed", "Somebody else has changed it since.")
    corrected = await tx.case(known.corrects) if known.corrects else None
    read = judge_draft(deps, known, corrected)
    if read.problems or read.decision is None:
        raise BadInput("decision_refused", "The decision can't be recorded.", read.problems)
    answer = await record_decision(tx, deps, _with_file(read.decision, known))
    case_id = str(answer["case_id"])
    if corrected is not None and is_returned([await tx.request(one.request_id) for one in (await tx.case(case_id)).requests]):
        raise DomainError("decision_unchanged", "Nothing of it was changed.")
    tx.save_court_draft(rules.sent(known, case_id))
    return case_id


async def correct_decision(tx: Tx, deps: Deps, court: Court, case_id: str, clerk: tuple[str, str]) -> CourtDraft:
    """Begin to correct a decision that the office has returned, from what was sent. `clerk`: the id and the name of who does.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `decision_not_returned`.
    """
    case = await tx.case(case_id)
    if not is_returned([await tx.request(one.request_id) for one in case.requests]):
        raise DomainError("decision_not_returned", "The decision does not wait to be corrected.")
    values, rows = rules.values_of(case.decision, local_day(deps.clock()))
    begun = CourtDraft(
        deps.new_id(),
        court.code,
        case.decision.kind,
        *clerk,
        deps.clock(),
        values=MappingProxyType(values),
        rows=MappingProxyType(rows),
        file=case.decision.file,
        corrects=case_id,
    )
    tx.add_court_draft(begun)
    return begun


def judge_draft(deps: Deps, draft: CourtDraft, corrected: CourtCase | None = None) -> Judged:
    """Return what was typed, judged. The court's reference stays that of the case that is corrected; else it is the draft's id."""
    today: date = local_day(deps.clock())
    return judged(draft, corrected.decision.decision_id if corrected else draft.draft_id, today)


def is_returned(requests: Sequence[Request]) -> bool:
    """Return whether the office has returned a case as a whole, so that its court may correct it."""
    return {request.state for request in requests} == _RETURNED


def _with_file(decision: CourtDecision, draft: CourtDraft) -> CourtDecision:
    if draft.file is None:
        return decision
    return replace(decision, file=rules.attachment_of(draft.kind, draft.file, decision.case_number))


def _unneeded(known: CourtDraft) -> tuple[str, ...]:
    """Return the files that may be deleted at once: what a recorded case has stays its own."""
    return () if known.file is None or known.corrects is not None else (known.file.file_id,)
