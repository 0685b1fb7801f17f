"""Little room: nothing new is taken in, what was taken in is worked on, and whoever asks does not wait for the measure."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from shared.health import Health
from shared.mongo import Mongo
from shared.mongo.connection import room_of
from shared.settings import ServiceSettings
from shared.storage import DATABASE, TEMPORARY, DiskRoom, Least, StorageWatch
from shared.web import create_app
from shared.web.storage_gate import TakingIn
from tests.support.eventually import eventually

GB = 1024**3


@pytest.mark.parametrize(
    ("free", "total", "least", "low"),
    [
        (2 * GB, 100 * GB, Least(bytes=GB, percent=2.0), False),
        (GB - 1, 20 * GB, Least(bytes=GB, percent=2.0), True),  # a small disk: by bytes
        (150 * GB, 10_000 * GB, Least(bytes=GB, percent=2.0), True),  # a large one: by its share
        (0, 100 * GB, Least(), False),  # switched off
    ],
)
def test_the_stricter_of_bytes_and_share_holds(free: int, total: int, least: Least, *, low: bool) -> None:
    assert DiskRoom(DATABASE, free, total).is_low(least) is low


@pytest.mark.parametrize("stats", [{}, {"fsTotalSize": 0.0, "fsUsedSize": 0.0}, {"fsTotalSize": 100.0}, {"fsUsedSize": 1.0}])
def test_a_hosted_database_that_tells_nothing_of_its_disk_is_one_without_a_disk(stats: dict[str, float]) -> None:
    assert room_of(stats) is None
    assert room_of({"fsTotalSize": 100.0, "fsUsedSize": 99.0}) == (1, 100)


def test_of_the_temporary_folder_room_for_two_bodies_is_enough() -> None:
    least = Least(bytes=GB, percent=2.0, temporary_bytes=6_000_000)
    assert not DiskRoom(TEMPORARY, 40_000_000, 64_000_000).is_low(least)
    assert DiskRoom(TEMPORARY, 5_000_000, 64_000_000).is_low(least)


async def test_a_database_that_is_down_takes_nobody_s_time_and_says_nothing_of_room(tmp_path: Path) -> None:
    mongo = Mongo.connect("mongodb://127.0.0.1:1/?directConnection=true", selection_timeout_ms=50, operation_timeout_ms=50)
    watch = StorageWatch(mongo, "nothing", tmp_path, Least(bytes=10**18))
    try:
        assert not watch.is_low(), "asked before the first measure"
        await watch.measure()
        check = await watch.check()
        assert (check.ok, check.reason) == (True, ""), "the folder has room, and of the database nobody knows"
    finally:
        await watch.close()
        await mongo.close()


async def test_a_folder_without_room_is_told_by_readiness_and_leaves_it_ready(tmp_path: Path) -> None:
    mongo = Mongo.connect("mongodb://127.0.0.1:1/?directConnection=true", selection_timeout_ms=50, operation_timeout_ms=50)
    watch = StorageWatch(mongo, "nothing", tmp_path, Least(temporary_bytes=10**18))
    try:
        await watch.measure()
        check = await watch.check()
        assert (check.ok, check.reason) == (True, "storage_low:temporary")
        assert isinstance(check.value, float)
        assert watch.is_low()
    finally:
        await watch.close()
        await mongo.close()


@asynccontextmanager
async def door(*, low: bool) -> AsyncIterator[httpx.AsyncClient]:
    settings = ServiceSettings(amqp_url="amqp://x", mongo_url="mongodb://x", port=0)
    app: FastAPI = create_app(settings, Health(), title="Door", taking_in=TakingIn(("/v1/files",), lambda: low))

    @app.post("/v1/files")
    async def put() -> str:
        return "stored"

    @app.get("/v1/files")
    @app.post("/v1/tasks")
    async def other() -> str:
        return "done"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door.test") as client:
        yield client


async def test_what_is_new_is_refused_with_a_code_and_a_time() -> None:
    async with door(low=True) as client:
        refused = await client.post("/v1/files", content=b"x" * 100_000)
        assert refused.status_code == 503
        assert refused.json()["code"] == "storage_low"
        assert refused.headers["retry-after"] == "600"
        assert refused.headers["content-type"] == "application/problem+json"
        assert (await client.get("/v1/files")).status_code == (await client.post("/v1/tasks")).status_code == 200


async def test_with_room_all_of_it_goes_through() -> None:
    async with door(low=False) as client:
        assert (await client.post("/v1/files")).json() == "stored"


async def test_who_asks_starts_the_measure_and_does_not_wait(tmp_path: Path) -> None:
    mongo = Mongo.connect("mongodb://127.0.0.1:1/?directConnection=true", selection_timeout_ms=50, operation_timeout_ms=50)
    watch = StorageWatch(mongo, "nothing", tmp_path, Least(temporary_bytes=10**18))
    try:
        assert not watch.is_low()

        async def measured() -> bool:
            return watch.is_low()

        await eventually(measured)
    finally:
        await watch.close()
        await mongo.close()
