"""The notifier dies in the middle of a broadcast: whoever was not told yet is told afterwards, and nobody twice without a flag."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any, Final

from services.notifier.domain.job import OPEN
from shared.clock import now
from shared.ids import new_id
from tests.chaos.scene import STRIKE_SECONDS, Case, Scene
from tests.support.broadcasts import begin
from tests.support.eventually import eventually

ROW: Final = "kill -9 in the middle of a broadcast"
PEOPLE: Final = 60
PER_SECOND: Final = 20.0  # so it lasts for three seconds, and dies when a third has been told
END_SECONDS: Final = 60.0


async def _killed(scene: Scene) -> None:
    stage, broadcast_id = scene.stage, f"broadcast-{new_id()}"
    prefix = f"62817{scene.seed % 100:02d}{scene.load.started % 10_000:04d}"[:11]

    def rows(name: str) -> Any:
        return stage.rows("notifier", name)

    async def told(least: int) -> bool:
        return bool(await rows("jobs").count_documents({"refs": broadcast_id, "state": "done"}) >= least)

    async def over() -> bool:
        planned = await rows("broadcast_recipients").count_documents({"broadcast_id": broadcast_id, "state": "planned"}, limit=1)
        flying = await rows("jobs").count_documents({"refs": broadcast_id, "state": {"$in": sorted(OPEN)}}, limit=1)
        return not planned and not flying

    await begin(rows, broadcast_id, [f"{prefix}{number:02d}" for number in range(PEOPLE)], at=now(), per_second=PER_SECOND)
    restarts = stage.restarts("notifier")
    async with scene.trouble("kill_in_broadcast"):
        await eventually(lambda: told(PEOPLE // 3), STRIKE_SECONDS)
        stage.signal("notifier", signal.SIGKILL)
        await eventually(lambda: stage.restarts("notifier") > restarts, STRIKE_SECONDS)
    await eventually(over, END_SECONDS)
    jobs = await rows("jobs").find({"refs": broadcast_id}).to_list(None)
    assert len(jobs) == PEOPLE, f"{len(jobs)} messages for {PEOPLE} people"
    assert {job["state"] for job in jobs} == {"done"}, "everybody was told"
    scene.notes["maybe_twice"] = sum(job["maybe_duplicate"] for job in jobs)


def cases() -> Iterator[Case]:
    """The one."""
    yield Case("notifier dies in a broadcast", ROW, _killed, fast=True, strikes=frozenset({"notifier"}))
