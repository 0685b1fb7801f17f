"""The job that wakes this process's work on the webhook log when another process has stored something in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Final

from services.intake.ports import WebhookLog
from shared.logs import get
from shared.mongo import DatabaseUnavailable
from shared.waiting import wait_for

_PAUSE_SECONDS: Final = 5.0  # after the stream broke; the poll goes on meanwhile

_log = get("jobs")


class WebhookLogWatch:
    """Follows the webhook log by a change stream, where the API runs in processes of its own: a chat is answered at once, not at a poll.

    Where one process does all it is off (`WEBHOOK_LOG_WATCH`): it wakes itself, and a stream reads along with every write of the database.
    """

    def __init__(self, log: WebhookLog, wake: Callable[[], None], *, is_on: bool) -> None:
        self._items = log
        self._wake = wake
        self._is_on = is_on

    async def run(self, stop: asyncio.Event) -> None:
        """Follow it until `stop`."""
        if not self._is_on:
            await stop.wait()
        while not stop.is_set():
            try:
                async with aclosing(self._items.arrivals(stop.is_set)) as arrivals:
                    async for _ in arrivals:
                        self._wake()
            except DatabaseUnavailable as error:
                _log.warning("webhook_log.unwatched", reason=error.detail)
                await wait_for(stop, _PAUSE_SECONDS)
