"""Wait for something, but not for ever."""

from __future__ import annotations

import asyncio


async def wait_for(event: asyncio.Event, most_seconds: float) -> bool:
    """Return when `event` is set, or after `most_seconds`; tells which."""
    try:
        async with asyncio.timeout(most_seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def no_yield() -> None:
    """Give way to nobody: for work that nothing is more urgent than."""
