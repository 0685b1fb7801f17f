"""What the other services announced, as a notice is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.notifier.domain.facts import NoticeKind


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """The message that caused a notice."""

    message_id: str
    occurred_at: datetime
    correlation_id: str
    traceparent: str


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """The request that a notice is about."""

    request_id: str
    receipt: str
    case_id: str | None


@dataclass(frozen=True, slots=True)
class AnnouncedDocument:
    """A document, as issuance announced it. `documents`: how many its request has; `form`: of a card it is the slip."""

    document_id: str
    service: str
    product: str
    documents: int
    form: str
    document_number: str
    sha256: str
    size_bytes: int
    issued_at: datetime
    check_url: str


@dataclass(frozen=True, slots=True)
class EndedDocument:
    """A document that is not valid any more, or will never come. `details`: what a court is told of it beside; `reason`: of a revocation.

    `is_told`: its contact gets the document that took its place, and needs no other word. `documents`: of its request.
    """

    kind: NoticeKind
    document_id: str
    product: str
    document_number: str
    at: datetime
    details: tuple[tuple[str, object], ...]
    reason: str = ""
    is_told: bool = False
    documents: int = 1


@dataclass(frozen=True, slots=True)
class ReadyCard:
    """A card that lies where it is fetched. The document is its slip; `prints`: which print of it."""

    document_id: str
    product: str
    document_number: str
    prints: int
    place: str
    address: str
    hours: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """The reasons against a request for these products: codes with the field each is about, and the officer's own words."""

    products: tuple[str, ...]
    reasons: tuple[tuple[str, str | None], ...]
    note: str | None
    at: datetime
