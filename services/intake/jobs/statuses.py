"""The job that publishes delivery statuses, many in one unit of work. Their order does not matter: each stands for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from services.intake.handlers import handle_statuses
from services.intake.jobs.failures import reason_of, trace_of
from services.intake.ports import Deps, Tx
from shared.logs import get
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.metrics import MESSAGES, PARKED
from shared.mongo import DatabaseUnavailable
from shared.poller import Poller
from shared.waiting import no_yield

_AT_A_TIME: Final = 100  # statuses in one unit of work: each is one small document and one event
_GATHER_SECONDS: Final = 0.01  # for each status of a turn: beyond 100 a second they come in few large units of work
_BROADCAST_GATHER_SECONDS: Final = 0.25  # at least, while a broadcast runs: of a message that is soon there one word is told, not two
_LONGEST_GATHER_SECONDS: Final = 0.5  # nobody waits for them; a single one is published at once

_log = get("jobs")


class StatusWorker:
    """The worker that publishes delivery statuses.

    After each unit it waits for more, the longer the more there were: a unit of work costs nearly the same for one and for fifty.
    """

    def __init__(
        self,
        deps: Deps,
        units: UnitOfWorkRunner[Tx],
        woken: asyncio.Event,
        poll_seconds: float,
        yield_to_requests: Callable[[], Awaitable[None]] = no_yield,
    ) -> None:
        self._deps = deps
        self._units = units
        self._woken = woken
        self._yield_to_requests = yield_to_requests
        self._gather_seconds = 0.0
        self._least_seconds = 0.0
        self._poller = Poller("statuses", self._turn, poll_seconds=poll_seconds, woken=woken)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        await self._poller.run(stop)

    async def work_off_all(self) -> None:
        """Handle everything that is stored now, then return; for tests and one-off runs."""
        while await self._handle_batch():
            pass

    async def _turn(self) -> float | None:
        await asyncio.sleep(self._gather_seconds)
        await self._yield_to_requests()
        self._woken.clear()  # this turn sees whatever woke us up to now
        handled = await self._handle_batch()
        self._gather_seconds = (
            0.0 if handled == _AT_A_TIME else min(_LONGEST_GATHER_SECONDS, max(self._least_seconds, handled * _GATHER_SECONDS))
        )
        return 0 if handled else None

    async def _handle_batch(self) -> int:
        """Handle a batch; return how many there were. One that fails is parked and does not stop the others."""
        keys = await self._deps.webhook_log.new_statuses(_AT_A_TIME)
        if not keys:
            return 0
        try:
            await self._handle(keys)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whichever it was is told apart by handling them alone
            _log.warning("statuses.apart", reason=reason_of(error), count=len(keys))
            for key in keys:
                await self._handle_alone(key)
        return len(keys)

    async def _handle(self, keys: Sequence[str]) -> None:
        told = await self._units.run(lambda tx: handle_statuses(tx, keys))
        self._least_seconds = _BROADCAST_GATHER_SECONDS if told else 0.0
        MESSAGES.labels("whatsapp.status", "done").inc(len(keys))

    async def _handle_alone(self, key: str) -> None:
        try:
            await self._handle([key])
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one that breaks is parked, and stops no other
            _log.warning("status.failed", reason=reason_of(error), exc_info=trace_of(error))
            await self._deps.webhook_log.park(key, "status_failed", self._deps.clock())
            PARKED.labels("status_failed").inc()
