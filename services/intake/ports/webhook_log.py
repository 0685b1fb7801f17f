"""Raw items of webhooks, stored before they are handled."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import orjson

from services.intake.domain.webhook_log import Json, WebhookItem, WebhookItemKind
from shared.ids import child_traceparent
from shared.messaging.delivery import Context


def file_id_of(key: str) -> str:
    """Return the id of an item's file: a hash, as the key's wamid contains the phone number."""
    return f"wa-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item of the webhook log; `is_new` until it is handled or parked."""

    key: str
    kind: WebhookItemKind
    sender: str
    received_at: datetime
    raw: bytes
    traceparent: str
    is_new: bool = True

    @property
    def content(self) -> Json:
        """The JSON that was sent; parsed at each access, so read it once.

        Raises:
            ValueError: it is not valid JSON.
        """
        found: Json = orjson.loads(self.raw)
        return found

    @property
    def context(self) -> Context:
        """The context of the events it causes, anew for each try. The cause is a hash of the key, as a wamid contains the phone number."""
        cause = f"wa:{hashlib.sha256(self.key.encode()).hexdigest()[:32]}"
        return Context(cause, cause, child_traceparent(self.traceparent))


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """An item that could not be handled. `stuck_id` stands for its key, which contains a phone number."""

    stuck_id: str
    kind: WebhookItemKind
    reason: str
    parked_at: datetime
    item: StoredItem


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one process to handle one sender. `failures`: how often the sender's first message failed in a row."""

    sender: str = field(repr=False)
    token: str
    failures: int


class WebhookLog(Protocol):
    """Raw items of webhooks, stored before they are handled."""

    async def append(self, items: Sequence[WebhookItem], at: datetime, traceparent: str) -> int:
        """Store items durably in one round trip, except those already there; return how many were new."""

    async def lease_senders(self, seconds: float, token: str, passed_over: Sequence[str], most: int) -> Sequence[Lease]:
        """Lease free senders with new messages, the longest waiting first. Leases go by the database's clock."""

    async def renew(self, leases: Sequence[Lease], seconds: float) -> frozenset[str]:
        """Renew leases; return the senders still held. Stop work on the others: somebody else has them."""

    async def release(self, leases: Sequence[Lease], rest_seconds: float) -> None:
        """Release senders and store their failures; after a failure they can't be leased for `rest_seconds`."""

    async def messages_of(self, senders: Sequence[str], limit: int) -> Mapping[str, Sequence[StoredItem]]:
        """Return the new messages of these senders in the order of sending, at most `limit` of each."""

    async def new_statuses(self, limit: int) -> Sequence[str]:
        """Return the keys of new statuses, the oldest first."""

    def arrivals(self, enough: Callable[[], bool]) -> AsyncGenerator[None, None]:
        """Yield at once, and whenever a process has stored items, until it is `enough`, which is asked once a second.

        Raises:
            DatabaseUnavailable: the stream broke; open another.
        """

    async def oldest_seconds(self, at: datetime) -> float:
        """Return the age in seconds of the oldest new message or status; 0 where there is none."""

    async def park(self, key: str, reason: str, at: datetime) -> bool:
        """Park an item outside any unit of work; return False if somebody handled it meanwhile."""

    async def parked(self, after: str | None, limit: int) -> Sequence[ParkedItem]:
        """Return the parked items after `after`, sorted by `stuck_id`."""

    async def stale_drafts(self, before: datetime, limit: int) -> Sequence[str]:
        """Return the contacts whose draft was last touched before that moment."""

    async def quiet_drafts(self, after: datetime, before: datetime, limit: int) -> Sequence[str]:
        """Return the contacts whose draft was last touched between those moments, and who were not reminded of it."""
