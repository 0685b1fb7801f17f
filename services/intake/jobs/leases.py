"""The senders this process works on: their leases are taken, renewed while the work lasts, and released."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.messages import Inbound, MediaRef
from services.intake.ports import Lease, StoredItem, WebhookLog
from shared.backoff import Backoff
from shared.clock import Clock
from shared.ids import new_token
from shared.logs import get
from shared.mongo import DatabaseUnavailable

RETRY: Final = Backoff(0.5, 60.0)  # seconds; the citizen waits: six tries take about half a minute

_log = get("jobs")


@dataclass(frozen=True, slots=True)
class Received:
    """A stored message, parsed once; or the error of parsing it, which is a defect of ours."""

    item: StoredItem
    inbound: Inbound | Exception

    @property
    def has_file(self) -> bool:
        """Whether the message carries a photo or a document."""
        return isinstance(self.inbound, Inbound) and isinstance(self.inbound.content, MediaRef)


@dataclass(eq=False, slots=True)
class Chat:
    """A sender whose lease we have: the messages to handle, the oldest first, and whether the lease is still held."""

    lease: Lease
    waiting: deque[Received] = field(default_factory=deque)
    held: bool = True


class LeaseKeeper:
    """The leases of one process, `at_once` at most. `released` is called when a sender is free again."""

    def __init__(self, webhook_log: WebhookLog, clock: Clock, *, at_once: int, lease_seconds: float, released: Callable[[], None]) -> None:
        self._webhook_log = webhook_log
        self._clock = clock
        self._at_once = at_once
        self._lease_seconds = lease_seconds
        self._released = released
        self._in_hand: dict[str, Chat] = {}
        self._backing_off: dict[str, datetime] = {}
        """Senders that failed here, with the time until which they are not asked for. The lease itself goes by the database's clock."""

    async def take(self) -> Sequence[Chat]:
        """Lease free senders, up to `at_once` in all."""
        free = self._at_once - len(self._in_hand)
        if free <= 0:
            return ()
        now = self._clock()
        longest = now + timedelta(seconds=RETRY.longest_seconds)  # a later time was set by a clock that was wrong
        self._backing_off = {sender: until for sender, until in self._backing_off.items() if now < until <= longest}
        passed_over = [*self._in_hand, *self._backing_off]
        leases = await self._webhook_log.lease_senders(self._lease_seconds, new_token(), passed_over, free)
        chats = [Chat(lease) for lease in leases]
        self._in_hand |= {chat.lease.sender: chat for chat in chats}
        return chats

    async def renew(self) -> None:
        """Renew all leases, however long a photo takes: so leases can be short, and after a crash others soon take over."""
        chats = list(self._in_hand.values())
        if not chats:
            return
        try:
            held = await self._webhook_log.renew([chat.lease for chat in chats], self._lease_seconds)
        except DatabaseUnavailable as error:
            _log.warning("webhook_log.unavailable", reason=error.code)
            return
        for chat in chats:
            chat.held = chat.held and chat.lease.sender in held

    def still_in_hand(self, chats: Sequence[Chat]) -> list[Chat]:
        """Return the chats that were neither released nor lost."""
        return [chat for chat in chats if self._in_hand.get(chat.lease.sender) is chat]

    async def release(self, chats: Sequence[Chat], rest_seconds: float = 0.0) -> None:
        """Release senders and store their failures; nobody leases them again before `rest_seconds` have passed."""
        if not chats:
            return
        if rest_seconds > 0:
            until = self._clock() + timedelta(seconds=rest_seconds)
            self._backing_off |= {chat.lease.sender: until for chat in chats}
        with contextlib.suppress(Exception):  # leases expire by themselves
            await self._webhook_log.release([chat.lease for chat in chats], rest_seconds)
        self.drop(chats)

    def drop(self, chats: Sequence[Chat]) -> None:
        """Forget senders whose lease was lost or released."""
        for chat in chats:
            del self._in_hand[chat.lease.sender]
            self._released()  # a message may have come between the last look and the release
