"""The facts that are published as events; those that are about no request stand here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from services.intake.domain.assistance import ChatAttended, ChatWaits
from services.intake.domain.audiences import AudiencePage
from services.intake.domain.news import NewsConsentChanged
from services.intake.domain.requests import DecisionRecorded, DocumentsAskedAgain, QuestionAnswered, ReplyComposed, RequestSubmitted


@dataclass(frozen=True, slots=True)
class StatusReceived:
    """A delivery status of a message of ours, from the provider."""

    wamid: str
    status: str
    at: datetime
    callback_data: str | None = None
    error_code: int | None = None
    error_details: str | None = None


@dataclass(frozen=True, slots=True)
class BroadcastStatusesReceived:
    """Delivery statuses of messages of broadcasts that came at the same time."""

    statuses: tuple[StatusReceived, ...]


@dataclass(frozen=True, slots=True)
class AddressLost:
    """A number or BSUID that is a contact's no more, and the links that ended with it: what it asked from there is not told there again."""

    contact_id: str
    address: str = field(repr=False)
    at: datetime
    link_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberQualityChanged:
    """WhatsApp rates our number or account otherwise. `item`: the key of the item of the webhook log that says so; it names nobody."""

    item: str
    webhook: str
    change: str
    limit: str | None
    at: datetime


Published: TypeAlias = (
    RequestSubmitted
    | DecisionRecorded
    | ReplyComposed
    | QuestionAnswered
    | DocumentsAskedAgain
    | StatusReceived
    | BroadcastStatusesReceived
    | ChatWaits
    | ChatAttended
    | AddressLost
    | NewsConsentChanged
    | AudiencePage
    | NumberQualityChanged
)
"""The facts that are published as events."""
