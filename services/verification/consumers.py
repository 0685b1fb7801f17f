"""Events from the broker and their handlers. Wire contracts are converted to this service's own types here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.verification import handlers
from services.verification.domain.recorded import RecordedDecision
from services.verification.domain.submission import Answers, CourtDecision, Person, Submission, decided
from services.verification.domain.task_parts import Answer
from services.verification.ports import Deps, Tx
from shared.contracts import decisions as wire
from shared.contracts import parts
from shared.contracts.intake import AddressLost, DecisionRecorded, QuestionAnswered, RequestSubmitted
from shared.contracts.issuance import DocumentIssued, DocumentVoided
from shared.errors import NotFound
from shared.messaging.delivery import AnyEventRoute, EventRoute, Meta, converting
from shared.reference.catalogue import Catalogue
from shared.values import Attachment, Contact, Vouching


def routes(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    """Return the handler of each event of this service's queue."""

    def convert(event: RequestSubmitted) -> Submission:
        return submission_from(event, deps.catalogue)

    async def on_request_submitted(tx: Tx, submission: Submission, meta: Meta) -> None:
        await handlers.take_in(tx, deps, replace(submission, traceparent=meta.traceparent))

    async def on_decision_recorded(tx: Tx, event: DecisionRecorded, _meta: Meta) -> None:
        await handlers.keep_decision(tx, RecordedDecision(event.case_id, _decision(event.personal.decision), event.recorded_at))

    async def prefetch_submitted(tx: Tx, submissions: Sequence[Submission]) -> None:
        await handlers.prefetch(tx, deps, submissions)

    async def on_document_issued(tx: Tx, event: DocumentIssued, _meta: Meta) -> None:
        await handlers.record_document(tx, deps, event.case_id or event.request_id, event.document_id, event.document_number)

    async def on_document_voided(tx: Tx, event: DocumentVoided, _meta: Meta) -> None:
        await handlers.record_void(tx, deps, event.case_id or event.request_id, event.document_id)

    async def on_question_answered(tx: Tx, event: QuestionAnswered, _meta: Meta) -> None:
        answer = Answer(event.question_id, event.answered_at, event.personal.text)
        await handlers.take_answer(tx, deps, event.case_id or event.request_id, answer)

    async def on_address_lost(tx: Tx, event: AddressLost, _meta: Meta) -> None:
        await tx.links.end(event.link_ids, event.lost_at)

    async def prefetch_cases(tx: Tx, events: Sequence[DocumentIssued | DocumentVoided]) -> None:
        await tx.prefetch(event.case_id or event.request_id for event in events)

    return (
        converting(RequestSubmitted, convert, on_request_submitted, prefetch_submitted),
        EventRoute(DecisionRecorded, on_decision_recorded),
        EventRoute(DocumentIssued, on_document_issued, prefetch_cases),
        EventRoute(DocumentVoided, on_document_voided, prefetch_cases),
        EventRoute(QuestionAnswered, on_question_answered),
        EventRoute(AddressLost, on_address_lost),
    )


def submission_from(event: RequestSubmitted, catalogue: Catalogue) -> Submission:
    """Return the event's request as this service's own type, its answers read by the version of the form that they were taken with.

    Raises:
        NotFound: `unknown_service`, `unknown_form_version` or `unknown_decision_kind`.
    """
    personal = event.personal
    form = catalogue.get(event.service).form_kept(event.form_version)
    return Submission(
        request_id=event.request_id,
        receipt=event.receipt,
        channel=event.channel,
        service=event.service,
        products=event.products,
        submitted_at=event.submitted_at,
        contact=Contact(**dict(personal.contact)),
        applicant=_person(personal.applicant),
        subject=_person(personal.subject) if personal.subject else None,
        relation=personal.relation,
        answers=Answers(form.values(personal.answers)),
        form_version=event.form_version,
        round=event.round,
        case_id=event.case_id,
        case_requests=event.case_requests,
        promised_at=event.promised_at,
        attachments=tuple(Attachment(**dict(attachment)) for attachment in event.attachments),
        decision=_decision(personal.decision) if personal.decision else None,
        vouching=Vouching(**dict(event.vouching)) if event.vouching else None,
        sender_nik=personal.sender_nik,
        repeats=event.repeats,
        began_at=event.began_at,
    )


def _person(person: parts.Person) -> Person:
    return Person(**dict(person))


def _decision(data: dict[str, Any]) -> CourtDecision:
    try:
        model = wire.DECISIONS[data["kind"]]
    except KeyError:
        raise NotFound("unknown_decision_kind") from None
    return decided(model.model_validate(data, extra="ignore").model_dump())
