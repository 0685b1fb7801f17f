"""Reading queues that nobody consumes: dead letters and what no queue took. What is not taken out stays where it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

from pamqp.commands import Basic

from shared.messaging.broker import wire
from shared.messaging.broker.channel import CONNECTION_ERRORS, BrokerEndpoint, connect
from shared.messaging.broker.errors import ConnectionLost
from shared.messaging.delivery import Delivery

MOST: Final = 10_000  # messages read in one go: a page of some 20 MB
_BROKER_REASON: Final = "x-first-death-reason"  # the broker's own: delivery_limit, expired, maxlen


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message in such a queue, and the exchange it was first sent to."""

    queue: str
    exchange: str
    delivery: Delivery

    @property
    def reason(self) -> str:
        """The reason why it is here: our code, else the broker's."""
        headers = self.delivery.headers
        return str(headers.get(wire.REASON) or headers.get(_BROKER_REASON) or "unrouted")


Judge = Callable[[QueuedMessage], Awaitable[bool]]
"""True takes the message out of the queue."""


class QueueBrowser:
    """The messages of such queues. Every call opens a connection of its own; closing it gives back what was not taken."""

    def __init__(self, where: BrokerEndpoint) -> None:
        self._where = where

    async def depth(self, queue: str) -> int:
        """Return the number of ready messages.

        Raises:
            ConnectionLost: the broker is not there.
        """
        session = await connect(self._where, "admin")
        try:
            return (await session.channel.queue_declare(queue, passive=True)).message_count or 0
        finally:
            await session.close()

    async def read(self, queue: str, most: int = MOST) -> list[QueuedMessage]:
        """Return the oldest messages, without taking any.

        Raises:
            ConnectionLost: the broker is not there.
        """
        found: list[QueuedMessage] = []

        async def keep(letter: QueuedMessage) -> bool:
            found.append(letter)
            return False

        await self._walk(queue, keep, most)
        return found

    async def take(self, queue: str, message_ids: Collection[str], judge: Judge, most: int = MOST) -> int:
        """Take out every copy of the messages with these ids for which `judge` says so; return how many.

        Raises:
            ConnectionLost: the broker is not there.
        """

        async def wanted(letter: QueuedMessage) -> bool:
            return letter.delivery.message_id in message_ids and await judge(letter)

        return await self._walk(queue, wanted, most)

    async def _walk(self, queue: str, judge: Judge, most: int) -> int:
        session = await connect(self._where, "admin")
        taken = 0
        try:
            there = (await session.channel.queue_declare(queue, passive=True)).message_count or 0
            for _ in range(min(there, most)):
                message = await session.channel.basic_get(queue)
                got = message.delivery
                if not isinstance(got, Basic.GetOk) or got.delivery_tag is None:
                    break
                if await judge(QueuedMessage(queue, got.exchange or "", wire.receive(message))):
                    await session.channel.basic_ack(got.delivery_tag)
                    taken += 1
        except CONNECTION_ERRORS as error:  # gone meanwhile, or this user may not read that queue
            raise ConnectionLost(type(error).__name__) from error
        finally:
            await session.close()
        return taken
