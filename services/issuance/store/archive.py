"""The issued bytes, in GridFS with their sha256."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from services.issuance.domain.document import Pdf
from services.issuance.store.schema import ARCHIVE
from shared.mongo import Mongo
from shared.mongo.files import Files

MAX_BYTES: Final = 20 * 1024 * 1024  # a family of thirty takes 0.3 MB; WhatsApp takes documents up to 100 MB
MEDIA_TYPES: Final = frozenset({"application/pdf"})


class GridFsArchive:
    """`ports.Archive` over a GridFS bucket."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._files = Files(mongo, database, ARCHIVE)

    async def prepare(self) -> None:
        """Create the bucket."""
        await self._files.prepare()

    async def put(self, file_id: str, content: bytes) -> Pdf:
        """Store the bytes durably.

        Raises:
            TooLarge: over 20 MiB.
            BadInput: the bytes are no PDF.
        """
        stored = await self._files.put(file_id, _once(content), max_bytes=MAX_BYTES, media_types=MEDIA_TYPES, metadata={})
        return Pdf(file_id=stored.file_id, size_bytes=stored.size_bytes, sha256=stored.sha256)

    async def open(self, file_id: str) -> AsyncIterator[bytes]:
        """Return the bytes as a stream.

        Raises:
            NotFound: there is no such file.
        """
        _, chunks = await self._files.open(file_id)
        return chunks

    async def delete(self, file_id: str) -> None:
        await self._files.delete(file_id)

    async def sweep(self) -> int:
        """Delete what a dead process left half written; return how many."""
        return await self._files.sweep()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
