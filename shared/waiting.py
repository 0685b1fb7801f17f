"""Wait for something, but not for ever."""

from __future__ import annotations

import asyncio


async def wait_for(event: asyncio.Event, most_seconds: float) -> bool:
    """Wait for `event`, at most `most_seconds`; return whether it was set."""
    try:
        async with asyncio.timeout(most_seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def no_yield() -> None:
    """Return at once: for work that nothing is more urgent than."""
