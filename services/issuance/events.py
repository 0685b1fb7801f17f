"""What issuance publishes: facts of the domain as wire contracts. The only place that names them."""

from __future__ import annotations

from typing import Any, assert_never

from services.issuance.domain.document import (
    CardReady,
    Document,
    DocumentIssued,
    DocumentRevoked,
    DocumentSuperseded,
    DocumentVoided,
    Fact,
)
from shared.contracts import issuance as wire
from shared.contracts.envelope import Event


def to_event(fact: Fact) -> Event:
    """Return the event that tells a fact."""
    match fact:
        case DocumentIssued():
            return _issued(fact)
        case DocumentSuperseded():
            return wire.DocumentSuperseded(
                **_told(fact),
                superseded_by=fact.by,
                same_contact=fact.same_contact,
                superseded_at=fact.superseded_at,
            )
        case DocumentRevoked(revocation=revocation):
            return wire.DocumentRevoked(
                **_told(fact),
                authority=revocation.authority,
                reason=revocation.reason,
                revoked_at=fact.revoked_at,
            )
        case DocumentVoided(document=document):
            return wire.DocumentVoided(
                **_told(fact),
                service=document.service,
                documents=document.documents,
                reason=fact.reason,
                voided_at=fact.voided_at,
            )
        case CardReady(pickup=pickup):
            return wire.CardReady(
                **_told(fact),
                prints=fact.prints,
                place=pickup.place,
                office_address=pickup.address,
                hours=pickup.hours,
                ready_at=fact.ready_at,
            )
        case _:
            assert_never(fact)


def _issued(fact: DocumentIssued) -> Event:
    document, pdf = fact.document, fact.pdf
    return wire.DocumentIssued(
        **_of(document),
        service=document.service,
        documents=document.documents,
        form=document.form,
        size_bytes=pdf.size_bytes,
        sha256=pdf.sha256,
        issued_at=fact.issued_at,
        personal=wire.DocumentIssuedPersonal(contact=fact.contact, holder_name=document.holder_name, check_url=fact.check_url),
    )


def _told(fact: DocumentSuperseded | DocumentRevoked | DocumentVoided | CardReady) -> dict[str, Any]:
    personal = wire.DocumentEndedPersonal(contact=fact.contact, holder_name=fact.document.holder_name)
    return {**_of(fact.document), "personal": personal}


def _of(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "request_id": document.request_id,
        "receipt": document.receipt,
        "case_id": document.case_id,
        "channel": document.channel,
        "product": document.product,
        "document_number": document.number,
    }
