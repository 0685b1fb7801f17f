"""Applies the statuses that came before our own record of the message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from services.notifier.handlers import announce
from services.notifier.ports import Deps, EarlyStatus, Tx
from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import AppError
from shared.mongo import DatabaseUnavailable
from shared.poller import Poller

_SWEEP_SECONDS: Final = 2.0  # early statuses are rare: Meta's webhook beats its own answer
_WHOLE_SWEEP_SECONDS: Final = 30.0  # between looks at all that is kept: for what another process sent, or one that died
_SWEEP_ROWS: Final = 100

_log = logs.get("jobs")


class StatusSweeper:
    """The job that applies statuses that were kept because their job was not known yet.

    Most that are kept belong to messages of others on the same number and stay; so it looks for those of what this process has just sent,
    and at all of them only now and then.
    """

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._before: list[str] = []
        self._accepted: list[str] = []
        self._whole_at = float("-inf")

    def accepted(self, provider_id: str) -> None:
        """Note that this process sent and stored a message with that id of the provider."""
        self._accepted.append(provider_id)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        await Poller("early statuses", self._turn, poll_seconds=_SWEEP_SECONDS).run(stop)

    async def _turn(self) -> None:
        try:
            if monotonic_seconds() - self._whole_at >= _WHOLE_SWEEP_SECONDS:
                await self.sweep()
                self._whole_at = monotonic_seconds()
            await self.sweep_sent()
        except AppError as error:
            if isinstance(error, DatabaseUnavailable):
                raise  # waited for by the poller
            _log.warning("sweep.failed", reason=error.code)

    async def sweep(self) -> int:
        """Apply the kept statuses whose job is known; return how many."""
        return await self._take(await self._deps.early_statuses.explained(_SWEEP_ROWS))

    async def sweep_sent(self) -> int:
        """Apply those of messages sent here since the sweep before the last: one may have been stored just then; return how many."""
        sent, self._accepted = self._accepted, []
        asked, self._before = [*self._before, *sent], sent
        return await self._take(await self._deps.early_statuses.of_messages(asked)) if asked else 0

    async def _take(self, found: Sequence[EarlyStatus]) -> int:
        for status in found:

            async def take(tx: Tx, status: EarlyStatus = status) -> None:
                await announce.take_early_status(tx, self._deps, status)

            await self._deps.transact(take)
        return len(found)
