"""What issuance publishes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Contract, Event
from shared.contracts.parts import ChannelCode, Code, Contact, DocumentNumber, KkText, ProductCode, Sha256


class DocumentIssuedPersonal(Contract):
    """For whom, where it goes, and where anybody who holds it can check it."""

    contact: Contact
    holder_name: str
    check_url: Annotated[str, Field(description="Public page that says whether it is genuine; carries an unguessable token")]
    kk_number: Annotated[KkText | None, Field(description="The number of the family card where this document gave it a new one")] = None


class DocumentIssued(Event):
    """A document exists: numbered, signed, stored; its bytes never change. Subject: the document id."""

    type: ClassVar[str] = "issuance.document_issued.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "verification", "notifier")

    document_id: str
    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    product: ProductCode
    document_number: DocumentNumber
    media_type: str = "application/pdf"
    size_bytes: Annotated[int, Field(ge=1)]
    sha256: Sha256
    issued_at: AwareDatetime
    personal: DocumentIssuedPersonal
