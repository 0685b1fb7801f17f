"""Raw items of webhooks, stored before they are handled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import orjson

from services.intake.domain.webhook_log import Json, WebhookItem, WebhookItemKind
from shared.messaging.delivery import Context


def file_id_of(key: str) -> str:
    """Return the id of the photo of an item. A wamid has the phone number inside, so it is a hash."""
    return f"wa-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item of the webhook log as it lies: `is_new` until it was handled or given up."""

    key: str
    kind: WebhookItemKind
    sender: str
    received_at: datetime
    raw: bytes
    traceparent: str
    is_new: bool = True

    @property
    def content(self) -> Json:
        """What was sent, read anew each time: read it once.

        Raises:
            ValueError: it can't be read back.
        """
        found: Json = orjson.loads(self.raw)
        return found

    @property
    def context(self) -> Context:
        """The cause of its events. A wamid has the phone number inside, so a hash of the key names it."""
        cause = f"wa:{hashlib.sha256(self.key.encode()).hexdigest()[:32]}"
        return Context(cause, cause, self.traceparent)


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """An item that was given up. `stuck_id` stands for its key, which has a phone number inside."""

    stuck_id: str
    kind: WebhookItemKind
    reason: str
    parked_at: datetime
    item: StoredItem


@dataclass(frozen=True, slots=True)
class Lease:
    """One process works off one sender. `failures`: how often the first message of the queue failed in a row."""

    sender: str = field(repr=False)
    token: str
    failures: int


class WebhookLog(Protocol):
    """Raw items of webhooks, stored before they are handled."""

    async def append(self, items: Sequence[WebhookItem], at: datetime, traceparent: str) -> int:
        """Store durably in one round trip; those already there are left alone. Gives how many were new."""

    async def lease_senders(self, seconds: float, token: str, passed_over: Sequence[str], most: int) -> Sequence[Lease]:
        """Take senders who have new messages and are free, the longest waiting first. Leases go by the database's clock."""

    async def renew(self, leases: Sequence[Lease], seconds: float) -> frozenset[str]:
        """Keep leases; gives the senders that are still held. Work on the others stops: somebody else has them."""

    async def release(self, leases: Sequence[Lease], rest_seconds: float) -> None:
        """Give senders back with their failures: at once, or after a rest when the first message failed."""

    async def messages_of(self, senders: Sequence[str], limit: int) -> Mapping[str, Sequence[StoredItem]]:
        """Return new messages of these senders, so many of each, in the order in which they were sent."""

    async def new_statuses(self, limit: int) -> Sequence[str]:
        """Return the keys of statuses that nobody handled, the oldest first."""

    async def oldest_seconds(self, at: datetime) -> float:
        """Return the age of the oldest message or status that nobody handled; 0 where there is none."""

    async def park(self, key: str, reason: str, at: datetime) -> bool:
        """Give an item up outside a unit. False when somebody handled it meanwhile."""

    async def parked(self, after: str | None, limit: int) -> Sequence[ParkedItem]:
        """Return what was given up, by `stuck_id`, beginning behind `after`."""

    async def stale_drafts(self, before: datetime, limit: int) -> Sequence[str]:
        """Return the contacts whose draft was last touched before that moment."""
