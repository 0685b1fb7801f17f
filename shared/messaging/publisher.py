"""Publishing that tells the truth: a call that returns means that a queue on disk has the message.

Persistent, mandatory, confirmed; a message that no queue takes raises. Every call has its own time limit, because the library's does not
cover the wait for a connection. The library finds a returned message's publish by its id, so the same id is never twice in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from aiormq.exceptions import ChannelClosed, DeliveryError, PublishError

from shared import faults, logs
from shared.clock import monotonic_seconds
from shared.health import Check
from shared.messaging import wire
from shared.messaging.connection import CONNECTION_ERRORS, Endpoint, Session
from shared.messaging.layout import DEAD, EVENTS, RETRY, STAFF
from shared.messaging.link import Link
from shared.messaging.outbox import BrokerUnavailable, OutboxRow, Refused
from shared.messaging.wire import MAX_BODY_BYTES, Outgoing

PUBLISH_SECONDS: Final = 10.0  # a confirm takes 1-10 ms; a quorum that elects a leader some seconds
_TURNS_TO_THE_KERNEL: Final = 4  # the call and the transport, and as many to spare
CAUTION_SECONDS: Final = 30.0  # after an error that could be anyone's: longer than the relay's longest backoff for a row
EXCHANGES: Final = frozenset({EVENTS, RETRY, DEAD, STAFF})

_log = logs.get("publisher")


class Publisher:
    """One connection to publish, shared by everything in a process. Starts with the first publish; `close` ends it."""

    def __init__(self, where: Endpoint, name: str, *, seconds: float = PUBLISH_SECONDS) -> None:
        """Describe it.

        Args:
            where: The broker.
            name: Shown in the broker's list of connections.
            seconds: Time limit of one publish, waiting for the connection included.
        """
        self._link = Link(where, f"{name} publish", probe=_ask)
        self._seconds = seconds
        self._stop = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._in_flight: dict[str, tuple[Outgoing, asyncio.Task[None]]] = {}
        self._on_wire = 0
        self._judged: Session | None = None
        self._alone = asyncio.Lock()
        self._careful_until = 0.0

    async def publish_row(self, row: OutboxRow) -> None:
        """Publish one outbox row to its exchange; the routing key is its type. As `publish`, and `too_large` above `MAX_BODY_BYTES`."""
        if len(row.body) > MAX_BODY_BYTES:
            raise Refused("too_large", f"{len(row.body)} bytes")
        await self.publish(
            Outgoing(row.exchange, row.type, row.id, row.type, row.body, row.correlation_id, {wire.TRACEPARENT: row.traceparent})
        )

    async def publish(self, message: Outgoing) -> None:
        """Return when the broker has confirmed it.

        Raises:
            Refused: the broker answered and will never take this one: `unroutable`, `unknown_exchange`, `access_refused`,
                `precondition_failed`, `name_too_long`.
            BrokerUnavailable: no confirm in time, or a queue is full. It may be there all the same; publish the same id again.
        """
        _refuse_early(message)
        self._begin()
        try:
            async with asyncio.timeout(self._seconds):
                await self._once(message)
        except TimeoutError:
            await self._on_timeout()
            raise BrokerUnavailable("confirm_timeout") from None

    async def check(self) -> Check:
        """Readiness: connected, and not blocked by a memory or disk alarm."""
        session = self._link.current
        if self._life is not None and session is not None and await session.blocked():
            return Check(ok=False, reason="broker_blocked")
        return Check(ok=True) if self._life is None else await self._link.check()

    def start(self) -> None:
        """Connect now instead of with the first publish. Idempotent."""
        self._begin()

    async def close(self) -> None:
        """Close the connection. What is in flight is lost to its caller, as in any cut."""
        self._stop.set()
        if self._life is not None:
            await self._life
        pending = [task for _, task in self._in_flight.values()]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _begin(self) -> None:
        if self._life is None:
            self._life = asyncio.create_task(self._link.run(self._stop), name="publisher")
        elif self._life.done() and not self._stop.is_set():
            self._life.result()  # a defect of ours: raise it where somebody sees it
        if self._stop.is_set():
            raise BrokerUnavailable("closed")

    async def _once(self, message: Outgoing) -> None:
        while (other := self._in_flight.get(message.message_id)) is not None:
            earlier, task = other
            if earlier == message:  # the same bytes to the same place: its confirm is ours
                await asyncio.shield(task)
                return
            await asyncio.wait({task})
        task = asyncio.create_task(self._send(message))
        self._in_flight[message.message_id] = message, task
        task.add_done_callback(lambda done: self._landed(message.message_id, done))
        await asyncio.shield(task)  # a caller that gives up leaves it in flight, so that the id stays taken until the broker has spoken

    def _landed(self, message_id: str, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(message_id, None)
        if not task.cancelled():
            task.exception()  # the caller may be gone

    async def _send(self, message: Outgoing) -> None:
        session = await self._link.session()
        if monotonic_seconds() >= self._careful_until:
            await self._hand_over(session, message)
            return
        async with self._alone:
            session = await self._link.session()
            await self._hand_over(session, message)

    async def _hand_over(self, session: Session, message: Outgoing) -> None:
        try:
            with session.used():
                await session.channel.connection.ready()  # the broker may have said connection.blocked
                await self._on_the_wire(session, message)
        except PublishError:
            raise Refused("unroutable") from None
        except DeliveryError:
            raise BrokerUnavailable("queue_full") from None  # basic.nack: a queue's limit with reject-publish, or a leader that is moving
        except CONNECTION_ERRORS as error:
            session.drop("publish_failed")
            raise BrokerUnavailable(type(error).__name__) from error
        except asyncio.CancelledError:
            # The session is lost: it cancels who uses it, and the library what waits for a confirm. Nobody else but `close` does.
            if self._stop.is_set():
                raise
            session.drop("connection_lost")
            raise BrokerUnavailable("connection_lost") from None

    async def _on_the_wire(self, session: Session, message: Outgoing) -> None:
        self._on_wire += 1
        passing = asyncio.create_task(_on_the_way(message.exchange)) if faults.ARMED else None
        try:
            await session.put(message)
        except ChannelClosed as error:
            session.drop("channel_closed")
            self._blame(session, error)
        finally:
            self._on_wire -= 1
            if passing is not None:
                passing.cancel()

    def _blame(self, session: Session, error: ChannelClosed) -> None:
        """The broker closed the channel because of one message. With one in flight it is that one; else nobody is blamed yet.

        Raises:
            Refused: this is the one.
            BrokerUnavailable: it could be any of those in flight. For a while they go one at a time, so that the guilty one shows itself.
        """
        code = _CHANNEL_CODES.get(type(error).__name__)
        if self._judged is not session:  # the first that hears of it: everything that was in flight still is
            self._judged = session
            if self._on_wire == 1 and code is not None:
                self._careful_until = 0.0
                raise Refused(code) from error
            self._careful_until = monotonic_seconds() + CAUTION_SECONDS
            _log.warning("publisher.careful", reason=type(error).__name__, in_flight=self._on_wire)
        raise BrokerUnavailable("channel_closed") from error

    async def _on_timeout(self) -> None:
        session = self._link.current
        if session is not None and not await session.blocked():
            session.drop("confirm_timeout")  # hung, or its confirms are lost: a new connection tells which messages arrived by repeating


async def _on_the_way(exchange: str) -> None:
    """Beside a publish, in tests alone: its frames are with the kernel after a few turns of the loop, its confirm takes many more."""
    for _ in range(_TURNS_TO_THE_KERNEL):
        await asyncio.sleep(0)
    faults.crash_point("after_publish_before_confirm", exchange)


_CHANNEL_CODES: Final = {
    "ChannelAccessRefused": "access_refused",
    "ChannelNotFoundEntity": "unknown_exchange",
    "ChannelPreconditionFailed": "precondition_failed",
}


def _refuse_early(message: Outgoing) -> None:
    if message.exchange not in EXCHANGES:
        raise Refused("unknown_exchange", message.exchange)
    if max(len(name.encode()) for name in (message.message_id, message.routing_key, message.type)) > wire.MAX_ID_BYTES:
        raise Refused("name_too_long")


async def _ask(session: Session) -> None:
    with contextlib.suppress(asyncio.QueueFull):
        await session.channel.exchange_declare(EVENTS, passive=True)
