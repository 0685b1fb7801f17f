"""Broadcasts as the desk and the sender read them, outside any unit of work."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.notifier.domain.broadcast import Broadcast
from services.notifier.domain.news import NewsContact, NumberHealth


@dataclass(frozen=True, slots=True)
class BroadcastResults:
    """What became of a broadcast's people. `waiting`: in their lane, or on the way; `planned`: not in it yet.

    `skipped` and `failed` say why: codes. `read` and `delivered` are counted once each, by how far a message came at last.
    """

    planned: int = 0
    waiting: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    maybe_twice: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """How many were handed to WhatsApp and came to an end, well or not."""
        return self.sent + self.delivered + self.read + self.missed

    @property
    def missed(self) -> int:
        """How many failed at WhatsApp, or on the way there."""
        return sum(self.failed.values())


@dataclass(frozen=True, slots=True)
class BroadcastPage:
    """Broadcasts, newest first, and where the next page begins (None: this is the last)."""

    rows: tuple[Broadcast, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class NewsWishes:
    """How many agreed to news, how many stopped it, and who stopped last, the newest first."""

    agreed: int
    stopped: int
    lately: tuple[NewsContact, ...]


class BroadcastReader(Protocol):
    """Plain reads of broadcasts."""

    async def find(self, broadcast_id: str) -> Broadcast | None:
        """Return one."""

    async def of_trial(self, trial_id: str) -> Sequence[Broadcast]:
        """Return the two that are compared, the first text first; none where there is no such comparison."""

    async def page(self, after: str | None, limit: int) -> BroadcastPage:
        """Return one page; raises BadInput (`cursor_malformed`)."""

    async def running(self) -> Sequence[Broadcast]:
        """Return those that run, the oldest first."""

    async def planned(self, broadcast_id: str, limit: int) -> Sequence[str]:
        """Return the keys of those of its list who are next."""

    async def begun_about(self, about: str) -> tuple[str, ...]:
        """Return the ids of the broadcasts about something that were started."""

    async def contact(self, contact_id: str) -> NewsContact:
        """Return what is known of somebody's wish for news, as fresh as can be."""

    async def find_agreed(self, address: str) -> NewsContact | None:
        """Return who agreed to news and is reached there."""

    async def try_outs(self, broadcast_id: str, limit: int) -> int:
        """Return how often it was tried out, counted up to `limit`."""

    async def wishes(self, limit: int) -> NewsWishes:
        """Return who wants news and who does not; of these the last ones."""

    async def known_at(self, address: str) -> NewsContact | None:
        """Return what is known of whoever is reached there; None: they never said anything."""

    async def people_since(self, since: datetime, limit: int) -> int:
        """Return how many people were put into their lanes since then, counted up to `limit`."""

    async def on_the_way(self, limit: int) -> int:
        """Return how many messages of broadcasts are in flight, counted up to `limit`."""

    async def is_on_the_way(self, broadcast_id: str) -> bool:
        """Return whether a message of this broadcast is in flight."""

    async def unheard(self, since: datetime, limit: int) -> tuple[int, datetime | None]:
        """Return how many were accepted since then and WhatsApp said nothing of, counted up to `limit`, and when the oldest was."""

    async def results(self, broadcast: Broadcast) -> BroadcastResults:
        """Return what became of its people so far."""

    async def would_skip(self, broadcast: Broadcast, told_after: datetime) -> Mapping[str, int]:
        """Return how many of its list would be left out now, by why, told last after that moment or unwilling."""

    async def health(self) -> NumberHealth:
        """Return how WhatsApp rates our number."""

    async def mark(self) -> Hashable:
        """Return what is another whenever a broadcast, or a message of one, moved."""
