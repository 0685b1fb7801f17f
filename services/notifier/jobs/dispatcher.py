"""Starts due lanes, as many at once as a process may serve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from services.notifier.jobs.lane_worker import LaneKeeper
from services.notifier.ports import Deps
from shared import logs
from shared.errors import AppError
from shared.leases import renewing
from shared.poller import Poller

_POLL_SECONDS: Final = 1.0  # what another process put in is seen after this; in this process a commit wakes at once

_log = logs.get("jobs")


async def _never_hold() -> float:
    return 0.0


class Dispatcher:
    """The job that starts due lanes of one channel, each as a task, at most `slots` at once; other recipients never wait for one."""

    def __init__(
        self, channel: str, deps: Deps, lane_worker: LaneKeeper, *, slots: int, hold_seconds: Callable[[], Awaitable[float]] = _never_hold
    ) -> None:
        self.channel = channel
        self._deps = deps
        self._lane_worker = lane_worker
        self._slots = slots
        self._hold_seconds = hold_seconds
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held = False
        self._at_work = False

    def wake(self, lane: str | None = None) -> None:
        """Look for due lanes; a lane that is named is due, and is started at once where that is possible."""
        if lane is not None and self._at_work and lane not in self._running and len(self._running) < self._slots and not self._held:
            self._start(lane)
        else:
            self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish the messages in hand."""
        poller = Poller(f"{self.channel} lanes", self._start_due, poll_seconds=_POLL_SECONDS, woken=self._woken)
        self._at_work = True
        async with renewing(self._deps.lease_seconds, self._lane_worker.renew, name=f"{self.channel} lanes"):
            try:
                await poller.run(stop)
            finally:
                self._at_work = False
                self._lane_worker.stopping = True
                if self._running:
                    await asyncio.wait(self._running.values())

    async def _start_due(self) -> float | None:
        """Start what is due; return the seconds until it is worth looking again without being woken."""
        at = self._deps.clock()
        free = self._slots - len(self._running)
        if free <= 0:
            return None  # a task that ends wakes us
        hold, (due, later) = await asyncio.gather(
            self._hold_seconds(), self._deps.lanes.due(self.channel, at, self._slots + len(self._running))
        )
        self._held = hold > 0
        if self._held:
            return hold
        for key in [each for each in due if each not in self._running][:free]:
            self._start(key)
        return None if later is None else max(0.0, (later - at).total_seconds())

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
                self._woken.set()
