"""Several presses behind one door: one is always there, the others are started when the line grows long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.issuance.adapters.press.process import Imprint, Press, PressLimits
from services.issuance.ports import Printed
from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import Transient

LONG_LINE: Final = 4  # sheets at the shortest line; below, waiting (30 ms a sheet) is quicker than a start (1.5 s)
START_PAUSE_SECONDS: Final = 60.0  # between two tries to start one more: the others print meanwhile

_log = logs.get("press")


class Pool:
    """As one `Press`, with up to `most` children. A child beyond the first is started beside the work and used once it is ready."""

    def __init__(self, setup: Mapping[str, Any], limits: PressLimits, most: int) -> None:
        self._presses = [Press(setup, limits) for _ in range(most)]
        self._starting: asyncio.Task[None] | None = None
        self._no_start_until = 0.0

    @property
    def imprint(self) -> Imprint | None:
        """The certificate, once a child has started."""
        return self._presses[0].imprint

    @property
    def failure(self) -> str:
        """Why the last start of the first failed; empty when it did not."""
        return self._presses[0].failure

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The children that live and have started."""
        return tuple(press.process_id for press in self._presses if press.ready and press.process_id is not None)

    async def start(self) -> Imprint:
        """Start the first unless it lives.

        Raises:
            Transient: `press_start_failed`.
        """
        return await self._presses[0].start()

    async def print_sheet(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        """As `Press.print_sheet`, by the press with the shortest line."""
        ready = [press for press in self._presses if press.ready] or self._presses[:1]
        shortest = min(ready, key=lambda press: press.waiting)
        if shortest.waiting >= LONG_LINE:
            self._start_another()
        return await shortest.print_sheet(product, sheet, made_at=made_at)

    async def close(self) -> None:
        """End the children: sheets in work are finished by their callers first."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await asyncio.gather(*(press.close() for press in self._presses))

    def _start_another(self) -> None:
        if (self._starting is not None and not self._starting.done()) or monotonic_seconds() < self._no_start_until:
            return
        idle = next((press for press in self._presses if press.process_id is None), None)
        if idle is not None:
            self._starting = asyncio.create_task(self._start(idle), name="press")

    async def _start(self, press: Press) -> None:
        try:
            await press.start()
        except Transient as error:
            self._no_start_until = monotonic_seconds() + START_PAUSE_SECONDS
            _log.warning("press.alone", code=error.code, detail=error.detail)
