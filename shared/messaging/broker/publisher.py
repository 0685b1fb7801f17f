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
from shared.contracts.registry import SERVICES
from shared.health import Check
from shared.messaging.broker import wire
from shared.messaging.broker.channel import CONNECTION_ERRORS, Answer, BrokerChannel, BrokerEndpoint
from shared.messaging.broker.errors import BrokerUnavailable, PublishRefused
from shared.messaging.broker.reconnecting import ReconnectingChannel
from shared.messaging.broker.wire import Outgoing
from shared.messaging.layout.model import EVENTS, STAFF, dead_exchange, retry_exchange
from shared.waiting import wait_for

PUBLISH_SECONDS: Final = 10.0  # a confirm takes 1-10 ms; a quorum that elects a leader some seconds
_TURNS_TO_THE_KERNEL: Final = 4  # the call and the transport, and as many to spare
_BLOCKED_LOOK_SECONDS: Final = 0.2
NACKS_TO_REOPEN: Final = 3
NACKED_SECONDS: Final = 2.0
"""So many nacks over so many seconds, and no confirm between: the channel is opened anew. After a node of a quorum died, an old channel was
answered nacks for 99 s while a new one got confirms at once. Fewer or sooner may be a leader that moves, which takes half a second; and a
full queue must not cost a connection with each publish."""
CAUTION_SECONDS: Final = 30.0  # after an error that could be anyone's: longer than the relay's longest backoff for a row
EXCHANGES: Final = frozenset({EVENTS, STAFF, *map(retry_exchange, SERVICES), *map(dead_exchange, SERVICES)})

_log = logs.get("publisher")


class Publisher:
    """One connection to publish, shared by all of a process. It starts with the first publish; `close` ends it."""

    def __init__(self, where: BrokerEndpoint, name: str, *, seconds: float = PUBLISH_SECONDS) -> None:
        """Describe it.

        Args:
            where: The broker.
            name: Shown in the broker's list of connections.
            seconds: Time limit of one publish, waiting for the connection included.
        """
        self._link = ReconnectingChannel(where, f"{name} publish", probe=_ask)
        self._seconds = seconds
        self._stop = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._in_flight: dict[str, tuple[Outgoing, Answer]] = {}
        self._judged: BrokerChannel | None = None
        self._alone = asyncio.Lock()
        self._careful_until = 0.0
        self._nacks = 0
        self._nacked_since = 0.0

    async def publish(self, message: Outgoing) -> None:
        """Publish a message; return when the broker has confirmed it.

        Raises:
            PublishRefused: the broker answered and will never take this one: `unroutable`, `unknown_exchange`, `access_refused`,
                `precondition_failed`, `name_too_long`.
            BrokerUnavailable: no confirm in time, or a queue is full. It may be there all the same; publish the same id again.
        """
        _refuse_early(message)
        self._begin()
        try:
            async with asyncio.timeout(self._seconds):
                await self._once(message)
        except TimeoutError:
            self._on_timeout()
            raise BrokerUnavailable("confirm_timeout") from None

    async def check(self) -> Check:
        """Return the readiness: connected, and not blocked by a memory or disk alarm."""
        session = self._link.current
        if self._life is not None and session is not None and session.blocked():
            return Check(ok=False, reason="broker_blocked")
        return Check(ok=True) if self._life is None else await self._link.check()

    async def close(self) -> None:
        """Close the connection. What is in flight is lost to its caller, as in any cut."""
        self._stop.set()
        if self._life is not None:
            await self._life

    def _begin(self) -> None:
        if self._life is None:
            self._life = asyncio.create_task(self._link.run(self._stop), name="publisher")
        elif self._life.done() and not self._stop.is_set():
            self._life.result()  # a defect of ours: raise it where somebody sees it
        if self._stop.is_set():
            raise BrokerUnavailable("closed")

    async def _once(self, message: Outgoing) -> None:
        if monotonic_seconds() >= self._careful_until:
            await self._send(message)
            return
        async with self._alone:
            await self._send(message)

    async def _send(self, message: Outgoing) -> None:
        session = await self._ready()
        while (other := self._in_flight.get(message.message_id)) is not None:
            earlier, answer = other
            if earlier == message:  # the same bytes to the same place: its confirm is ours
                await self._verdict(session, answer)
                return
            await asyncio.wait({answer})
            session = await self._ready()
        try:
            answer = session.put(message)
        except CONNECTION_ERRORS as error:
            session.drop("publish_failed")
            raise BrokerUnavailable(type(error).__name__) from error
        verdict = self._verdict(session, answer)
        # A caller that gives up leaves it in flight, so that the id stays taken until the broker has spoken.
        self._in_flight[message.message_id] = message, answer
        answer.add_done_callback(lambda _: self._in_flight.pop(message.message_id))
        passing = asyncio.create_task(_on_the_way(message.exchange)) if faults.ARMED else None
        try:
            await verdict
        finally:
            if passing is not None:
                passing.cancel()

    async def _ready(self) -> BrokerChannel:
        """Return a session that takes publishes now."""
        session = await self._link.session()
        while session.blocked():
            if await wait_for(session.lost, _BLOCKED_LOOK_SECONDS):
                raise BrokerUnavailable("connection_lost")
        return session

    def _verdict(self, session: BrokerChannel, answer: Answer) -> asyncio.Future[None]:
        """Return what the broker's answer means to one caller, who may give up before it."""
        verdict: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def spoken(answered: Answer) -> None:
            if verdict.done():
                return
            error = self._meaning(session, answered)
            if error is None:
                verdict.set_result(None)
            else:
                verdict.set_exception(error)

        answer.add_done_callback(spoken)
        return verdict

    def _meaning(self, session: BrokerChannel, answered: Answer) -> BaseException | None:
        error = None if answered.cancelled() else answered.exception()
        if answered.cancelled() or isinstance(
            error, asyncio.CancelledError
        ):  # how `BrokerChannel.drop` and the library say that it is lost
            session.drop("connection_lost")
            return BrokerUnavailable("connection_lost")
        match error:
            case None:
                self._nacks = 0
            case PublishError():
                return PublishRefused("unroutable")
            case DeliveryError():  # basic.nack: a queue's limit with reject-publish, or a leader that is moving
                self._note_nack(session)
                return BrokerUnavailable("queue_full")
            case ChannelClosed():
                session.drop("channel_closed")
                return self._blamed(session, error)
        if isinstance(error, CONNECTION_ERRORS):
            session.drop("publish_failed")
            return BrokerUnavailable(type(error).__name__)
        return error

    def _note_nack(self, session: BrokerChannel) -> None:
        """Nacks and nothing else for a while: another channel may fare better, and finds the queue's leader anew."""
        now = monotonic_seconds()
        if self._nacks == 0:
            self._nacked_since = now
        self._nacks += 1
        if self._nacks >= NACKS_TO_REOPEN and now - self._nacked_since >= NACKED_SECONDS:
            self._nacks = 0
            session.drop("nacked")

    def _blamed(self, session: BrokerChannel, error: ChannelClosed) -> Exception:
        """The broker closed the channel because of one message. With one in flight it is that one; else nobody is blamed yet.

        For a while they go one at a time then, so that the guilty one shows itself.
        """
        code = _CHANNEL_CODES.get(type(error).__name__)
        if self._judged is not session:  # the first that hears of it: everything that was in flight still is
            self._judged = session
            if len(self._in_flight) == 1 and code is not None:
                self._careful_until = 0.0
                return PublishRefused(code)
            self._careful_until = monotonic_seconds() + CAUTION_SECONDS
            _log.warning("publisher.careful", reason=type(error).__name__, in_flight=len(self._in_flight))
        return BrokerUnavailable("channel_closed")

    def _on_timeout(self) -> None:
        session = self._link.current
        if session is not None and not session.blocked():
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
        raise PublishRefused("unknown_exchange", message.exchange)
    if max(len(name.encode()) for name in (message.message_id, message.routing_key, message.type)) > wire.MAX_ID_BYTES:
        raise PublishRefused("name_too_long")


async def _ask(session: BrokerChannel) -> None:
    with contextlib.suppress(asyncio.QueueFull):
        await session.channel.exchange_declare(EVENTS, passive=True)
