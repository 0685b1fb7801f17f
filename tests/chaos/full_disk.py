"""A disk that is really full: MongoDB on a tmpfs of its own, filled to the last byte. Needs root, and a stage of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local.database import MongoNode
from deploy.local.processes import CannotStartError
from tests.chaos.judge import Verdict
from tests.chaos.scene import Case, Result, Scene
from tests.support.eventually import eventually

CASE: Final = "database disk full, really"
DISK_MB: Final = 900  # files of an empty MongoDB, its journal and its oplog take 500
CHUNK: Final = b"\0" * 1_000_000
GOOD: Final = (200, 201)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A tmpfs.

    Raises:
        PermissionError: we may not mount one.
    """
    folder.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode != 0:
        raise PermissionError(done.stderr.decode(errors="replace").strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


async def play(folder: Path, seed: int) -> tuple[Result, Verdict]:
    """The case, on a stage of its own."""
    with small_disk(folder / "small-disk") as disk:
        database = MongoNode.private(disk / "database", test_commands=True)
        async with Scene(folder / "full-disk", seed=seed, database=database) as scene:
            result = await scene.play(Case(CASE, "disk full under MongoDB or files", lambda playing: _fill(playing, disk)))
            verdict, problems = await scene.judged()
            result.problems += problems + _half_files(scene)
            return result, verdict


async def _fill(scene: Scene, disk: Path) -> None:
    await scene.journeys(5)
    database, filler = scene.stage.database, disk / "filler"
    async with scene.trouble("database_disk_full", "tmpfs"):
        await asyncio.to_thread(_write_until_full, filler)
        await eventually(lambda: _is_refused(scene), 60)
        scene.notes["mongod_survived"] = database.running
        await asyncio.sleep(scene.seconds(3, 30))
        filler.unlink()
        await asyncio.to_thread(_start_again, database)


def _write_until_full(file: Path) -> None:
    with file.open("wb", buffering=0) as writing, contextlib.suppress(OSError):
        while writing.write(CHUNK):
            pass
    os.sync()


async def _is_refused(scene: Scene) -> bool:
    """Whether a request is answered 503: its photo can't be stored."""
    headers = {"Authorization": f"Bearer {scene.sites.adapter_key}", "Content-Type": "image/jpeg"}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        answer = await http.post(f"{scene.sites.intake}/v1/files", content=b"\xff\xd8\xff" + os.urandom(3_000_000), headers=headers)
    return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


def _start_again(database: MongoNode) -> None:
    """As the machine's supervisor does when MongoDB gave up."""
    with contextlib.suppress(CannotStartError):
        database.start()


def _half_files(scene: Scene) -> list[str]:
    """Files whose description stands without all of their bytes."""
    wrong: list[str] = []
    with MongoClient[dict[str, object]](scene.stage.database.url) as client, contextlib.suppress(PyMongoError):
        for service, bucket in (("intake", "files"), ("issuance", "pdf")):
            database = client[scene.settings_prefix + service]
            for file in database[f"{bucket}.files"].find({}, {"length": 1}):
                found = sum(len(chunk["data"]) for chunk in database[f"{bucket}.chunks"].find({"files_id": file["_id"]}, {"data": 1}))  # type: ignore[arg-type,misc]
                if found != file["length"]:
                    wrong.append(f"half a file in {service}: {found} of {file['length']} bytes")
    return wrong
