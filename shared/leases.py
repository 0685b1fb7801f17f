"""Short leases, renewed while the work lasts: what a killed process had in hand is soon somebody else's, and slow work is not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from shared import logs

_RENEWALS: Final = 3  # of a lease in its time: two may fail before it is lost

_log = logs.get("leases")


@contextlib.asynccontextmanager
async def renewing(lease_seconds: float, renew: Callable[[], Awaitable[None]], *, name: str) -> AsyncIterator[None]:
    """Call `renew` three times per lease while the block runs. What it raises is logged, and it is called again."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(lease_seconds / _RENEWALS)
            try:
                await renew()
            except Exception as error:  # noqa: BLE001 - one failure must not be the last try: the lease still lasts
                _log.error("leases.unrenewed", leases=name, exc_info=error)

    task = asyncio.create_task(repeat(), name=f"{name} leases")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
