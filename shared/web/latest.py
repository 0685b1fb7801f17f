"""The latest answer of a question that costs something: asked again when it is some seconds old, once for all who ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from shared.clock import monotonic_seconds

T = TypeVar("T")


class Latest(Generic[T]):
    """An answer of `seconds` ago at most; of those who ask when it is older one asks again, the others get what is there."""

    def __init__(self, ask: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asking = asyncio.Lock()
        self._answer: T | None = None
        self._until = 0.0

    async def get(self) -> T:
        """Return it."""
        if self._answer is not None and (monotonic_seconds() < self._until or self._asking.locked()):
            return self._answer
        async with self._asking:
            if self._answer is None or monotonic_seconds() >= self._until:
                self._answer = await self._ask()
                self._until = monotonic_seconds() + self._seconds
            return self._answer
