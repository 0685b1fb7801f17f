"""What became true about a notice, for the rest of the pipeline. `events.py` turns it into wire contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from services.notifier.domain.posting.measure import Counts
from shared.values import Channel


class NoticeKind(StrEnum):
    """The kind of a notice."""

    REPLY = "reply"
    RECEIVED = "received"
    RECORDED = "recorded"
    RETURNED = "returned"
    REJECTED = "rejected"
    DOCUMENT = "document"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    VOIDED = "voided"
    CARD_READY = "card_ready"
    QUESTION = "question"
    ANSWERED = "answered"
    TOLD = "told"
    VISIT_HOME = "visit_home"
    VISIT_OFFICE = "visit_office"
    BROADCAST = "broadcast"


CARD: Final = "card"
"""The wording of a document that is the slip for fetching a card; and the form of such documents on the wire."""

SPEAKS_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        NoticeKind.REPLY: frozenset(),
        NoticeKind.RETURNED: frozenset({"products", "receipt", "reasons", "note"}),
        NoticeKind.REJECTED: frozenset({"products", "receipt", "reasons", "note", "office"}),
        NoticeKind.QUESTION: frozenset({"receipt", "question"}),
        NoticeKind.ANSWERED: frozenset({"receipt", "reasons", "note"}),
        NoticeKind.TOLD: frozenset({"receipt", "text"}),
        NoticeKind.VISIT_HOME: frozenset({"receipt", "text", "day"}),
        NoticeKind.VISIT_OFFICE: frozenset({"receipt", "text", "day", "office"}),
        NoticeKind.DOCUMENT: frozenset({"product", "receipt", "document_number", "check_url", "opening", "closing"}),
        CARD: frozenset({"product", "receipt", "document_number", "check_url", "opening", "closing"}),
        NoticeKind.SUPERSEDED: frozenset({"product", "receipt", "document_number", "office"}),
        NoticeKind.REVOKED: frozenset({"product", "receipt", "document_number", "reason", "office"}),
        NoticeKind.VOIDED: frozenset({"product", "receipt", "document_number", "next", "office"}),
        NoticeKind.CARD_READY: frozenset({"product", "receipt", "document_number", "place", "address", "hours"}),
    }
)
"""What each wording may speak of: one per kind, and one for slips. A kind that is not named here is never told to a person."""


@dataclass(frozen=True, slots=True)
class NoticeDelivered:
    """The fact that the recipient's side accepted a notice. `document_id`: of the document that it brought, if any."""

    job_key: str
    request_id: str | None
    channel: Channel
    kind: NoticeKind
    at: datetime
    maybe_duplicate: bool
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeFailed:
    """The fact that a notice will not be tried again by itself. `reason` is a code."""

    job_key: str
    request_id: str | None
    channel: Channel
    kind: NoticeKind
    at: datetime
    reason: str
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class BroadcastDrafted:
    """The fact that a broadcast was written, and waits for the list of those whom it may reach."""

    broadcast_id: str
    category: str
    villages: tuple[str, ...]
    need: str | None
    at: datetime
    trial: str | None = None
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class NewsDeclined:
    """The fact that WhatsApp refuses our broadcasts to somebody, who stopped them there."""

    job_key: str
    contact_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostMeasured:
    """The fact that the numbers of a publication changed. `day`: the office's day on which they were read."""

    effect_key: str
    source: str
    platform: str
    counts: Counts
    day: date
    at: datetime


Fact: TypeAlias = NoticeDelivered | NoticeFailed | BroadcastDrafted | NewsDeclined | PostMeasured
