"""Takes messages off a service's queue, hands them to units of work in batches, and tells the broker what became of each.

The broker's callback only puts a message into a buffer: closing a channel cancels running callbacks, and a cancelled handler must never
decide a message's fate. A worker of our own handles and acknowledges. Nothing is ever given back with `nack(requeue)`:

| outcome     | what the broker is told                                                             |
| ----------- | ----------------------------------------------------------------------------------- |
| Done        | ack                                                                                 |
| Duplicate   | ack                                                                                 |
| Retry       | a confirmed copy to the retry ladder, then ack; a crash between is a duplicate      |
| Dead        | a confirmed copy to the dead letters, then ack; the reason is stored already        |
| Unavailable | nothing: MongoDB is down, the consumer pauses                                       |
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared import logs
from shared.backoff import Backoff
from shared.clock import Clock
from shared.clock import now as system_now
from shared.faults import crash_point
from shared.health import Check
from shared.messaging.broker.channel import CONNECTION_ERRORS, BrokerChannel, BrokerEndpoint
from shared.messaging.broker.errors import BrokerUnavailable, PublishRefused
from shared.messaging.broker.reconnecting import PROBE_SECONDS, ReconnectingChannel
from shared.messaging.broker.wire import Outgoing
from shared.messaging.consumer import retry
from shared.messaging.consumer.database_pause import HOLD_SECONDS, DatabasePause
from shared.messaging.consumer.prefetch_buffer import Buffer, Full
from shared.messaging.consumer.settlement import Handle, Park, Settlement
from shared.messaging.delivery import Delivery, Outcome, Unavailable
from shared.waiting import no_yield, wait_for

PREFETCH_BATCHES: Final = 2  # one in hand, one ready; more only makes more of them redelivered together after a crash
COPY_PAUSES: Final = Backoff(0.2, 2.0)  # before a copy that failed is published again

_log = logs.get("consumer")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a consumer."""

    batch_messages: int = 50
    batch_wait_seconds: float = 0.005
    gather_seconds: float = 0.01
    """Rest after a batch, for each of its messages where there were several: the more come, the more go together."""
    longest_gather_seconds: float = 0.2
    policy: retry.RetryPolicy = field(default_factory=retry.RetryPolicy)
    hold_seconds: float = HOLD_SECONDS
    probe_seconds: float = PROBE_SECONDS
    drain_seconds: float = 20.0
    yield_to_requests: Callable[[], Awaitable[None]] = no_yield
    """Waits, within bounds, while the process has something more urgent to do than the next batch."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A message in hand, and the session that can acknowledge it."""

    session: BrokerChannel
    tag: int
    delivery: Delivery


class Consumer:
    """The consumer of one service. `run` is a part of the process: when it ends by itself the process must end too."""

    def __init__(
        self,
        where: BrokerEndpoint,
        service: str,
        *,
        handle: Handle,
        park: Park,
        publish: Callable[[Outgoing], Awaitable[None]],
        ping: Callable[[], Awaitable[None]],
        clock: Clock = system_now,
        options: Options | None = None,
    ) -> None:
        """Wire it.

        Args:
            where: The broker.
            service: The name of the service, which is its queue's.
            handle: Turns deliveries into outcomes.
            park: Records what the retry ladder gives up.
            publish: `Publisher.publish`, for copies; on a connection of its own, because a blocked one would stall acknowledgements.
            ping: Raises while MongoDB is down.
            clock: For waits that have a moment.
            options: Batch size and patience.
        """
        self._service = service
        self._publish = publish
        self._options = options or Options()
        self._settlement = Settlement(service, handle=handle, park=park, clock=clock, policy=self._options.policy)
        self._prefetch = self._options.batch_messages * PREFETCH_BATCHES
        self._buffer: Buffer[_Held] = Buffer(self._prefetch)
        self._link = ReconnectingChannel(
            where,
            f"{service} consume",
            set_up=self._set_up,
            probe=self._probe,
            confirms=False,
            probe_seconds=self._options.probe_seconds,
        )
        self._pause = DatabasePause(service, ping, self._options.hold_seconds)
        self._idle: BrokerChannel | None = None  # came up while nothing was to be consumed
        self._stuck = ""
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`, then finish what is in hand.

        Raises:
            Exception: a defect; whatever was in hand comes again.
        """
        unlink = asyncio.Event()
        link = asyncio.create_task(self._link.run(unlink), name=f"{self._service} link")
        work = asyncio.create_task(self._work(), name=f"{self._service} work")
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({link, work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                await _first_failure(link, work)
            await self._drain(work)
        finally:
            unlink.set()
            for task in (stopped, work):
                task.cancel()
            await asyncio.gather(stopped, work, return_exceptions=True)
            await link

    async def check(self) -> Check:
        """Return the readiness: connected and not paused."""
        if self._pause.paused:
            return Check(ok=False, reason="consumer_paused", value=round(self._pause.seconds, 1))
        if self._stuck:
            return Check(ok=False, reason=f"consumer_stuck_{self._stuck}")
        return await self._link.check()

    # -- the broker's side

    async def _set_up(self, session: BrokerChannel) -> None:
        await self._look(session)
        await session.channel.basic_qos(prefetch_count=self._prefetch)
        session.channel.on_consumer_cancel_callbacks.add(lambda _: session.drop("consumer_cancelled"))
        self._buffer.clear()  # of sessions that are gone: the broker sends those again
        if not self._pause.paused and not self._stopping:
            self._idle = None
            await self._consume(session)
        else:
            self._idle = session

    async def _look(self, session: BrokerChannel) -> int:
        """Declare the queue passively; return how many consume from it."""
        return (await session.channel.queue_declare(self._service, passive=True)).consumer_count or 0

    async def _probe(self, session: BrokerChannel) -> None:
        # A queue that was deleted and made again at once has forgotten us, and the broker does not always say so.
        if await self._look(session) == 0 and session is not self._idle and not self._stopping:
            session.drop("not_consuming")

    async def _consume(self, session: BrokerChannel) -> None:
        def take(tag: int, delivery: Delivery) -> None:
            crash_point("after_receive", "worker")
            try:
                self._buffer.put(_Held(session, tag, delivery))
            except Full:
                session.drop("prefetch_exceeded")

        await session.consume(self._service, take)

    async def _drain(self, work: asyncio.Task[None]) -> None:
        """Take nothing new, finish what is in hand and in the buffer."""
        self._stopping = True
        session = self._link.current
        if session is not None:
            with contextlib.suppress(*CONNECTION_ERRORS):
                async with asyncio.timeout(2):
                    await session.channel.basic_cancel(self._service)
        self._buffer.wake()
        done, _ = await asyncio.wait({work}, timeout=self._options.drain_seconds)
        if done:
            work.result()
        else:
            _log.warning("consumer.drain_cut", service=self._service)

    # -- the worker's side

    async def _work(self) -> None:
        while True:
            if not self._stopping:
                await self._buffer.wait()
                await self._options.yield_to_requests()
            batch = await self._buffer.take(self._options.batch_messages, self._options.batch_wait_seconds)
            batch = [held for held in batch if not held.session.lost.is_set()]
            if batch:
                await self._settle(batch)
                await self._gather(len(batch))
            elif self._stopping:
                return

    async def _gather(self, settled: int) -> None:
        """Under load let messages come together: a transaction costs nearly the same for one and for twenty. A lone one never waits."""
        if 1 < settled < self._options.batch_messages // 2 and not self._stopping:  # larger ones gain nothing more
            await asyncio.sleep(min(self._options.longest_gather_seconds, settled * self._options.gather_seconds))

    async def _settle(self, batch: list[_Held]) -> None:
        """Bring every message of a batch to its end.

        One that is left open ends its session: a later acknowledgement of everything up to a message must never cover it.
        """
        for held in await self._bring_to_end(batch):
            held.session.drop("unsettled")

    async def _bring_to_end(self, batch: list[_Held]) -> list[_Held]:
        """Judge, copy, acknowledge; return what is left open: we stop, were paused for too long, or the session is lost."""
        open_ones: list[_Held] = []
        left = batch
        while left:
            outcomes = await self._settlement.judge([held.delivery for held in left])
            settled = [pair for pair in zip(left, outcomes, strict=True) if not isinstance(pair[1], Unavailable)]
            copied = await asyncio.gather(*(self._conclude(held, outcome) for held, outcome in settled))
            acked = [held for (held, _), ok in zip(settled, copied, strict=True) if ok]
            open_ones += [held for (held, _), ok in zip(settled, copied, strict=True) if not ok]
            await self._ack(acked, whole=len(acked) == len(batch))
            left = [held for held, outcome in zip(left, outcomes, strict=True) if isinstance(outcome, Unavailable)]
            if left and not await self._wait_for_database():
                break
            left = [held for held in left if not held.session.lost.is_set()]
        return open_ones + left

    async def _conclude(self, held: _Held, outcome: Outcome) -> bool:
        """Publish the copy that an outcome asks for; return True when the message may be acknowledged."""
        message = self._settlement.copy(held.delivery, outcome)
        if message is None:
            return True
        failures = 0
        while not held.session.lost.is_set():
            try:
                await self._publish(message)
            except (BrokerUnavailable, PublishRefused) as error:
                # PublishRefused: the layout is not there. The message stays with the broker unacknowledged, so nothing is lost.
                self._stuck = error.code if isinstance(error, PublishRefused) else ""
                _log.error("copy.failed", service=self._service, exchange=message.exchange, reason=str(error))
                if self._stopping:
                    return False
                failures += 1
                await wait_for(held.session.lost, COPY_PAUSES.seconds(failures))
            else:
                self._stuck = ""
                return True
        return False

    async def _ack(self, settled: Sequence[_Held], *, whole: bool) -> None:
        """Acknowledge. A whole batch takes one frame, because everything before it on this channel has been settled already."""
        alive = [held for held in settled if not held.session.lost.is_set()]
        if alive:
            crash_point("after_mark_before_ack", "worker")
        with contextlib.suppress(*CONNECTION_ERRORS):  # it comes again and is a duplicate
            if whole and len(alive) == len(settled) > 0:
                last = alive[-1]
                await last.session.channel.basic_ack(last.tag, multiple=True, wait=False)
            else:
                for held in alive:
                    await held.session.channel.basic_ack(held.tag, wait=False)
        if alive:
            crash_point("after_ack", "worker")

    async def _wait_for_database(self) -> bool:
        """Wait until MongoDB answers.

        Returns:
            False when the messages in hand were let go meanwhile: the broker keeps them, and consuming has begun anew.
        """
        held = await self._pause.wait(let_go=lambda: self._let_go("paused"), stopping=lambda: self._stopping)
        if self._idle is not None:
            self._idle.drop("resumed")  # it consumes nothing: the next one will
        return held

    def _let_go(self, reason: str) -> None:
        session = self._link.current
        if session is not None:
            session.drop(reason)


async def _first_failure(*parts: asyncio.Task[None]) -> None:
    for part in parts:
        if part.done():
            part.result()
    raise RuntimeError("the consumer's loop ended by itself")
