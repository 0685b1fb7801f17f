"""Files whose time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.intake.domain.file_times import FileTimes


@dataclass(frozen=True, slots=True)
class OverPage:
    """Requests whose files are over; `held`: how many others of the page wait for something that is open. `next`: where the next begins."""

    request_ids: tuple[str, ...]
    held: int
    next: tuple[datetime, str] | None


class FilesOverReader(Protocol):
    """Plain reads of requests that have ended."""

    async def page(self, at: datetime, times: FileTimes, after: tuple[datetime, str] | None, limit: int) -> OverPage:
        """Return some whose files are over at that moment, those that have ended first first; `limit` of them are looked at."""


class HiddenFiles(Protocol):
    """Files that are to go."""

    async def hide(self, file_ids: Sequence[str], kind: str) -> None:
        """Hide those that nobody uses; an hour later they are removed, and counted as this kind."""
