"""A document from the claim of its number to its end. Pure.

States: claimed -> rendering(attempt) -> issued; before issue also void (with a reason), and held (with a reason) until a person retries or
voids it. A number belongs to one document for ever: it ends issued or void, and is never given again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.issuance.domain.card import FamilyCard
from shared.backoff import Backoff
from shared.errors import DomainError
from shared.values import Contact


class DocumentState(StrEnum):
    """The state of a document."""

    CLAIMED = "claimed"
    RENDERING = "rendering"
    HELD = "held"
    ISSUED = "issued"
    VOID = "void"


NEXT: Final[Mapping[DocumentState, frozenset[DocumentState]]] = MappingProxyType(
    {
        DocumentState.CLAIMED: frozenset({DocumentState.RENDERING, DocumentState.VOID}),
        DocumentState.RENDERING: frozenset({DocumentState.RENDERING, DocumentState.ISSUED, DocumentState.HELD, DocumentState.VOID}),
        DocumentState.HELD: frozenset({DocumentState.RENDERING, DocumentState.VOID}),
        DocumentState.ISSUED: frozenset(),
        DocumentState.VOID: frozenset(),
    }
)
"""What may follow what."""

_RETRY: Final = Backoff(1.0, 300.0)  # a renderer that died is back within a second; what lasts longer needs a person, and is held soon


@dataclass(frozen=True, slots=True)
class Cause:
    """The message that asked for a document: keeps the trace between claim and issue."""

    correlation_id: str
    causation_id: str
    traceparent: str


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """The content of the sheet and where it goes. Personal, dropped once the document is issued or void."""

    holder_nik: str
    card: FamilyCard
    contact: Contact


@dataclass(frozen=True, slots=True)
class Approval:
    """The decision that a document may be made."""

    request_id: str
    receipt: str
    case_id: str | None
    channel: str
    service: str
    product: str
    material: DocumentContent


@dataclass(frozen=True, slots=True)
class Pdf:
    """The stored bytes. They never change."""

    file_id: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate that the bytes are signed with. `demo`: carries the mark of an example and proves nothing."""

    certified_by: str
    fingerprint: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One numbered document of one request and product.

    `due_at` says when the renderer may take it up: at once when claimed, after the lease of a running attempt, after the pause of a failed
    one; None when there is nothing to do. `allocated_kk` is set only where this document got a new family card number. `note` says why an
    operator discarded it, and who.
    """

    document_id: str
    request_id: str
    receipt: str
    case_id: str | None
    channel: str
    service: str
    product: str
    number: str
    allocated_kk: str | None
    token: str
    holder_name: str
    origin: Cause
    claimed_at: datetime
    state: DocumentState = DocumentState.CLAIMED
    attempt: int = 0
    due_at: datetime | None = None
    material: DocumentContent | None = None
    pdf: Pdf | None = None
    certificate: Certificate | None = None
    issued_at: datetime | None = None
    reason: str | None = None
    reason_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentIssued:
    """The fact that a document is numbered, signed and stored."""

    document: Document
    pdf: Pdf
    contact: Contact
    issued_at: datetime
    check_url: str


def document_id(request_id: str, product: str) -> str:
    """Return the key that makes a second document of one request and product impossible."""
    return f"{request_id}.{product}"


def holder_name(material: DocumentContent) -> str:
    """Return the name of the person whose document it is.

    Raises:
        DomainError: `holder_not_on_card`.
    """
    for member in material.card.members:
        if member.nik == material.holder_nik:
            return member.name
    raise DomainError("holder_not_on_card")


def claim(approval: Approval, *, number: str, allocated_kk: str | None, token: str, origin: Cause, at: datetime) -> Document:
    """Return the document of an approved request, with its number.

    Raises:
        DomainError: `holder_not_on_card`: the card does not list the person.
    """
    return Document(
        document_id=document_id(approval.request_id, approval.product),
        request_id=approval.request_id,
        receipt=approval.receipt,
        case_id=approval.case_id,
        channel=approval.channel,
        service=approval.service,
        product=approval.product,
        number=number,
        allocated_kk=allocated_kk,
        token=token,
        holder_name=holder_name(approval.material),
        origin=origin,
        claimed_at=at,
        due_at=at,
        material=approval.material,
    )


def begin(document: Document, *, lease: timedelta, at: datetime) -> Document:
    """Start the next attempt; it is this caller's until the lease ends.

    Raises:
        DomainError: `document_not_due`: ended, held, or another attempt is running.
    """
    if document.due_at is None or document.due_at > at:
        raise DomainError("document_not_due")
    return replace(_moved(document, DocumentState.RENDERING), attempt=document.attempt + 1, due_at=at + lease)


def issue(
    document: Document, *, attempt: int, pdf: Pdf, certificate: Certificate, check_url: str, at: datetime
) -> tuple[Document, DocumentIssued]:
    """Record the bytes of the attempt that is still the current one, and forget what is personal but the holder's name.

    Raises:
        DomainError: `attempt_superseded`: it ended otherwise, or a later attempt took over.
    """
    material = document.material
    if document.state is not DocumentState.RENDERING or document.attempt != attempt or material is None:
        raise DomainError("attempt_superseded")
    issued = replace(
        _moved(document, DocumentState.ISSUED),
        due_at=None,
        material=None,
        pdf=pdf,
        certificate=certificate,
        issued_at=at,
        reason=None,
        reason_at=None,
    )
    return issued, DocumentIssued(document=issued, pdf=pdf, contact=material.contact, issued_at=at, check_url=check_url)


def fail(document: Document, *, attempt: int, reason: str, final: bool, most_attempts: int, at: datetime) -> Document:
    """Note a failed attempt: try again after a pause that doubles, or hold it for a person.

    Raises:
        DomainError: `attempt_superseded`, as in `issue`.
    """
    if document.state is not DocumentState.RENDERING or document.attempt != attempt:
        raise DomainError("attempt_superseded")
    if final or attempt >= most_attempts:
        return replace(_moved(document, DocumentState.HELD), due_at=None, reason=reason, reason_at=at)
    return replace(document, due_at=at + timedelta(seconds=_RETRY.seconds(attempt)), reason=reason, reason_at=at)


def retry(document: Document, *, at: datetime) -> Document:
    """Take up a held document again, its attempts counted afresh from where they are.

    Raises:
        DomainError: `document_not_held`.
    """
    if document.state is not DocumentState.HELD:
        raise DomainError("document_not_held")
    return replace(_moved(document, DocumentState.RENDERING), due_at=at)


def void(document: Document, *, reason: str, at: datetime) -> Document:
    """Void a document before issue; the number stays used.

    Raises:
        DomainError: `document_issued` or `document_void`: it has ended.
    """
    if not NEXT[document.state]:
        raise DomainError(f"document_{document.state}")
    return replace(_moved(document, DocumentState.VOID), due_at=None, material=None, reason=reason, reason_at=at)


def discard(document: Document, *, note: str, at: datetime) -> Document:
    """End a held document for the reason it is held, as an operator decided; the number stays used.

    Raises:
        DomainError: `document_not_held`.
    """
    if document.state is not DocumentState.HELD or document.reason is None:
        raise DomainError("document_not_held")
    return replace(void(document, reason=document.reason, at=at), note=note)


def _moved(document: Document, state: DocumentState) -> Document:
    if state not in NEXT[document.state]:
        raise DomainError(f"document_{document.state}")
    return replace(document, state=state)
