"""Moves the people of running broadcasts into their lanes: a few at a time, so that what is asked for goes first, in any process.

Where a lane is worked off, the job of a broadcast is one more message, last of its lane: there is no second way to send (ADR 50).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from services.notifier.domain import broadcast as rules
from services.notifier.domain.broadcast import Broadcast
from services.notifier.domain.news import next_window, opens_at
from services.notifier.handlers import broadcasts as handlers
from services.notifier.handlers.broadcasts import Released
from services.notifier.ports import Deps, Tx
from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import AppError
from shared.mongo import DatabaseUnavailable
from shared.poller import Poller

_IDLE_SECONDS: Final = 1.0  # between looks while none runs, or none may
_TURN_SECONDS: Final = 0.2  # between turns while one runs: at 80 a second sixteen people, who share each round trip to the database
_JUDGE_SECONDS: Final = 2.0  # between looks at how many fail, at least
_JUDGE_SHARE: Final = 0.02  # of the time may go into these looks: each counts every message of the broadcast
_COUNT_SECONDS: Final = 5.0  # between counts of whom was told in 24 hours: what this process adds it knows by itself
_FIRST_WINDOW: Final = 16.0  # messages without a word of WhatsApp, when a process begins
_UNHEARD: Final = timedelta(seconds=10)  # later than this its first word is not waited for: a webhook may be lost, a rank left out
_DAY: Final = timedelta(hours=24)  # Meta counts people of the last 24 hours
_ERRORS: Final = "too_many_errors"

_log = logs.get("broadcasts")


class Broadcaster:
    """The job that releases people. `ahead`: most messages of broadcasts in flight; the other slots are for what people asked for."""

    def __init__(self, deps: Deps, *, ahead: int) -> None:
        self._deps = deps
        self._ahead = ahead
        self._judge_at: dict[str, float] = {}
        self._window = _FIRST_WINDOW
        self._told, self._counted_at = 0, float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        await Poller("broadcasts", self.turn, poll_seconds=_IDLE_SECONDS).run(stop)

    async def turn(self) -> float:
        """Release what may leave now; return how long to rest."""
        running = await self._deps.broadcasts.running()
        hold = await self._deps.sender_limiter.hold_seconds() if running else 0.0
        if not running or hold > 0:
            return min(hold or _IDLE_SECONDS, _IDLE_SECONDS)
        rests = [await self._look(broadcast) for broadcast in running]
        return max(_TURN_SECONDS, min(rests))

    async def _look(self, broadcast: Broadcast) -> float:
        try:
            return await self._release(broadcast)
        except AppError as error:
            if isinstance(error, DatabaseUnavailable):
                raise  # waited for by the poller
            _log.warning("broadcasts.failed", broadcast=broadcast.broadcast_id, reason=error.code)
            return _IDLE_SECONDS

    async def _release(self, broadcast: Broadcast) -> float:
        deps, broadcast_id = self._deps, broadcast.broadcast_id
        at = deps.clock()
        if opens_at(broadcast.hours, deps.news, at) > at or await self._holds(broadcast):
            return _IDLE_SECONDS
        most = await self._free(broadcast)
        if most <= 0:
            return _TURN_SECONDS
        keys = await deps.broadcasts.planned(broadcast_id, most)
        if not keys and await deps.broadcasts.is_on_the_way(broadcast_id):
            return _IDLE_SECONDS  # what stands in the lanes, until tomorrow perhaps, can still be held and stopped

        async def release(tx: Tx) -> Released:
            return await handlers.release_next(tx, deps, broadcast_id, keys)

        done = await deps.transact(release)
        self._told += done.people
        if done.is_over:
            _log.info("broadcasts.done", broadcast=broadcast_id)
        return done.wait_seconds

    async def _free(self, broadcast: Broadcast) -> int:
        """Return how many may be put into their lanes now: what is ahead already, and Meta's people in 24 hours, leave room for so many."""
        deps, most = self._deps, self._deps.news.people_a_day
        ahead = min(self._ahead - await deps.broadcasts.on_the_way(self._ahead), await self._unheard_room(broadcast))
        if ahead <= 0:
            return 0
        if monotonic_seconds() - self._counted_at >= _COUNT_SECONDS:
            self._told, self._counted_at = await deps.broadcasts.people_since(deps.clock() - _DAY, most), monotonic_seconds()
        return min(ahead, most - self._told, max(1, int(broadcast.per_second)))

    async def _unheard_room(self, broadcast: Broadcast) -> int:
        """Return how many more may be without WhatsApp's first word; a word that never comes is waited for some seconds."""
        at, most = self._deps.clock(), broadcast.per_second * _UNHEARD.total_seconds()
        unheard, oldest = await self._deps.broadcasts.unheard(at - _UNHEARD, int(most))
        age = (at - oldest).total_seconds() if oldest else 0.0
        self._window = next_window(self._window, age, soon=self._deps.news.echo.total_seconds(), most=most)
        return int(self._window) - unheard

    async def _holds(self, broadcast: Broadcast) -> bool:
        """Hold it where too many of its messages fail."""
        deps, broadcast_id = self._deps, broadcast.broadcast_id
        began = monotonic_seconds()
        if began < self._judge_at.get(broadcast_id, float("-inf")):
            return False
        found = await deps.broadcasts.results(broadcast)
        took = monotonic_seconds() - began
        self._judge_at[broadcast_id] = began + max(_JUDGE_SECONDS, took / _JUDGE_SHARE)
        policy = deps.news
        if not rules.too_many_fail(broadcast, found.tried, found.missed, share=policy.errors_share, after=policy.errors_after):
            return False

        async def hold(tx: Tx) -> None:
            await handlers.pause_broadcast(tx, deps, broadcast_id, _ERRORS)

        await deps.transact(hold)
        _log.warning("broadcasts.held", broadcast=broadcast_id, reason=_ERRORS, failed=found.missed, tried=found.tried)
        return True
