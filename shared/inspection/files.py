"""Our store of files, behind the inspection: nothing is kept that was not looked at."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from shared.errors import BadInput, TooLarge
from shared.inspection.inspector import Inspector
from shared.mongo.files import HEAD_BYTES, Files, StoredFile, sniff

_CHUNK_BYTES: Final = 255 * 1024


class InspectedFiles:
    """A bucket of `shared.mongo.files`, with its methods. A picture is stored as it was made anew, a PDF as it came.

    The digest of what was sent is kept with it. A file waits for its turn on the disk (`TMPDIR`), not in memory.
    """

    def __init__(self, files: Files, inspector: Inspector) -> None:
        self._files = files
        self._inspector = inspector

    async def put(
        self,
        file_id: str,
        chunks: AsyncIterator[bytes],
        *,
        max_bytes: int,
        media_types: frozenset[str],
        metadata: Mapping[str, Any] | None = None,
    ) -> StoredFile:
        """See `Files.put`.

        Raises:
            BadInput: `file_empty`, `media_type_not_accepted`, or what `Inspector.look` says.
            TooLarge: `file_too_large`.
            Transient: `inspector_start_failed`; the database is down.
        """
        with tempfile.NamedTemporaryFile(prefix="upload-") as held:
            sent_sha256, media_type = await _received(held, chunks, max_bytes, media_types)
            looked = await self._inspector.look(Path(held.name), media_type)
            held.seek(0)
            content = _pieces(looked.content) if looked.content is not None else _read(held)
            known = {"sent_sha256": sent_sha256, "looks": looked.looks, "flaws": list(looked.flaws), "size": looked.size}
            kept = frozenset({looked.media_type})
            return await self._files.put(file_id, content, max_bytes=max_bytes, media_types=kept, metadata={**(metadata or {}), **known})

    async def find(self, file_id: str) -> StoredFile | None:
        """See `Files.find`."""
        return await self._files.find(file_id)

    async def find_many(self, file_ids: Iterable[str]) -> Mapping[str, StoredFile]:
        """See `Files.find_many`."""
        return await self._files.find_many(file_ids)

    async def open(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """See `Files.open`."""
        return await self._files.open(file_id)

    async def delete(self, file_id: str) -> bool:
        """See `Files.delete`."""
        return await self._files.delete(file_id)


async def _received(held: IO[bytes], chunks: AsyncIterator[bytes], max_bytes: int, media_types: frozenset[str]) -> tuple[str, str]:
    """Write what comes to the disk; return its digest and what it is."""
    digest, size_bytes, head = hashlib.sha256(), 0, b""
    async for chunk in chunks:
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise TooLarge("file_too_large", f"more than {max_bytes} bytes")
        head += chunk[: HEAD_BYTES - len(head)]
        digest.update(chunk)
        held.write(chunk)
    if not size_bytes:
        raise BadInput("file_empty")
    held.flush()
    media_type = sniff(head)
    if media_type is None or media_type not in media_types:
        raise BadInput("media_type_not_accepted", f"accepted: {', '.join(sorted(media_types))}")
    return digest.hexdigest(), media_type


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), _CHUNK_BYTES):
        yield content[begin : begin + _CHUNK_BYTES]


async def _read(held: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := held.read(_CHUNK_BYTES):
        yield chunk
