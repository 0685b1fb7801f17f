"""Files in GridFS: streamed in and out, counted, hashed, and judged by their first bytes instead of by what the sender says.

They lie as the GridFS specification says, so any driver reads them. We write and read them ourselves: the driver's own streams ask for the
indexes with every file and hop to a thread with every call, which for a document of one chunk is six operations in place of two.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bson import Binary, ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.clock import Clock, now
from shared.errors import BadInput, Conflict, NotFound, TooLarge
from shared.mongo.connection import Collection, Doc, Mongo
from shared.mongo.errors import reachable
from shared.mongo.together import BatchLoader, GroupCommit
from shared.mongo.unused import HIDDEN_SINCE

CHUNK_BYTES: Final = 255 * 1024  # GridFS' own default: a chunk and its header stay inside one 256 KiB allocation
HEAD_BYTES: Final = 1024  # a PDF may begin anywhere in these (ISO 32000-1 annex H.3, note 13); the others need 16
_ORPHANED_AFTER: Final = timedelta(days=1)  # no upload takes a day; chunks without a file by then are from a process that died

_SIGNATURES: Final[tuple[tuple[str, int, bytes], ...]] = (  # media type, offset, bytes
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/webp", 8, b"WEBP"),  # in a RIFF container
    ("image/heic", 4, b"ftypheic"),
    ("image/heic", 4, b"ftypheix"),
    ("image/heic", 4, b"ftypmif1"),
    ("application/zip", 0, b"PK\x03\x04"),
)
_PDF: Final = b"%PDF-"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is there whole. `sha256` is hex; `metadata` is what its owner gave."""

    file_id: str
    size_bytes: int
    sha256: str
    media_type: str
    metadata: Mapping[str, Any]


class Files:
    """One GridFS bucket. A file is visible only when it is whole: its own row is written last."""

    def __init__(self, mongo: Mongo, database: str, bucket: str, clock: Clock = now) -> None:
        self._mongo = mongo
        self._database = database
        self._name = bucket
        self._clock = clock
        self._rows = mongo.collection(database, f"{bucket}.files")
        self._chunks = mongo.collection(database, f"{bucket}.chunks")
        self._put_chunks: GroupCommit[Doc] = GroupCommit(_inserting(self._chunks))
        self._lookups: BatchLoader[StoredFile] = BatchLoader(self._look_up)
        self._put_rows: GroupCommit[Doc] = GroupCommit(_inserting(self._rows))

    @property
    def indexes(self) -> Mapping[str, Sequence[IndexModel]]:
        """The indexes, for `Mongo.prepare`."""
        return {
            f"{self._name}.files": (
                IndexModel([("filename", ASCENDING)], name="file_id", unique=True),
                IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)]),  # GridFS wants it and would make it with the first file
            ),
            f"{self._name}.chunks": (IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True),),
        }

    async def prepare(self) -> None:
        """Create the bucket's collections and indexes. Idempotent."""
        await self._mongo.prepare(self._database, self.indexes)

    async def put(
        self,
        file_id: str,
        chunks: AsyncIterator[bytes],
        *,
        max_bytes: int,
        media_types: frozenset[str],
        metadata: Mapping[str, Any] | None = None,
    ) -> StoredFile:
        """Store a stream; nothing of it is kept when it fails. Idempotent: the same bytes under the same id are the same file.

        Raises:
            TooLarge: `file_too_large`: more than `max_bytes`.
            BadInput: `file_empty`, or `media_type_not_accepted` going by the first bytes.
            Conflict: `file_exists`: that id holds other bytes.
            DatabaseUnavailable: MongoDB is down.
        """
        with reachable():
            upload = _Upload(self._chunks, self._put_chunks)
            try:
                stored = await upload.take(file_id, chunks, max_bytes, media_types, metadata or {})
                await self._put_rows.commit(upload.row(stored, self._clock()), frozenset({file_id}))
            except DuplicateKeyError:
                await upload.forget()
                return await self._same(stored)
            except BaseException:
                await upload.forget()
                raise
            return stored

    async def find(self, file_id: str) -> StoredFile | None:
        """Return what is known of a file, without its bytes."""
        with reachable():
            doc = await self._rows.find_one({"filename": file_id, HIDDEN_SINCE: None})
        return None if doc is None else _from_doc(doc)

    async def find_many(self, file_ids: Iterable[str]) -> dict[str, StoredFile]:
        """Return what is known of files, without their bytes, in one query."""
        with reachable():
            return await self._lookups.find(file_ids)

    async def _look_up(self, file_ids: Sequence[str]) -> dict[str, StoredFile]:
        docs = await self._rows.find({"filename": {"$in": list(file_ids)}, HIDDEN_SINCE: None}).to_list(None)
        return {doc["filename"]: _from_doc(doc) for doc in docs}

    async def open(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """Return the file, and its bytes as a stream.

        Raises:
            NotFound: `file_not_found`.
            DatabaseUnavailable: MongoDB is down, also in the middle of the stream.
        """
        with reachable():
            doc = await self._rows.find_one({"filename": file_id})
            if doc is None:
                raise NotFound("file_not_found")
        return _from_doc(doc), self._read(doc)

    async def read(self, file_id: str) -> bytes:
        """Return all bytes at once, for files that are known to be small.

        Raises:
            NotFound: `file_not_found`.
            DatabaseUnavailable: MongoDB is down.
        """
        _, stream = await self.open(file_id)
        return b"".join([chunk async for chunk in stream])

    async def delete(self, file_id: str) -> bool:
        """Delete a file; return False when there was none."""
        with reachable():
            doc = await self._rows.find_one({"filename": file_id}, {"_id": 1})
            if doc is None:
                return False
            await self._rows.delete_one({"_id": doc["_id"]})  # first: from here on nobody sees it
            await self._chunks.delete_many({"files_id": doc["_id"]})
        return True

    async def sweep(self) -> int:
        """Delete chunks that a dead process left without a file; return how many uploads they were from."""
        before = ObjectId.from_datetime(self._clock() - _ORPHANED_AFTER)
        with reachable():
            seen = await self._chunks.distinct("files_id", {"files_id": {"$lt": before}, "n": 0})
            kept = {doc["_id"] for doc in await self._rows.find({"_id": {"$in": seen}}, {"_id": 1}).to_list(None)}
            orphans = [upload for upload in seen if upload not in kept]
            if orphans:
                await self._chunks.delete_many({"files_id": {"$in": orphans}})
        return len(orphans)

    async def _same(self, stored: StoredFile) -> StoredFile:
        same = {"filename": stored.file_id, "metadata.sha256": stored.sha256}
        doc = await self._rows.find_one(same)
        if doc is not None and HIDDEN_SINCE in doc:  # somebody begins to use it after all
            doc = await self._rows.find_one_and_update(same, {"$unset": {HIDDEN_SINCE: ""}})
        if doc is None:
            raise Conflict("file_exists")
        return _from_doc(doc)

    async def _read(self, row: Doc) -> AsyncIterator[bytes]:
        left: int = row["length"]
        with reachable():
            async for chunk in self._chunks.find({"files_id": row["_id"]}, {"data": 1}).sort("n", ASCENDING):
                left -= len(chunk["data"])
                yield bytes(chunk["data"])
        if left:
            raise RuntimeError("file_damaged")  # deleted while it was read, or worse; the length that was announced is not reached


class _Upload:
    """One file on its way in: chunks first, each durable before the next."""

    def __init__(self, chunks: Collection, put: GroupCommit[Doc]) -> None:
        self._chunks = chunks
        self._put = put
        self._id = ObjectId()
        self._buffer = bytearray()
        self._written = 0

    async def take(
        self, file_id: str, chunks: AsyncIterator[bytes], max_bytes: int, media_types: frozenset[str], metadata: Mapping[str, Any]
    ) -> StoredFile:
        """Store the bytes; return what they are."""
        digest = hashlib.sha256()
        size_bytes = 0
        head = b""
        media_type = ""
        async for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > max_bytes:
                raise TooLarge("file_too_large", f"more than {max_bytes} bytes")
            if len(head) < HEAD_BYTES:
                head += chunk[: HEAD_BYTES - len(head)]
                if len(head) == HEAD_BYTES:
                    media_type = _accepted(head, media_types)
            digest.update(chunk)
            self._buffer += chunk
            while len(self._buffer) > CHUNK_BYTES:
                await self._write(CHUNK_BYTES)
        if size_bytes == 0:
            raise BadInput("file_empty")
        media_type = media_type or _accepted(head, media_types)
        await self._write(len(self._buffer))
        return StoredFile(file_id, size_bytes, digest.hexdigest(), media_type, dict(metadata))

    def row(self, stored: StoredFile, at: datetime) -> Doc:
        """Return the row that makes the file visible."""
        return {
            "_id": self._id,
            "filename": stored.file_id,
            "metadata": {"sha256": stored.sha256, "media_type": stored.media_type, "given": stored.metadata},
            "chunkSize": CHUNK_BYTES,
            "length": stored.size_bytes,
            "uploadDate": at,
        }

    async def forget(self) -> None:
        """Keep nothing of it."""
        await self._chunks.delete_many({"files_id": self._id})

    async def _write(self, size_bytes: int) -> None:
        chunk, self._buffer = bytes(self._buffer[:size_bytes]), self._buffer[size_bytes:]
        await self._put.commit({"_id": ObjectId(), "files_id": self._id, "n": self._written, "data": Binary(chunk)}, frozenset())
        self._written += 1


def _inserting(rows: Collection) -> Callable[[Sequence[Doc]], Awaitable[None]]:
    """Insert one, or several that are ready at the same moment.

    This is no transaction: of several that failed some may be there. Each is tried again alone then, and finds itself by its `_id`.
    """

    async def insert(docs: Sequence[Doc]) -> None:
        with reachable():
            if len(docs) == 1:
                await rows.replace_one({"_id": docs[0]["_id"]}, docs[0], upsert=True)
            else:
                await rows.insert_many(docs)

    return insert


def sniff(head: bytes) -> str | None:
    """Return the media type by the first 1,024 bytes; None when it is none we know. What begins as a picture is that picture."""
    for media_type, offset, signature in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type
    return "application/pdf" if _PDF in head[:HEAD_BYTES] else None


def _accepted(head: bytes, media_types: frozenset[str]) -> str:
    media_type = sniff(head)
    if media_type is None or media_type not in media_types:
        raise BadInput("media_type_not_accepted", f"accepted: {', '.join(sorted(media_types))}")
    return media_type


def _from_doc(doc: Doc) -> StoredFile:
    known = doc["metadata"]
    return StoredFile(doc["filename"], doc["length"], known["sha256"], known["media_type"], known["given"])
