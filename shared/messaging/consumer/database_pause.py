"""The pause of a consumer while MongoDB is down: nothing is acknowledged, nothing is published again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from shared import logs
from shared.backoff import Backoff
from shared.clock import monotonic_seconds
from shared.errors import Transient
from shared.metrics import CONSUMER_PAUSED

PAUSES: Final = Backoff(0.2, 2.0)  # an election takes seconds, a cut connection less; after MongoDB heals nothing waits longer
HOLD_SECONDS: Final = 60.0  # how long messages in hand are kept; the broker cuts a channel that holds them for 30 min

_log = logs.get("consumer")


class DatabasePause:
    """The pause until MongoDB gives a sign of life."""

    def __init__(self, service: str, ping: Callable[[], Awaitable[None]], hold_seconds: float = HOLD_SECONDS) -> None:
        """`ping` raises `Transient` while MongoDB is down."""
        self._service = service
        self._ping = ping
        self._hold_seconds = hold_seconds
        self._since: float | None = None

    @property
    def paused(self) -> bool:
        """Whether it is waiting now."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """The seconds it has been waiting."""
        return 0.0 if self._since is None else monotonic_seconds() - self._since

    async def wait(self, *, let_go: Callable[[], None], stopping: Callable[[], bool]) -> bool:
        """Wait until MongoDB answers.

        Args:
            let_go: Called once when it takes longer than messages in hand may be held.
            stopping: Whether to give up waiting.

        Returns:
            Whether what is in hand is still ours to handle.
        """
        self._since = monotonic_seconds()
        CONSUMER_PAUSED.set(1)
        _log.warning("consumer.paused", service=self._service)
        held, asked = True, 0
        try:
            while not await self._answers():
                if stopping():
                    return False
                if held and self.seconds > self._hold_seconds:
                    held = False
                    let_go()
                asked += 1
                await asyncio.sleep(PAUSES.seconds(asked))
            _log.info("consumer.resumed", service=self._service, seconds=round(self.seconds, 1))
        finally:
            self._since = None
            CONSUMER_PAUSED.set(0)
        return held

    async def _answers(self) -> bool:
        try:
            await self._ping()
        except Transient:
            return False
        return True
