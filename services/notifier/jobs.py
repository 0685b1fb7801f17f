"""What runs by itself: the dispatchers that start due lanes, and the sweep for statuses that came before our own record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from services.notifier.handlers import announce
from services.notifier.handlers.lane_worker import LaneWorker
from services.notifier.handlers.sender_limiter import SenderLimiter
from services.notifier.ports import Deps, EarlyStatus, Tx
from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import AppError
from shared.leases import renewing
from shared.waiting import wait_for

_POLL_SECONDS: Final = 1.0  # what another process rang is seen after this; in this process the revision wakes at once
_SWEEP_SECONDS: Final = 2.0  # early statuses are rare: Meta's webhook beats its own answer
_WHOLE_SWEEP_SECONDS: Final = 30.0  # between looks at all that is kept: for what another process sent, or one that died
_SWEEP_ROWS: Final = 100
_MAX_FAILURE_PAUSE: Final = 5.0  # seconds without the database before it is asked again

_log = logs.get("jobs")


async def _never_hold() -> float:
    return 0.0


class Dispatcher:
    """Starts the due lanes of one channel, each as a task of its own, at most `slots` at once; other recipients never wait for one."""

    def __init__(
        self, channel: str, deps: Deps, lane_worker: LaneWorker, *, slots: int, hold_seconds: Callable[[], Awaitable[float]] = _never_hold
    ) -> None:
        self.channel = channel
        self._deps = deps
        self._lane_worker = lane_worker
        self._slots = slots
        self._hold_seconds = hold_seconds
        self._revision = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held = False
        self._at_work = False

    def wake(self, lane: str | None = None) -> None:
        """Something may be due; with a lane, that one is, and is started at once where that is possible."""
        if lane is not None and self._at_work and lane not in self._running and len(self._running) < self._slots and not self._held:
            self._start(lane)
        else:
            self._revision.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then finish the messages in hand."""
        stopping = asyncio.create_task(stop.wait())
        failures = 0
        self._at_work = True
        async with renewing(self._deps.lease_seconds, self._lane_worker.renew, name=f"{self.channel} lanes"):
            try:
                while not stop.is_set():
                    self._revision.clear()
                    try:
                        seconds = await self._start_due()
                        failures = 0
                    except AppError as error:
                        failures += 1
                        seconds = min(_MAX_FAILURE_PAUSE, 0.2 * 2**failures)
                        _log.warning("dispatch.failed", channel=self.channel, reason=error.code)
                    await self._rest(stopping, seconds)
            finally:
                stopping.cancel()
                self._at_work = False
                self._lane_worker.stopping = True
                if self._running:
                    await asyncio.wait(self._running.values())

    async def _rest(self, stopping: asyncio.Task[bool], seconds: float) -> None:
        revision = asyncio.ensure_future(self._revision.wait())
        await asyncio.wait({revision, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        revision.cancel()

    async def _start_due(self) -> float:
        """Start what is due; the seconds until it is worth looking again without being woken."""
        at = self._deps.clock()
        free = self._slots - len(self._running)
        if free <= 0:
            return _POLL_SECONDS  # a task that ends rings the revision
        hold, (due, later) = await asyncio.gather(
            self._hold_seconds(), self._deps.lanes.due(self.channel, at, self._slots + len(self._running))
        )
        self._held = hold > 0
        if self._held:
            return min(_POLL_SECONDS, hold)
        for key in [each for each in due if each not in self._running][:free]:
            self._start(key)
        return _POLL_SECONDS if later is None else min(_POLL_SECONDS, max(0.0, _seconds(at, later)))

    def _start(self, key: str) -> None:
        self._running[key] = asyncio.create_task(self._run_lane(key))

    async def _run_lane(self, key: str) -> None:
        worked = False
        try:
            worked = await self._lane_worker.run_lane(key)
        except AppError as error:
            _log.warning("lane.failed", channel=self.channel, reason=error.code)
        except Exception:  # noqa: BLE001 - one lane's trouble must not stop the others; its lease ends and it is tried again
            _log.error("lane.broken", channel=self.channel, exc_info=True)
        finally:
            full = len(self._running) >= self._slots
            del self._running[key]
            if worked or full:  # a lane that somebody else holds stays listed: the poll looks at it again
                self._revision.set()


def _seconds(at: datetime, later: datetime) -> float:
    return (later - at).total_seconds()


class JobSweeper:
    """Takes in statuses that were kept because their job was not known yet.

    Most that are kept belong to messages of others on the same number and stay; so it looks for those of what this process has just sent,
    and at all of them only now and then.
    """

    def __init__(self, deps: Deps, sender_limiter: SenderLimiter) -> None:
        self._deps = deps
        self._sender_limiter = sender_limiter
        self._before: list[str] = []
        self._accepted: list[str] = []

    def accepted(self, provider_id: str) -> None:
        """This process has sent a message that the provider knows by that id, and written it down."""
        self._accepted.append(provider_id)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        whole_at = float("-inf")
        while not stop.is_set():
            try:
                if monotonic_seconds() - whole_at >= _WHOLE_SWEEP_SECONDS:
                    await self.sweep()
                    whole_at = monotonic_seconds()
                await self.sweep_sent()
            except AppError as error:
                _log.warning("sweep.failed", reason=error.code)
            await wait_for(stop, _SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Take in what is there; how many there were."""
        return await self._take(await self._deps.jobs.early_statuses(_SWEEP_ROWS))

    async def sweep_sent(self) -> int:
        """The same of what this process sent lately: since the last time, and before that, for a status that was just being kept then."""
        sent, self._accepted = self._accepted, []
        asked, self._before = [*self._before, *sent], sent
        return await self._take(await self._deps.jobs.early_statuses_of(asked)) if asked else 0

    async def _take(self, found: Sequence[EarlyStatus]) -> int:
        for status in found:

            async def take(tx: Tx, status: EarlyStatus = status) -> None:
                await announce.take_early_status(tx, self._deps, self._sender_limiter, status)

            await self._deps.transact(take)
        return len(found)
