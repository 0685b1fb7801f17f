"""What intake publishes: facts of the domain as wire contracts. The only place that names them."""

from __future__ import annotations

from typing import assert_never

from services.intake.domain import court
from services.intake.domain.requests import Published, ReplyComposed, Request, RequestOrigin, RequestSubmitted, StatusReceived
from shared.contracts import intake as contract
from shared.contracts.envelope import Event
from shared.contracts.parts import Attachment, Channel, Contact, CourtChild, CourtDecision, CourtParty, Product, VouchedBy, Vouching


def to_event(fact: Published) -> Event:
    """The event that tells a fact."""
    if isinstance(fact, RequestSubmitted):
        return _request_submitted(fact)
    if isinstance(fact, ReplyComposed):
        return _reply_composed(fact)
    if isinstance(fact, StatusReceived):
        return _status_received(fact)
    assert_never(fact)


def _request_submitted(fact: RequestSubmitted) -> contract.RequestSubmitted:
    request = fact.request
    return contract.RequestSubmitted(
        request_id=request.request_id,
        receipt=request.receipt,
        case_id=request.case_id,
        channel=Channel(request.origin.channel),
        service=request.service,
        product=Product(request.product),
        submitted_at=request.submitted_at,
        promised_at=request.promised_at,
        outreach_source=request.outreach_source,
        attachments=tuple(
            Attachment(file_id=file.file_id, kind=file.kind, media_type=file.media_type, size_bytes=file.size_bytes, sha256=file.sha256)
            for file in request.attachments
        ),
        vouching=_vouching(request),
        repeats=request.repeats,
        personal=contract.RequestSubmittedPersonal(
            contact=_contact(request.origin),
            nik=request.person.nik,
            kk_number=request.person.kk_number,
            applicant_name=request.person.applicant_name,
            decision=_decision(fact.decision) if fact.decision else None,
            sender_nik=request.vouching.nik if request.vouching else None,
        ),
    )


def _vouching(request: Request) -> Vouching | None:
    found = request.vouching
    return Vouching(by=VouchedBy(found.by.value), link_id=found.link_id, level=found.level) if found else None


def _reply_composed(fact: ReplyComposed) -> contract.ReplyComposed:
    return contract.ReplyComposed(
        conversation_id=fact.conversation_id,
        request_id=fact.request_id,
        personal=contract.ReplyComposedPersonal(
            contact=_contact(fact.origin),
            in_reply_to=fact.in_reply_to,
            text=fact.text,
            buttons=tuple(contract.ReplyButton(id=name, title=title) for name, title in fact.buttons),
        ),
    )


def _status_received(fact: StatusReceived) -> contract.MessageStatusReceived:
    return contract.MessageStatusReceived(
        status=contract.DeliveryStatus(fact.status),
        at=fact.at,
        callback_data=fact.callback_data,
        error_code=fact.error_code,
        personal=contract.MessageStatusReceivedPersonal(wamid=fact.wamid, error_details=fact.error_details),
    )


def _contact(origin: RequestOrigin) -> Contact:
    return Contact(
        channel=Channel(origin.channel),
        address=origin.address,
        reference=origin.reference,
        last_inbound_at=origin.last_inbound_at.isoformat() if origin.last_inbound_at else None,
    )


def _decision(decision: court.CourtDecision) -> CourtDecision:
    return CourtDecision(
        court_code=decision.court_code,
        case_number=decision.case_number,
        kind=decision.kind,
        decided_on=decision.decided_on,
        final_on=decision.final_on,
        pledge_on=decision.pledge_on,
        deed_number=decision.deed_number,
        deed_on=decision.deed_on,
        deed_serial=decision.deed_serial,
        marriage_certificate_number=decision.marriage_certificate_number,
        marriage_certificate_on=decision.marriage_certificate_on,
        husband=_party(decision.husband),
        wife=_party(decision.wife),
        children=tuple(CourtChild(nik=child.nik, name=child.name, custody_nik=child.custody_nik) for child in decision.children),
    )


def _party(party: court.CourtParty) -> CourtParty:
    return CourtParty(
        nik=party.nik,
        name=party.name,
        birth_place=party.birth_place,
        born_on=party.born_on,
        address=party.address,
        occupation=party.occupation,
        phone=party.phone,
    )
