"""What lies between the broker's callback and the worker: a bounded buffer that is emptied in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Generic, TypeVar

from shared.clock import monotonic_seconds

I = TypeVar("I")  # noqa: E741 - an item

IDLE_TURNS: Final = 8  # turns of the event loop that a frame takes from the socket to the buffer; none came in that many: it is empty


class Full(Exception):  # noqa: N818 - the finding
    """More than the prefetch allows: the broker or we have miscounted."""


class Buffer(Generic[I]):
    """A bounded queue, first in, first out, for one reader."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: deque[I] = deque()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: I) -> None:
        """Add one; never waits.

        Raises:
            Full: it holds `limit` already.
        """
        if len(self._items) >= self._limit:
            raise Full
        self._items.append(item)
        self._arrived.set()

    def clear(self) -> None:
        """Remove everything."""
        self._items.clear()
        self._arrived.clear()

    def wake(self) -> None:
        """Let a waiting reader look around, though nothing arrived."""
        self._arrived.set()

    async def wait(self) -> None:
        """Return when there is something, or after `wake`."""
        await self._arrived.wait()

    async def take(self, most: int, longest_seconds: float) -> list[I]:
        """Take what is there and what arrives right behind it: up to `most` items or `longest_seconds`.

        Ends at once when nothing follows, so that a lone message never waits. Empty when there was nothing.
        """
        batch = self._pop(most)
        deadline = monotonic_seconds() + longest_seconds
        idle = 0
        while batch and len(batch) < most and idle < IDLE_TURNS and monotonic_seconds() < deadline:
            await asyncio.sleep(0)
            more = self._pop(most - len(batch))
            batch += more
            idle = 0 if more else idle + 1
        return batch

    def _pop(self, most: int) -> list[I]:
        taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
        if not self._items:
            self._arrived.clear()
        return taken
