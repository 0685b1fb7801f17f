"""`python -m tests.disks`: each disk of an installation is filled on a tmpfs of its own, and it is shown what is said then.

Needs root, to mount; runs a MongoDB and a RabbitMQ of its own. Exit code 0: every sentence came. `make disks` runs it, and no test does.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

from deploy.admin.refusal import Refused
from deploy.admin.targets import FolderTarget
from deploy.compose import prepare
from deploy.install import __main__ as install
from deploy.local.broker import RabbitNode
from deploy.local.database import MongoNode
from shared.clock import monotonic_seconds
from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.wire import Outgoing
from shared.messaging.layout.model import product
from shared.mongo import DatabaseUnavailable, DriverError, Mongo, reachable
from shared.storage import Least, StorageWatch
from tests.support.eventually import eventually
from tests.support.office_answers import write_answers

CHUNK: Final = b"\0" * 1_000_000
LOW: Final = 25.0  # percent of the drill's small disk at which nothing new is taken in
DATABASE_MB, BROKER_MB, SMALL_MB = 1_000, 300, 8  # an empty MongoDB with its journal and oplog takes half of its own


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A tmpfs of that size."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def fill(file: Path, *, leaving: int = 0) -> None:
    """Write until that many bytes are free, or none."""
    with file.open("wb", buffering=0) as writing, contextlib.suppress(OSError):
        while os.statvfs(file.parent).f_bavail * os.statvfs(file.parent).f_frsize > leaving:
            writing.write(CHUNK)


async def database(folder: Path) -> str:
    """MongoDB: nothing new before it is full; when it is full, unavailable; when there is room, it goes on."""
    with small_disk(folder, DATABASE_MB) as disk:
        node = MongoNode.private(disk / "database")
        node.start()
        mongo = Mongo.connect(node.url)
        watch = StorageWatch(mongo, "drill", Path(tempfile.gettempdir()), Least(percent=LOW))
        rows = mongo.collection("drill", "rows")
        try:
            await rows.insert_one({"_id": "before"})
            await watch.measure()
            if watch.is_low():
                return f"too small for the drill: {(await watch.check()).value} % free"
            fill(disk / "filler", leaving=int(DATABASE_MB * 1e6 * LOW / 100 / 2))
            await watch.measure()
            check = await watch.check()
            assert (watch.is_low(), check.reason) == (True, "storage_low:database")
            fill(disk / "filler-2")
            refused = await _refused(rows.insert_one)
            for filler in ("filler", "filler-2"):
                (disk / filler).unlink()
            if not node.running:
                await asyncio.to_thread(node.start)
            await eventually(lambda: _writes(rows.insert_one), 120, ignoring=(DriverError, AssertionError))
            await watch.measure()
            assert not watch.is_low()
            return f"503 storage_low at {check.value} % free; full: {refused}; with room again it writes"
        finally:
            await watch.close()
            await mongo.close()
            node.kill()


async def _refused(insert: Callable[..., Awaitable[object]]) -> str:
    until, number = monotonic_seconds() + 120, 0
    while monotonic_seconds() < until:
        number += 1
        try:
            with reachable():
                await insert({"_id": f"full-{number}", "data": os.urandom(4_000_000)})
        except DatabaseUnavailable as error:
            return f"503 {error.code} ({error.detail})"
    raise AssertionError("a full disk took everything")


async def _writes(insert: Callable[..., Awaitable[object]]) -> bool:
    await insert({"at": monotonic_seconds()})
    return True


async def broker(folder: Path) -> str:
    """RabbitMQ: its alarm blocks who publishes, which readiness tells; what is to be sent waits."""
    with small_disk(folder, BROKER_MB) as disk:
        node = RabbitNode.private(disk / "broker")
        node.start()
        await topology.declare(node.url(), product())
        publisher = Publisher(endpoint(node.url()), "drill")
        try:
            await eventually(lambda: _publish_says(publisher, ""), 120)
            fill(disk / "filler", leaving=20_000_000)  # the node's limit is 50 MB
            await eventually(lambda: _publish_says(publisher, "broker_blocked"), 120)
            (disk / "filler").unlink()
            await eventually(lambda: _publish_says(publisher, ""), 120)
            return "readiness broker_blocked, nothing lost: the outbox keeps it; with room again it goes on"
        finally:
            await publisher.close()
            node.kill()


async def _publish_says(publisher: Publisher, reason: str) -> bool:
    """Publish something, which is when a broker says that it is blocked, and look what readiness says."""
    message = Outgoing("events", "nobody", new_id(), "drill", b"{}", "drill", {})
    sending = asyncio.create_task(publisher.publish(message))
    await asyncio.wait({sending}, timeout=1.0)
    said = (await publisher.check()).reason
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    return said == reason


async def uploads(folder: Path) -> str:
    """The folder through which uploads pass."""
    with small_disk(folder, SMALL_MB) as disk:
        mongo = Mongo.connect("mongodb://127.0.0.1:1/?directConnection=true", selection_timeout_ms=50, operation_timeout_ms=50)
        watch = StorageWatch(mongo, "drill", disk, Least(temporary_bytes=6_000_000))
        try:
            await watch.measure()
            assert not watch.is_low()
            fill(disk / "filler")
            await watch.measure()
            assert watch.is_low()
            return f"503 {(await watch.check()).reason}"
        finally:
            await watch.close()
            await mongo.close()


async def backup_target(folder: Path) -> str:
    """Where backups lie: refused with why, and nothing half in its place."""
    with small_disk(folder, SMALL_MB) as disk, tempfile.NamedTemporaryFile() as part:
        part.write(os.urandom(4_000_000))
        part.flush()
        fill(disk / "filler", leaving=2_000_000)
        try:
            FolderTarget(disk / "backups").put(Path(part.name), "full/part-1.age")
        except Refused as refused:
            assert not [each for each in (disk / "backups").rglob("*") if each.is_file()]
            return refused.sentence
        raise AssertionError("a full target took a part")


async def state(folder: Path) -> str:
    """Where secrets and settings lie: not one of them is written half, and with room again the same call makes the rest."""
    with small_disk(folder, SMALL_MB) as disk:
        (disk / "state").mkdir()
        fill(disk / "filler")
        said = io.StringIO()
        os.environ["PROFILE"] = "demo"
        with contextlib.redirect_stderr(said):
            assert prepare.main([str(disk / "state")]) == 1
        assert not [each for each in (disk / "state").rglob("*") if each.is_file() and not each.stat().st_size], "an empty secret"
        (disk / "filler").unlink()
        assert prepare.main([str(disk / "state")]) == 0
        return said.getvalue().strip()


async def answers(folder: Path) -> str:
    """Where the installer writes what people answered: said in a sentence, and with room again the same answers are taken."""
    with small_disk(folder, SMALL_MB) as disk:
        (disk / "compose").mkdir()
        words = [str(disk / "compose"), "--offline", "--answers", str(write_answers(folder / "answers"))]
        fill(disk / "filler")
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            assert install.main(words) == 1
        assert not [each for each in (disk / "compose").rglob("*") if each.is_file() and not each.stat().st_size], "an empty answer"
        (disk / "filler").unlink()
        assert install.main(words) == 0
        return said.getvalue().strip()


PLACES: Final[dict[str, Callable[[Path], Coroutine[Any, Any, str]]]] = {
    "database": database,
    "broker": broker,
    "uploads": uploads,
    "backup": backup_target,
    "state": state,
    "answers": answers,
}


def main(words: list[str]) -> int:
    """Drill every disk, or those that are named."""
    failed = 0
    for name, drill in PLACES.items():
        if words and name not in words:
            continue
        began = monotonic_seconds()
        with tempfile.TemporaryDirectory(prefix="disks-") as folder:
            try:
                said = asyncio.run(drill(Path(folder) / "disk"))
            except (AssertionError, OSError, subprocess.CalledProcessError) as error:
                failed += 1
                said = f"FAILED: {error!r}"
        sys.stdout.write(f"{name}, {monotonic_seconds() - began:.0f} s: {said}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
