"""The ZIP files of bundles: written into a file of the machine, then into GridFS, so that no more than a piece is in memory."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import IO, Final

from shared.clock import WIB, Clock
from shared.mongo.files import Files

ZIP: Final = "application/zip"
_CHUNK_BYTES: Final = 256 * 1024


class ZipArchive:
    """Implements `ports.BundleArchive`. The same files under the same clock give the same bytes."""

    def __init__(self, archive: zipfile.ZipFile, at: datetime) -> None:
        self._archive = archive
        self._at = at.astimezone(WIB).timetuple()[:6]

    def add(self, name: str, content: bytes) -> None:
        self._archive.writestr(zipfile.ZipInfo(name, self._at), content, zipfile.ZIP_STORED)  # PDFs and JPEGs are compressed already


class ZipFiles:
    """Implements `ports.BundleFiles`."""

    def __init__(self, files: Files, clock: Clock, max_bytes: int) -> None:
        self._files = files
        self._clock = clock
        self._max_bytes = max_bytes

    @asynccontextmanager
    async def write(self, bundle_id: str) -> AsyncIterator[ZipArchive]:
        with tempfile.TemporaryFile(prefix="bundle-") as kept:
            with zipfile.ZipFile(kept, "w") as archive:
                yield ZipArchive(archive, self._clock())
            await self._files.delete(bundle_id)  # one that another process wrote and could not note
            await self._files.put(bundle_id, _chunks(kept), max_bytes=self._max_bytes, media_types=frozenset({ZIP}))

    async def size(self, bundle_id: str) -> int:
        stored = await self._files.find(bundle_id)
        return stored.size_bytes if stored else 0

    async def open(self, bundle_id: str) -> AsyncGenerator[bytes, None]:
        _, stream = await self._files.open(bundle_id)
        return _passed_on(stream)

    async def delete(self, bundle_id: str) -> None:
        await self._files.delete(bundle_id)


async def _chunks(kept: IO[bytes]) -> AsyncIterator[bytes]:
    kept.seek(0)
    while chunk := await asyncio.to_thread(kept.read, _CHUNK_BYTES):
        yield chunk


async def _passed_on(stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    async for chunk in stream:
        yield chunk
