"""Uploads that no request came to use are swept, and nothing that somebody uses or begins to use is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.intake.api.requests import RequestBody
from services.intake.handlers import submit_request
from services.intake.ports import Tx, file_id_of
from shared.clock import now
from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, only
from tests.integration.intake.test_requests import FILES, body, file, upload
from tests.support.eventually import eventually

AGE, GRACE = timedelta(days=8), timedelta(hours=2)  # beyond the setting, and beyond the time between hiding and removing


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """At today's date: ids of uploads carry the real time."""
    rig.clock.at = now()
    return rig


async def sweep(rig: Rig) -> int:
    return await rig.wiring.retention.unused_files.sweep()


async def swept_twice(rig: Rig) -> int:
    """Hide and then remove."""
    first = await sweep(rig)
    rig.clock.at += GRACE
    return first + await sweep(rig)


async def names(rig: Rig) -> set[str]:
    return {row["filename"] for row in await rig.rows("files.files")}


async def test_an_upload_that_no_request_uses_is_removed_with_its_bytes(rig: Rig) -> None:
    await upload(rig)
    assert await swept_twice(rig) == 0, "it may still be used"
    rig.clock.at += AGE
    assert await swept_twice(rig) == 1
    assert await rig.rows("files.files") == await rig.rows("files.chunks") == []
    assert await swept_twice(rig) == 0


async def test_what_a_request_uses_stays(rig: Rig) -> None:
    answer = await file(rig, await body(rig))
    assert answer.status_code == 201
    rig.clock.at += AGE
    assert await swept_twice(rig) == 0
    assert len(await names(rig)) == 2


async def test_what_a_chat_has_in_its_draft_stays_with_it(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    await rig.show(JPEG)
    rig.clock.at += AGE
    assert await swept_twice(rig) == 0
    assert len(await names(rig)) == 1


async def test_the_photo_of_a_message_that_waits_for_an_operator_stays(rig: Rig) -> None:
    photo = rig.message("image", {"id": "1000", "mime_type": "image/jpeg", "sha256": ""})
    await rig.post({"entry": [{"changes": [{"field": "messages", "value": {"messages": [photo]}}]}]})
    key = only(await rig.rows("webhook_log"))["_id"]
    await rig.wiring.webhook_log.park(key, "test", rig.clock())
    await rig.wiring.files.put(file_id_of(key), _once(JPEG), max_bytes=10_000, media_types=frozenset({"image/jpeg"}))
    rig.clock.at += AGE
    assert await swept_twice(rig) == 0
    assert await names(rig) == {file_id_of(key)}


async def _once(content: bytes) -> Any:
    yield content


async def test_a_request_that_is_being_filed_while_its_files_are_swept_keeps_them(rig: Rig) -> None:
    """The sweep looks exactly between the moment the files are seen and the commit."""
    content = await body(rig)
    rig.clock.at += AGE
    seen, swept = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Tx) -> dict[str, Any]:
        answer = await submit_request(tx, rig.wiring.deps, RequestBody(**content).submission(), "desa-dagangan", None)
        seen.set()
        await swept.wait()
        return answer

    filing = asyncio.create_task(rig.wiring.units.run(slowly))
    await seen.wait()
    assert await sweep(rig) == 0
    swept.set()
    await filing
    rig.clock.at += GRACE
    assert await sweep(rig) == 0
    used = {one["file_id"] for one in only(await rig.rows("requests"))["attachments"]}
    assert await names(rig) == used
    for row in await rig.rows("files.files"):
        assert "unused_since" not in row, "it is back for good"
    stored, chunks = await rig.wiring.files.open(next(iter(used)))
    assert len(b"".join([chunk async for chunk in chunks])) == stored.size_bytes


async def test_what_was_hidden_can_not_be_named_by_a_new_request(rig: Rig) -> None:
    content = await body(rig)
    rig.clock.at += AGE
    await sweep(rig)
    answer = await file(rig, content)
    assert answer.status_code == 422
    assert {error["code"] for error in answer.json()["errors"]} == {"file_unknown"}


async def test_a_photo_that_is_sent_again_while_it_is_hidden_comes_back(rig: Rig) -> None:
    for _ in range(2):
        await rig.wiring.files.put("wa-1", _once(PNG), max_bytes=10_000, media_types=frozenset({"image/png"}))
        if not any("unused_since" in row for row in await rig.rows("files.files")):
            rig.clock.at += AGE
            await sweep(rig)
    assert await rig.wiring.files.find("wa-1") is not None
    rig.clock.at += GRACE
    assert await sweep(rig) == 0
    assert await names(rig) == {"wa-1"}


async def test_the_jobs_of_the_process_sweep_both_what_is_unused_and_what_is_half(rig: Rig) -> None:
    await upload(rig)
    half = (await upload(rig, PNG)).json()["file_id"]
    files = rig.mongo.collection(rig.database, "files.files")
    row = await files.find_one_and_delete({"filename": half})
    chunks = rig.mongo.collection(rig.database, "files.chunks")
    old = type(row["_id"]).from_datetime(now() - timedelta(days=3))
    await chunks.update_many({"files_id": row["_id"]}, {"$set": {"files_id": old}})
    rig.clock.at += AGE
    await sweep(rig)
    rig.clock.at += GRACE
    stop = asyncio.Event()
    jobs = [asyncio.ensure_future(job.run(stop)) for job in rig.service.workers if job.name in {"unused files", "half uploads"}]
    assert len(jobs) == 2

    async def gone() -> bool:
        return await rig.rows("files.chunks") == [] and await rig.rows("files.files") == []

    try:
        await eventually(gone)
    finally:
        stop.set()
        await asyncio.gather(*jobs)
    assert (await rig.http.get(f"{FILES}/{half}")).status_code == 401
