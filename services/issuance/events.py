"""What issuance publishes: facts of the domain as wire contracts. The only place that names them."""

from __future__ import annotations

from typing import assert_never

from services.issuance.domain.document import DocumentIssued
from shared.contracts import issuance as wire
from shared.contracts.envelope import Event


def to_event(fact: DocumentIssued) -> Event:
    """Return the event that tells a fact."""
    match fact:
        case DocumentIssued(document=document, pdf=pdf):
            return wire.DocumentIssued(
                document_id=document.document_id,
                request_id=document.request_id,
                receipt=document.receipt,
                case_id=document.case_id,
                channel=document.channel,
                service=document.service,
                product=document.product,
                document_number=document.number,
                size_bytes=pdf.size_bytes,
                sha256=pdf.sha256,
                issued_at=fact.issued_at,
                personal=wire.DocumentIssuedPersonal(
                    contact=fact.contact,
                    holder_name=document.holder_name,
                    check_url=fact.check_url,
                    kk_number=document.allocated_kk,
                ),
            )
        case _:
            assert_never(fact)
