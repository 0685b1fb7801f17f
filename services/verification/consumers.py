"""Events from the broker and their handlers. Wire contracts are converted to this service's own types here."""

from __future__ import annotations

from collections.abc import Sequence

from services.verification import handlers
from services.verification.domain.submission import CourtChild, CourtDecision, CourtParty, Submission
from services.verification.ports import Deps, Tx
from shared.contracts import parts
from shared.contracts.intake import RequestSubmitted
from shared.contracts.issuance import DocumentIssued
from shared.messaging.delivery import AnyEventRoute, EventRoute, Meta, converting
from shared.values import Attachment, Contact, Vouching


def routes(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    """Return the handler of each event of this service's queue."""

    async def on_request_submitted(tx: Tx, submission: Submission, _meta: Meta) -> None:
        await handlers.open_case(tx, deps, submission)

    async def prefetch_submitted(tx: Tx, submissions: Sequence[Submission]) -> None:
        await tx.prefetch(submissions)

    async def on_document_issued(tx: Tx, event: DocumentIssued, _meta: Meta) -> None:
        document = handlers.IssuedReport(event.request_id, event.document_id, event.document_number, event.personal.kk_number)
        await handlers.record_document(tx, deps, document)

    async def prefetch_issued(tx: Tx, events: Sequence[DocumentIssued]) -> None:
        await tx.prefetch_cases(event.request_id for event in events)

    return (
        converting(RequestSubmitted, submission_from, on_request_submitted, prefetch_submitted),
        EventRoute(DocumentIssued, on_document_issued, prefetch_issued),
    )


def submission_from(event: RequestSubmitted) -> Submission:
    """Return the event's request as this service's own type."""
    personal = event.personal
    return Submission(
        request_id=event.request_id,
        receipt=event.receipt,
        channel=event.channel,
        service=event.service,
        product=event.product,
        submitted_at=event.submitted_at,
        nik=personal.nik,
        contact=Contact(**dict(personal.contact)),
        case_id=event.case_id,
        kk_number=personal.kk_number,
        applicant_name=personal.applicant_name,
        promised_at=event.promised_at,
        attachments=tuple(Attachment(**dict(attachment)) for attachment in event.attachments),
        decision=_decision(personal.decision) if personal.decision else None,
        vouching=Vouching(**dict(event.vouching)) if event.vouching else None,
        sender_nik=personal.sender_nik,
        repeats=event.repeats,
    )


def _decision(decision: parts.CourtDecision) -> CourtDecision:
    persons = {
        "husband": CourtParty(**dict(decision.husband)),
        "wife": CourtParty(**dict(decision.wife)),
        "children": tuple(CourtChild(**dict(child)) for child in decision.children),
    }
    return CourtDecision(**(dict(decision) | persons))
