"""How much room is left where data goes, and whether so little that nothing new is taken in.

Files and everything else lie in MongoDB, so its disk is the one that counts; MongoDB tells of it, wherever it runs. Uploads pass through
this machine's folder for temporary files.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared import logs, metrics
from shared.clock import monotonic_seconds
from shared.health import Check
from shared.mongo import DatabaseUnavailable, Mongo

DATABASE, TEMPORARY = "database", "temporary"
"""Places."""
_STALE_SECONDS: Final = 5.0  # at 100 MB/s half a gigabyte is written meanwhile: less than is kept free

_log = logs.get("storage")


@dataclass(frozen=True, slots=True)
class Least:
    """What must be free: both shares hold. `bytes` and `percent` of the database's disk, `temporary_bytes` of the temporary folder's."""

    bytes: int = 0
    percent: float = 0.0
    temporary_bytes: int = 0


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """The room of a disk."""

    place: str
    free_bytes: int
    total_bytes: int

    @property
    def ratio(self) -> float:
        """The free share, 0 to 1."""
        return self.free_bytes / self.total_bytes if self.total_bytes else 1.0

    def is_low(self, least: Least) -> bool:
        """Return whether less is free than must be."""
        if self.place == TEMPORARY:
            return self.free_bytes < least.temporary_bytes
        return self.free_bytes < least.bytes or self.ratio * 100 < least.percent


class StorageWatch:
    """The room, measured again when somebody asks and the last measure is some seconds old. Whoever asks does not wait for it."""

    def __init__(self, mongo: Mongo, database: str, folder: Path, least: Least) -> None:
        self._mongo = mongo
        self._database = database
        self._folder = folder
        self.least = least
        self._measured_at = -_STALE_SECONDS
        self._running: asyncio.Task[None] | None = None
        self._low: tuple[DiskRoom, ...] = ()
        self._rooms: tuple[DiskRoom, ...] = ()

    def is_low(self) -> bool:
        """Return whether nothing new is taken in, going by the last measure; before the first one everything is."""
        if monotonic_seconds() - self._measured_at >= _STALE_SECONDS and self._running is None:
            self._running = asyncio.create_task(self._again(), name="storage")
        return bool(self._low)

    async def check(self) -> Check:
        """Return what readiness shows. Low storage makes no process unready: what was taken in is still worked on."""
        self.is_low()  # begins a measure where the last one is old
        tightest = min(self._rooms, key=lambda room: room.ratio, default=None)
        share = None if tightest is None else round(tightest.ratio * 100, 1)
        return Check(ok=True, reason=f"storage_low:{self._low[0].place}" if self._low else "", value=share)

    async def measure(self) -> None:
        """Measure now. A place that can't be measured is as it was: what is down says so itself."""
        self._measured_at = monotonic_seconds()
        rooms = [*await self._of_database(), *self._of_folder()]
        low = tuple(room for room in rooms if room.is_low(self.least))
        for room in rooms:
            metrics.DISK_FREE_BYTES.labels(room.place).set(room.free_bytes)
            metrics.DISK_SIZE_BYTES.labels(room.place).set(room.total_bytes)
        if bool(low) != bool(self._low):
            _log.warning("storage.low" if low else "storage.enough", places=[room.place for room in low or rooms])
        metrics.STORAGE_LOW.set(bool(low))
        self._rooms, self._low = tuple(rooms), low

    async def close(self) -> None:
        """End the measure that runs."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def _again(self) -> None:
        try:
            await self.measure()
        finally:
            self._running = None

    async def _of_database(self) -> list[DiskRoom]:
        try:
            found = await self._mongo.disk(self._database)
        except DatabaseUnavailable:
            return [room for room in self._rooms if room.place == DATABASE]
        return [] if found is None else [DiskRoom(DATABASE, *found)]

    def _of_folder(self) -> list[DiskRoom]:
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError:
            return []
        return [DiskRoom(TEMPORARY, usage.free, usage.total)]
