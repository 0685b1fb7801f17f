"""What the console's queue tells: heard for as long as the console runs, connected again by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from shared.messaging.broker.channel import CONNECTION_ERRORS, BrokerChannel, BrokerEndpoint
from shared.messaging.broker.reconnecting import ReconnectingChannel
from shared.messaging.delivery import Delivery

PREFETCH: Final = 50  # announcements that are shown and not yet acknowledged
_PUBLISHER: Final = "verification"


class Connected(Protocol):
    """What is told when the queue is being read, and when it is not."""

    def __call__(self, *, listening: bool) -> None:
        """Take the news."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something about a task: `kind` is the type without publisher and version, such as `task_opened`; `at` when it happened."""

    kind: str
    at: datetime
    data: dict[str, Any]


class Announcements:
    """The queue of the user in the address, read and acknowledged.

    Only what the broker vouches for as verification's is told on; the rest is acknowledged and forgotten.
    """

    def __init__(self, where: BrokerEndpoint, told: Callable[[Announcement], Awaitable[None]], connected: Connected) -> None:
        """Describe it. `told` gets each announcement, `connected` whether the queue is being read whenever that changes."""
        self._queue = where.user
        self._told = told
        self._connected = connected
        self._waiting: asyncio.Queue[tuple[BrokerChannel, int, Delivery]] = asyncio.Queue()
        self._broker = ReconnectingChannel(where, self._queue, set_up=self._set_up, confirms=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(self._tell()), tasks.create_task(self._watch())]
            try:
                await self._broker.run(stop)
            finally:
                for task in working:
                    task.cancel()

    async def _set_up(self, session: BrokerChannel) -> None:
        await session.channel.basic_qos(prefetch_count=PREFETCH)
        await session.consume(self._queue, lambda tag, delivery: self._waiting.put_nowait((session, tag, delivery)))

    async def _watch(self) -> None:
        while True:
            session = await self._broker.session()
            self._connected(listening=True)
            await session.lost.wait()
            self._connected(listening=False)

    async def _tell(self) -> None:
        while True:
            session, tag, delivery = await self._waiting.get()
            if delivery.publisher == _PUBLISHER and (news := _read(delivery)) is not None:
                await self._told(news)
            with contextlib.suppress(*CONNECTION_ERRORS):  # it comes again on the next connection
                await session.channel.basic_ack(tag)


def _read(delivery: Delivery) -> Announcement | None:
    words = delivery.type.split(".")
    try:
        event = orjson.loads(delivery.body)
        at, data = datetime.fromisoformat(event["occurred_at"]), event["data"]
        return Announcement(words[1], at, data) if isinstance(data["task_id"], str) else None
    except (ValueError, LookupError, TypeError):  # a type or a shape that this console does not know
        return None
