"""Turns: what must not happen at the same moment comes one after the other, within this process."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each key that somebody holds or waits for. Belongs to one event loop."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        """Return the lock of a key: `async with turns.of(key)`."""
        return self._locks.setdefault(key, asyncio.Lock())
