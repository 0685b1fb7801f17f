"""What intake tells of its chats now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prometheus_client import Gauge

from services.intake.ports import ChatReader
from shared import metrics
from shared.clock import Clock
from shared.web.measuring import Found, StateCount

_NOBODY: Final = "-"  # whose own chats are none: their index has no place for an empty name


def chat_count(chats: ChatReader, clock: Clock) -> StateCount:
    """Return the count of the chats in which somebody waits for an officer."""

    async def waiting() -> Mapping[Gauge, Found]:
        at = clock()
        counts = await chats.counts(_NOBODY, at)
        seconds = 0.0 if counts.longest_since is None else (at - counts.longest_since).total_seconds()
        return {metrics.CHATS_WAITING: {(): float(counts.waiting)}, metrics.CHATS_WAITING_SECONDS: {(): seconds}}

    return StateCount("chats", waiting, (metrics.CHATS_WAITING, metrics.CHATS_WAITING_SECONDS))
