"""Facts -> wire contracts: what issuance publishes."""

from __future__ import annotations

from services.issuance.domain.document import DocumentIssued
from shared.contracts import issuance as wire
from shared.contracts.parts import Channel, Contact, Product


def to_event(fact: DocumentIssued) -> wire.DocumentIssued:
    """The event `issuance.document_issued.v1`."""
    document, contact = fact.document, fact.contact
    return wire.DocumentIssued(
        document_id=document.document_id,
        request_id=document.request_id,
        receipt=document.receipt,
        case_id=document.case_id,
        channel=Channel(document.channel),
        service=document.service,
        product=Product(document.product),
        document_number=document.number,
        size_bytes=fact.pdf.size_bytes,
        sha256=fact.pdf.sha256,
        issued_at=fact.issued_at,
        personal=wire.DocumentIssuedPersonal(
            contact=Contact(
                channel=Channel(contact.channel),
                address=contact.address,
                reference=contact.reference,
                last_inbound_at=contact.last_inbound_at,
            ),
            holder_name=document.holder_name,
            check_url=fact.check_url,
            kk_number=document.allocated_kk,
        ),
    )
