"""Wait for something, but not for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from shared import logs

RENEWALS: Final = 3  # of a lease in its time: two may fail before it is lost

_log = logs.get("waiting")


async def happened(event: asyncio.Event, most_seconds: float) -> bool:
    """Return when `event` is set, or after `most_seconds`; tells which."""
    try:
        async with asyncio.timeout(most_seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


@contextlib.asynccontextmanager
async def repeating(every_seconds: float, act: Callable[[], Awaitable[None]], *, name: str) -> AsyncIterator[None]:
    """Call `act` every so many seconds while the block runs, such as to renew leases. What it raises is logged, and it is called again."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await act()
            except Exception as error:  # noqa: BLE001 - one failure must not be the last call
                _log.error("repeat.failed", task=name, exc_info=error)

    task = asyncio.create_task(repeat(), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def to_nobody() -> None:
    """Give way to nobody: for work that nothing is more urgent than."""
