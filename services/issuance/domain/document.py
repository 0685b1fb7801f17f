"""A document from the claim of its number to its end. Pure.

States: claimed -> rendering(attempt) -> issued -> superseded or revoked; before issue also void, and held until a person retries or voids
it, both with a reason. A number is given once; only further extracts of one akta share its number, told apart by a count (ADR 38).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from services.issuance.domain.card_order import CardOrder, order_card
from services.issuance.domain.office import Pickup
from services.issuance.domain.products.spec import Content, DocumentForm
from services.issuance.domain.revocation import Revocation
from shared.backoff import Backoff
from shared.errors import DomainError
from shared.values import Contact


class DocumentState(StrEnum):
    """The state of a document."""

    CLAIMED = "claimed"
    RENDERING = "rendering"
    HELD = "held"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    VOID = "void"


NEXT: Final[Mapping[DocumentState, frozenset[DocumentState]]] = MappingProxyType(
    {
        DocumentState.CLAIMED: frozenset({DocumentState.RENDERING, DocumentState.VOID}),
        DocumentState.RENDERING: frozenset({DocumentState.RENDERING, DocumentState.ISSUED, DocumentState.HELD, DocumentState.VOID}),
        DocumentState.HELD: frozenset({DocumentState.RENDERING, DocumentState.VOID}),
        DocumentState.ISSUED: frozenset({DocumentState.SUPERSEDED, DocumentState.REVOKED}),
        DocumentState.SUPERSEDED: frozenset(),
        DocumentState.REVOKED: frozenset(),
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
    """One numbered document of one request.

    `documents` counts those of its request. `about`, `replaces`: keys (`domain.claim.subject_key`) of what it is the document of, and of
    what else ends with its issue: revoked, where `annulled_by` says who ordered it (`Authority`). `approved_at`: its place among these.
    `due_at`: when the renderer may take it up, at once when claimed, after an attempt's lease or pause; None: nothing to do.
    `content` goes once it is issued or void, `contact` when nothing more can be told. `card`: of a slip. `extract`: which of its number.
    """

    document_id: str
    request_id: str
    receipt: str
    case_id: str | None
    channel: str
    service: str
    product: str
    documents: int
    form: DocumentForm
    number: str
    token: str
    holder_name: str
    about: str
    replaces: tuple[str, ...]
    approved_at: datetime
    origin: Cause
    claimed_at: datetime
    state: DocumentState = DocumentState.CLAIMED
    attempt: int = 0
    due_at: datetime | None = None
    content: Content | None = None
    contact: Contact | None = None
    pdf: Pdf | None = None
    certificate: Certificate | None = None
    issued_at: datetime | None = None
    reason: str | None = None
    reason_at: datetime | None = None
    note: str | None = None
    superseded_by: str | None = None
    superseded_at: datetime | None = None
    revocation: Revocation | None = None
    revoked_at: datetime | None = None
    card: CardOrder | None = None
    extract: int = 1
    annulled_by: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentIssued:
    """The fact that a document is numbered, signed and stored."""

    document: Document
    pdf: Pdf
    contact: Contact
    issued_at: datetime
    check_url: str


@dataclass(frozen=True, slots=True)
class DocumentSuperseded:
    """The fact that a newer document took its place. `same_contact`: the newer one goes to the same contact."""

    document: Document
    by: str
    contact: Contact
    same_contact: bool
    superseded_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentRevoked:
    """The fact that the office took a document back."""

    document: Document
    revocation: Revocation
    contact: Contact
    revoked_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentVoided:
    """The fact that a document was given up before issue: it will never come."""

    document: Document
    reason: str
    contact: Contact
    voided_at: datetime


@dataclass(frozen=True, slots=True)
class CardReady:
    """The fact that a card lies where it is fetched. `prints`: which print of it."""

    document: Document
    prints: int
    pickup: Pickup
    contact: Contact
    ready_at: datetime


Fact: TypeAlias = DocumentIssued | DocumentSuperseded | DocumentRevoked | DocumentVoided | CardReady


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
    """Record the bytes of the attempt that is still the current one, and forget what the document says.

    Raises:
        DomainError: `attempt_superseded`: it ended otherwise, or a later attempt took over.
    """
    contact = document.contact
    if document.state is not DocumentState.RENDERING or document.attempt != attempt or contact is None:
        raise DomainError("attempt_superseded")
    issued = replace(
        _moved(document, DocumentState.ISSUED),
        due_at=None,
        content=None,
        pdf=pdf,
        certificate=certificate,
        issued_at=at,
        reason=None,
        reason_at=None,
        card=order_card(at) if document.form is DocumentForm.CARD else None,
    )
    return issued, DocumentIssued(document=issued, pdf=pdf, contact=contact, issued_at=at, check_url=check_url)


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


def void(document: Document, *, reason: str, at: datetime) -> tuple[Document, DocumentVoided]:
    """Void a document before issue; the number stays used.

    Raises:
        DomainError: `document_issued`, `document_superseded`, `document_revoked` or `document_void`.
    """
    ended = replace(_moved(document, DocumentState.VOID), due_at=None, content=None, contact=None, reason=reason, reason_at=at)
    return ended, DocumentVoided(ended, reason, _contact(document), at)


def discard(document: Document, *, note: str, at: datetime) -> tuple[Document, DocumentVoided]:
    """End a held document for the reason it is held, as an operator decided; the number stays used.

    Raises:
        DomainError: `document_not_held`.
    """
    if document.state is not DocumentState.HELD or document.reason is None:
        raise DomainError("document_not_held")
    return void(replace(document, note=note), reason=document.reason, at=at)


def supersede(document: Document, by: Document, *, at: datetime) -> tuple[Document, DocumentSuperseded]:
    """End an issued document in favour of a newer one (`domain.supersession` says which).

    Raises:
        DomainError: `document_<state>`: it is not issued.
    """
    superseded = replace(_moved(document, DocumentState.SUPERSEDED), superseded_by=by.document_id, superseded_at=at, contact=None)
    contact = _contact(document)
    return superseded, DocumentSuperseded(superseded, by.document_id, contact, _same_place(contact, by.contact), at)


def revoke(document: Document, revocation: Revocation, *, at: datetime) -> tuple[Document, DocumentRevoked]:
    """Take an issued document back.

    Raises:
        DomainError: `document_not_issued`, `document_superseded` or `document_revoked`.
    """
    if document.issued_at is None:
        raise DomainError("document_not_issued")
    revoked = replace(_moved(document, DocumentState.REVOKED), revocation=revocation, revoked_at=at, contact=None)
    return revoked, DocumentRevoked(revoked, revocation, _contact(document), at)


def _contact(document: Document) -> Contact:
    if document.contact is None:
        raise DomainError(f"document_{document.state}")
    return document.contact


def _same_place(one: Contact, other: Contact | None) -> bool:
    return other is not None and (one.channel, one.address) == (other.channel, other.address)


def _moved(document: Document, state: DocumentState) -> Document:
    if state not in NEXT[document.state]:
        raise DomainError(f"document_{document.state}")
    return replace(document, state=state)
