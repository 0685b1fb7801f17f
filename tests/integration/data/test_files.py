"""Files: whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.clock import now
from shared.errors import BadInput, Conflict, NotFound, TooLarge
from shared.mongo import Files, Mongo

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 700_000
IMAGES = frozenset({"image/png", "image/jpeg"})


async def chunks(body: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    reader = io.BytesIO(body)
    while piece := reader.read(size):
        yield piece


@pytest.fixture
async def files(mongo: Mongo, database: str) -> Files:
    made = Files(mongo, database, "uploads")
    await made.prepare()
    return made


async def kept(mongo: Mongo, database: str) -> int:
    return await mongo.collection(database, "uploads.chunks").count_documents({}) + await mongo.collection(
        database, "uploads.files"
    ).count_documents({})


@pytest.mark.parametrize("size", [1, 7, 64 * 1024, 10**6])
async def test_what_was_put_is_what_is_read(files: Files, size: int) -> None:
    stored = await files.put("f1", chunks(PNG, size) if size > 7 else chunks(PNG[:99], size), max_bytes=10**6, media_types=IMAGES)
    body = PNG if size > 7 else PNG[:99]
    assert (stored.size_bytes, stored.media_type) == (len(body), "image/png")
    assert stored.sha256 == hashlib.sha256(body).hexdigest()
    opened, stream = await files.open("f1")
    assert opened == stored
    assert b"".join([piece async for piece in stream]) == body
    assert await files.read("f1") == body


async def test_metadata_comes_back(files: Files) -> None:
    await files.put("f1", chunks(PNG[:50]), max_bytes=100, media_types=IMAGES, metadata={"request_id": "r1"})
    found = await files.find("f1")
    assert found is not None
    assert found.metadata == {"request_id": "r1"}


async def test_too_large_keeps_nothing(files: Files, mongo: Mongo, database: str) -> None:
    with pytest.raises(TooLarge):
        await files.put("f1", chunks(PNG), max_bytes=600_000, media_types=IMAGES)
    assert await kept(mongo, database) == 0
    assert await files.find("f1") is None


@pytest.mark.parametrize("body", [b"%PDF-1.7 not an image", b"plain text that is long enough", b"MZ"])
async def test_first_bytes_decide_the_type_and_nothing_is_kept(files: Files, mongo: Mongo, database: str, body: bytes) -> None:
    with pytest.raises(BadInput) as raised:
        await files.put("f1", chunks(body), max_bytes=1000, media_types=IMAGES)
    assert raised.value.code == "media_type_not_accepted"
    assert await kept(mongo, database) == 0


async def test_empty_file_is_refused(files: Files) -> None:
    with pytest.raises(BadInput, match="file_empty"):
        await files.put("f1", chunks(b""), max_bytes=1000, media_types=IMAGES)


async def test_sender_that_breaks_off_leaves_nothing(files: Files, mongo: Mongo, database: str) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PNG
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.put("f1", broken(), max_bytes=10**7, media_types=IMAGES)
    assert await kept(mongo, database) == 0


async def test_same_bytes_again_are_the_same_file_and_other_bytes_a_conflict(files: Files, mongo: Mongo, database: str) -> None:
    first = await files.put("f1", chunks(PNG), max_bytes=10**6, media_types=IMAGES)
    before = await kept(mongo, database)
    assert await files.put("f1", chunks(PNG), max_bytes=10**6, media_types=IMAGES) == first
    with pytest.raises(Conflict, match="file_exists"):
        await files.put("f1", chunks(PNG[:100]), max_bytes=10**6, media_types=IMAGES)
    assert await kept(mongo, database) == before
    assert await files.read("f1") == PNG


async def test_files_that_come_side_by_side_are_each_whole_and_judged_alone(files: Files, mongo: Mongo, database: str) -> None:
    await files.put("f0", chunks(PNG[:200]), max_bytes=10**6, media_types=IMAGES)
    bodies = {f"f{number}": PNG[: 1000 + number] for number in range(12)}  # f0 is there with other bytes
    puts = [files.put(name, chunks(body), max_bytes=10**6, media_types=IMAGES) for name, body in bodies.items()]
    first, *others = await asyncio.gather(*puts, return_exceptions=True)
    assert isinstance(first, Conflict)
    assert [getattr(other, "file_id", other) for other in others] == list(bodies)[1:]
    assert {name: await files.read(name) for name in list(bodies)[1:]} == dict(list(bodies.items())[1:])
    assert await files.read("f0") == PNG[:200]
    assert await kept(mongo, database) == 2 * len(bodies), "one chunk and one row each, nothing left over"


async def test_deleted_file_is_gone(files: Files, mongo: Mongo, database: str) -> None:
    await files.put("f1", chunks(PNG), max_bytes=10**6, media_types=IMAGES)
    assert await files.delete("f1")
    assert not await files.delete("f1")
    with pytest.raises(NotFound):
        await files.open("f1")
    assert await kept(mongo, database) == 0


async def test_sweep_takes_what_a_dead_process_left_and_nothing_else(mongo: Mongo, database: str) -> None:
    files = Files(mongo, database, "uploads", clock=lambda: now() + timedelta(days=2))
    await files.prepare()
    await files.put("whole", chunks(PNG), max_bytes=10**6, media_types=IMAGES)
    await files.put("half", chunks(PNG), max_bytes=10**6, media_types=IMAGES)
    await mongo.collection(database, "uploads.files").delete_one({"filename": "half"})
    assert await Files(mongo, database, "uploads").sweep() == 0, "an upload of today may still be running"
    assert await files.sweep() == 1
    assert await files.read("whole") == PNG
    assert await files.sweep() == 0
