"""Removes what a process that died in the middle left in the archive: it is personal and nobody points to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from shared import logs
from shared.poller import Poller

_SWEEP_SECONDS: Final = 6 * 3600.0  # what is swept is a day old; a quarter of that is soon enough

_log = logs.get("renderer")


class LeftoverSweeper:
    """The job that calls `sweep` every six hours."""

    def __init__(self, sweep: Callable[[], Awaitable[int]]) -> None:
        self._sweep = sweep

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        await Poller("archive sweep", self._turn, poll_seconds=_SWEEP_SECONDS).run(stop)

    async def _turn(self) -> None:
        _log.info("archive.swept", uploads=await self._sweep())
