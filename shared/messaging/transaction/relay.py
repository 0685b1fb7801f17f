"""Publishes the outbox. Several copies may run; a row leaves at least once, and is marked only by whoever still holds it."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from enum import Enum, auto
from typing import Final

from shared import tracing
from shared.backoff import Backoff
from shared.clock import monotonic_seconds
from shared.faults import crash_point
from shared.ids import new_token
from shared.logs import get, mask
from shared.messaging.broker.errors import BrokerUnavailable, PublishRefused
from shared.messaging.transaction.outbox import BirthLease, LeasedRows, Outbox, OutboxClaim, OutboxRow
from shared.metrics import OUTBOX_PARKED, OUTBOX_PUBLISHED
from shared.mongo import is_unavailable
from shared.waiting import wait_for

IN_FLIGHT: Final = 64  # publishes without a confirm yet: enough to hide the round trip, few enough to repeat after a crash
LEASE_SECONDS: Final = 10.0  # as long as one publish may take: what is published by two is known again by its id
HOLD_SECONDS: Final = 5.0  # of rows that are handed over: they leave within milliseconds, and after a crash wait this long for others
HANDED_ROWS: Final = 256  # handed over and not carried yet; beyond that rows lie in the outbox like those of others
POLL_SECONDS: Final = 1.5  # the wake-ups are quick, the poll makes them correct; an empty poll is not free
_PAUSES: Final = Backoff(0.2, 5.0)  # after the broker or MongoDB failed; after a fault heals the outbox drains within 60 s (promise I4)
_STEP_SECONDS: Final = 0.01  # about one claim
_REOPEN_AFTER_ROWS: Final = 100  # reading one missed change costs a hop to a thread; opening a stream costs about as much as a few dozen
_WATCH_END_SECONDS: Final = 2.0  # the stream looks at `stop` once a second
ALONE_SECONDS: Final = 10.0  # from the start on, without a row of another process: for an open stream MongoDB works through all writes
COMPANY_SECONDS: Final = 600.0  # after a row of another process

log = get("messaging")


class Relay:
    """The relay: claims, publishes with at most `in_flight` unconfirmed, marks. `publish` returns on the confirm.

    `publish` raises `PublishRefused` (the row is parked) or `BrokerUnavailable` (the row is tried again, for ever).
    """

    def __init__(
        self,
        outbox: Outbox,
        publish: Callable[[OutboxRow], Awaitable[None]],
        *,
        in_flight: int = IN_FLIGHT,
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        watch: bool = True,
        alone_seconds: float = ALONE_SECONDS,
    ) -> None:
        self._outbox = outbox
        self._publish = publish
        self._in_flight = in_flight
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._watch = watch
        self._alone_seconds = alone_seconds
        self._company = asyncio.Event()
        self._alone_at = float("-inf")
        self._wakes = asyncio.Event()
        self._handed: deque[tuple[OutboxRow, float]] = deque()
        self._hold = BirthLease(new_token(), min(HOLD_SECONDS, lease_seconds))
        self._seeking = True
        self._running = False
        self._failures = 0
        self._oldest_seconds = 0.0
        self._looked_at = float("-inf")
        self._carried = 0
        self._resting = asyncio.Event()

    @property
    def oldest_unsent_seconds(self) -> float:
        """The age of the oldest unsent row at the last look, at most a poll or a back-off ago. A readiness input."""
        return self._oldest_seconds

    def hold(self) -> BirthLease | None:
        """Return the lease for rows that this process writes now; None when it could not publish them at once."""
        ready = self._running and not self._failures and len(self._handed) < HANDED_ROWS
        return self._hold if ready else None

    def take(self, handed: LeasedRows) -> None:
        """Publish rows that were born under `hold` and are committed. To be called on the event loop of `run`."""
        self._handed.extend((row, handed.lost_at) for row in handed.rows)
        self._wakes.set()

    def wake(self) -> None:
        """Claim new rows. To be called on the event loop of `run`."""
        self._seeking = True
        self._wakes.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set, and then what is still in the outbox."""
        helpers = [asyncio.create_task(self._stopping(stop), name="relay-stop")]
        if self._watch:
            helpers.append(asyncio.create_task(self._watching(stop), name="relay-watch"))
        self._meet(self._alone_seconds)
        self._running = True
        try:
            while not stop.is_set():
                self._wakes.clear()
                if not await self._turn():
                    await self._rest(stop)
            self._running, self._seeking = False, True
            while await self._turn():
                pass  # what was committed before the stop leaves now, unless the broker is down
            await asyncio.wait(helpers, timeout=_WATCH_END_SECONDS)
        finally:
            self._running = False
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _turn(self) -> bool:
        """Carry what was handed over, then what is found. True when there is reason to go on at once."""
        if probing := self._failures > 0:
            self._handed.clear()  # their lease ends soon, and they are claimed when all is well
            self._seeking = True
        try:
            if monotonic_seconds() - self._looked_at >= self._poll_seconds:
                await self._look()
                self._seeking = True
            if self._handed:
                await self._carry_handed()
            if self._seeking and (probing or not self._failures):
                await self._seek()
        except Exception as error:
            if not is_unavailable(error):
                raise
            self._failed("database_unavailable", error)
        return not self._failures and (self._seeking or bool(self._handed))

    async def _carry_handed(self) -> None:
        rows: list[OutboxRow] = []
        lost_at = float("inf")
        while self._handed and len(rows) < self._in_flight:
            row, until = self._handed.popleft()
            if until > monotonic_seconds():  # else it has been left to others by now
                rows.append(row)
                lost_at = min(lost_at, until)
        if rows:
            await self._carry(OutboxClaim(self._hold.token, tuple(rows)), lost_at)

    async def _seek(self) -> None:
        """Claim and carry; to be gone on with when there are likely to be more."""
        self._seeking = False
        lost_at = monotonic_seconds() + self._lease_seconds
        claim = await self._outbox.claim(1 if self._failures else self._in_flight, self._lease_seconds)
        if claim.foreign:
            self._meet(COMPANY_SECONDS)
        if claim.rows:
            if await self._carry(claim, lost_at):
                self._seeking = True
            return
        self._failures = 0
        if claim.more:  # all went to another relay: out of step with it, the next ones are shared
            self._seeking = True
            await asyncio.sleep(random.uniform(0, _STEP_SECONDS))  # noqa: S311 - jitter, not cryptography

    async def _carry(self, claim: OutboxClaim, lost_at: float) -> bool:
        probing = self._failures > 0
        results = await asyncio.gather(*(self._send(row, lost_at) for row in claim.rows))
        by_result: dict[_PublishResult, list[str]] = {}
        refused: list[tuple[OutboxRow, PublishRefused]] = []
        for row, result in zip(claim.rows, results, strict=True):
            if isinstance(result, PublishRefused):
                refused.append((row, result))
            else:
                by_result.setdefault(result, []).append(row.id)
        if sent := by_result.get(_PublishResult.SENT):
            crash_point("after_confirm_before_mark", "relay")
            marked = await self._outbox.mark_sent(claim.token, sent)
            crash_point("after_mark_before_ack", "relay")
            self._carried += len(sent)
            if marked < len(sent):
                log.warning("outbox.lease_lost", rows=len(sent) - marked)
        for row, refusal in refused:
            await self._park(claim.token, row, refusal)
        if broken := by_result.get(_PublishResult.BROKEN):
            await self._outbox.release(claim.token, broken, _PAUSES.longest_seconds)
        if down := by_result.get(_PublishResult.DOWN):
            self._failed("broker_unavailable", None)
            await self._outbox.release(claim.token, down)
            return False
        self._failures = 0
        return probing or claim.more

    async def _park(self, token: str, row: OutboxRow, refusal: PublishRefused) -> None:
        log.warning("event.refused", event_id=row.id, type=row.type, code=refusal.code)
        if await self._outbox.park(token, row.id, refusal.code, mask(refusal.detail)):
            OUTBOX_PARKED.labels(row.type).inc()

    async def _send(self, row: OutboxRow, lost_at: float) -> _PublishResult | PublishRefused:
        if monotonic_seconds() >= lost_at:
            return _PublishResult.LATE  # this process slept (stopped, swapped out): by now the row is another relay's
        crash_point("before_publish", "relay")
        try:
            with _span(row):
                await self._publish(row)
        except PublishRefused as error:
            return error
        except BrokerUnavailable:
            return _PublishResult.DOWN
        except Exception as error:  # noqa: BLE001 - one row that breaks our own code must not stop the others
            log.warning("event.broke", event_id=row.id, type=row.type, error=type(error).__name__)
            return _PublishResult.BROKEN
        OUTBOX_PUBLISHED.labels(row.type).inc()
        return _PublishResult.SENT

    async def _look(self) -> float:
        self._oldest_seconds = await self._outbox.oldest_unsent_seconds()
        self._looked_at = monotonic_seconds()
        return self._oldest_seconds

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until something new is there or the poll is due; after a failure only time (and `stop`) ends it."""
        wakes, seconds = self._wakes, self._poll_seconds
        if self._failures:
            wakes, seconds = stop, _PAUSES.seconds(self._failures, random.random())  # noqa: S311 - jitter, not cryptography
        self._resting.set()
        await wait_for(wakes, seconds)
        self._resting.clear()

    def _failed(self, code: str, error: Exception | None) -> None:
        self._failures += 1
        log.warning("relay.paused", code=code, error=type(error).__name__ if error else None, failures=self._failures)

    async def _stopping(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wakes.set()
        self._resting.set()
        self._company.set()

    def _meet(self, seconds: float) -> None:
        """Another process writes into this outbox, or may do so, for so long."""
        self._alone_at = max(self._alone_at, monotonic_seconds() + seconds)
        self._company.set()

    def _is_alone(self) -> bool:
        return monotonic_seconds() >= self._alone_at

    async def _watching(self, stop: asyncio.Event) -> None:
        """Wake on rows that another process commits, while another one does.

        While the relay works nobody reads the stream; after much work it is opened anew, which is cheaper than reading what was missed.
        Where no other process has written for a while there is no stream: the poll finds out when one begins to.
        """
        while not stop.is_set():
            if self._is_alone():
                self._company.clear()
                await self._company.wait()
                continue
            try:
                async with aclosing(self._outbox.inserts(lambda: stop.is_set() or self._is_alone())) as inserts:
                    async for _ in inserts:
                        carried = self._carried
                        self._resting.clear()
                        self.wake()
                        await self._resting.wait()
                        if self._carried - carried > _REOPEN_AFTER_ROWS:
                            break
            except Exception as error:  # noqa: BLE001 - the poll goes on whatever happens to the stream
                log.warning("relay.unwatched", error=type(error).__name__)
                await wait_for(stop, _PAUSES.longest_seconds)


def _span(row: OutboxRow) -> tracing.OpenSpan:
    if not tracing.is_sampled(row.traceparent):
        return tracing.NOTHING
    attributes: dict[str, tracing.Attribute] = {
        "messaging.system": "rabbitmq",
        "messaging.message.id": row.id,
        "messaging.message.conversation_id": row.correlation_id,
        "adminduk.attempt": row.attempts,
    }
    return tracing.span(f"publish {row.type}", row.traceparent, kind=tracing.SpanKind.PRODUCER, attributes=attributes)


class _PublishResult(Enum):
    """What became of one publish."""

    SENT = auto()
    DOWN = auto()
    LATE = auto()
    BROKEN = auto()
