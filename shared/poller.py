"""Do something again and again until the process stops: when woken, and by a poll in case nobody woke it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from shared import logs
from shared.backoff import Backoff
from shared.mongo import is_unavailable
from shared.waiting import wait_for

OUTAGE: Final = Backoff(0.4, 5.0)  # MongoDB elects a new primary within seconds; asking more often helps nobody

_log = logs.get("jobs")


def sweeper(what: str, sweep: Callable[[], Awaitable[int]], *, every_seconds: float) -> Poller:
    """Return the job that calls `sweep` so often and logs how much of `what` it removed."""

    async def turn() -> None:
        _log.info("sweep.done", what=what, count=await sweep())

    return Poller(what, turn, poll_seconds=every_seconds)


class Poller:
    """A loop of `turn` until `stop`. Events make it quick, the poll makes it correct."""

    def __init__(
        self,
        name: str,
        turn: Callable[[], Awaitable[float | None]],
        *,
        poll_seconds: float,
        woken: asyncio.Event | None = None,
        backoff: Backoff = OUTAGE,
    ) -> None:
        """Describe it; `run` starts it.

        Args:
            name: For the log.
            turn: Does what is due and returns how many seconds to rest before the next turn; None: `poll_seconds`, 0: not at all.
            poll_seconds: The longest rest.
            woken: Ends the rest when it is set; cleared before each turn.
            backoff: The rests while MongoDB is down.
        """
        self._name = name
        self._turn = turn
        self._poll_seconds = poll_seconds
        self._woken = woken or asyncio.Event()
        self._backoff = backoff

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`.

        Raises:
            Exception: what `turn` raised, but for an outage of MongoDB, which is logged and waited for.
        """
        stopping = asyncio.create_task(self._wake_on(stop), name=f"{self._name} stop")
        failures = 0
        try:
            while not stop.is_set():
                self._woken.clear()
                try:
                    rest = await self._turn()
                    failures = 0
                except Exception as error:
                    if not is_unavailable(error):
                        raise
                    failures += 1
                    rest = self._backoff.seconds(failures)
                    _log.warning("poller.unavailable", job=self._name, reason=type(error).__name__)
                if rest != 0 and not stop.is_set():
                    await wait_for(self._woken, self._poll_seconds if rest is None else min(rest, self._poll_seconds))
        finally:
            stopping.cancel()

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()
