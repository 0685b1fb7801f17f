"""What issuance publishes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Contract, Event
from shared.contracts.parts import ChannelCode, Code, Contact, DocumentNumber, ProductCode, Sha256


class DocumentIssuedPersonal(Contract):
    """For whom, where it goes, and where anybody who holds it can check it."""

    contact: Contact
    holder_name: str
    check_url: Annotated[str, Field(description="Public page that says whether it is genuine; carries an unguessable token")]


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
    documents: Annotated[int, Field(ge=1, description="How many documents the request has, this one included")]
    form: Annotated[Code, Field(description="pdf: the document itself; card: the slip with which a card is fetched")]
    document_number: DocumentNumber
    media_type: str = "application/pdf"
    size_bytes: Annotated[int, Field(ge=1)]
    sha256: Sha256
    issued_at: AwareDatetime
    personal: DocumentIssuedPersonal


class DocumentEndedPersonal(Contract):
    """Whom to tell."""

    contact: Contact
    holder_name: str


class DocumentEnded(Event):
    """What the ends of a document have in common. No event by itself."""

    document_id: str
    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    product: ProductCode
    document_number: DocumentNumber
    personal: DocumentEndedPersonal


class DocumentSuperseded(DocumentEnded):
    """A newer document took its place; whoever checks it is told so. Subject: the document id."""

    type: ClassVar[str] = "issuance.document_superseded.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    superseded_by: Annotated[str, Field(description="Id of the document that took its place")]
    same_contact: Annotated[bool, Field(description="Whether the newer one goes to the same contact, who needs no other word then")]
    superseded_at: AwareDatetime


class DocumentRevoked(DocumentEnded):
    """The office took a document back: it is not valid any more, and nothing took its place. Subject: the document id."""

    type: ClassVar[str] = "issuance.document_revoked.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    authority: Annotated[Code, Field(description="Who ordered it: head_of_office, court, citizen_request")]
    reason: Annotated[Code, Field(description="Why: data_wrong, issued_to_wrong_person, court_order, …")]
    revoked_at: AwareDatetime


class DocumentVoided(DocumentEnded):
    """The office gave a document up before it was issued: its number stays used, and it will never come. Subject: the document id."""

    type: ClassVar[str] = "issuance.document_voided.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "verification", "notifier")

    service: Code
    documents: Annotated[int, Field(ge=1, description="How many documents the request was to have, this one included")]
    reason: Annotated[Code, Field(description="Why: wrong_data, sheet_unprintable, …")]
    voided_at: AwareDatetime


class CardReady(Event):
    """A card was printed and lies where it is fetched, by whoever shows its slip. Subject: the document id of the slip."""

    type: ClassVar[str] = "issuance.card_ready.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    document_id: str
    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    product: ProductCode
    document_number: Annotated[DocumentNumber, Field(description="Of the slip")]
    prints: Annotated[int, Field(ge=1, description="Which print of the card: one that was spoiled is told anew when it is ready again")]
    place: Annotated[str, Field(min_length=1, description="Where it is fetched")]
    office_address: str
    hours: Annotated[str, Field(min_length=1, description="When, as people read it")]
    ready_at: AwareDatetime
    personal: DocumentEndedPersonal
