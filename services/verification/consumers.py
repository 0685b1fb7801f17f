"""What comes in over the broker: a table of events and handlers. Wire contracts become this service's own words here."""

from __future__ import annotations

from collections.abc import Sequence

from services.verification import handlers
from services.verification.domain.submission import Attachment, Contact, CourtChild, CourtDecision, CourtParty, Submission, Vouching
from services.verification.ports import Deps, Tx
from shared.contracts import parts
from shared.contracts.intake import RequestSubmitted
from shared.contracts.issuance import DocumentIssued
from shared.messaging.delivery import AnyEventRoute, EventRoute, Meta


def routes(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    """The routes of this service's queue."""

    async def on_request_submitted(tx: Tx, event: RequestSubmitted, _meta: Meta) -> None:
        await handlers.open_case(tx, deps, submission_from(event))

    async def prefetch_submitted(tx: Tx, events: Sequence[RequestSubmitted]) -> None:
        await tx.prefetch(map(submission_from, events))

    async def on_document_issued(tx: Tx, event: DocumentIssued, _meta: Meta) -> None:
        document = handlers.IssuedReport(event.request_id, event.document_id, event.document_number, event.personal.kk_number)
        await handlers.record_document(tx, deps, document)

    async def prefetch_issued(tx: Tx, events: Sequence[DocumentIssued]) -> None:
        await tx.prefetch_cases(event.request_id for event in events)

    return (
        EventRoute(RequestSubmitted, on_request_submitted, prefetch_submitted),
        EventRoute(DocumentIssued, on_document_issued, prefetch_issued),
    )


def submission_from(event: RequestSubmitted) -> Submission:
    """The request in this service's own words."""
    personal = event.personal
    return Submission(
        request_id=event.request_id,
        receipt=event.receipt,
        channel=event.channel.value,
        service=event.service,
        product=event.product.value,
        submitted_at=event.submitted_at,
        nik=personal.nik,
        contact=Contact(
            channel=personal.contact.channel.value,
            address=personal.contact.address,
            reference=personal.contact.reference,
            last_inbound_at=personal.contact.last_inbound_at,
        ),
        case_id=event.case_id,
        kk_number=personal.kk_number,
        applicant_name=personal.applicant_name,
        promised_at=event.promised_at,
        attachments=tuple(Attachment(**attachment.model_dump()) for attachment in event.attachments),
        decision=_decision(personal.decision) if personal.decision else None,
        vouching=Vouching(event.vouching.by.value, event.vouching.link_id, event.vouching.level) if event.vouching else None,
        sender_nik=personal.sender_nik,
        repeats=event.repeats,
    )


def _decision(decision: parts.CourtDecision) -> CourtDecision:
    return CourtDecision(
        court_code=decision.court_code,
        case_number=decision.case_number,
        kind=decision.kind,
        decided_on=decision.decided_on,
        final_on=decision.final_on,
        deed_number=decision.deed_number,
        deed_on=decision.deed_on,
        husband=_party(decision.husband),
        wife=_party(decision.wife),
        pledge_on=decision.pledge_on,
        deed_serial=decision.deed_serial,
        marriage_certificate_number=decision.marriage_certificate_number,
        marriage_certificate_on=decision.marriage_certificate_on,
        children=tuple(CourtChild(nik=child.nik, custody_nik=child.custody_nik, name=child.name) for child in decision.children),
    )


def _party(party: parts.CourtParty) -> CourtParty:
    return CourtParty(
        nik=party.nik,
        name=party.name,
        birth_place=party.birth_place,
        born_on=party.born_on,
        address=party.address,
        occupation=party.occupation,
        phone=party.phone,
    )
