"""How many requests a process answers, so that what it does in the background can give way to them."""

from __future__ import annotations

import asyncio

from shared.waiting import wait_for


class InFlightRequests:
    """Requests being answered. Belongs to one event loop."""

    def __init__(self) -> None:
        self.inside = 0
        self._none = asyncio.Event()
        self._none.set()

    def enter(self) -> None:
        """Count one more that is being answered."""
        self.inside += 1
        self._none.clear()

    def leave(self) -> None:
        """Count one of them as answered."""
        self.inside -= 1
        if not self.inside:
            self._none.set()

    async def yield_to_requests(self, most_seconds: float) -> None:
        """Return when nobody is being answered, at once where that is so already, and after `most_seconds` in any case."""
        await wait_for(self._none, most_seconds)
