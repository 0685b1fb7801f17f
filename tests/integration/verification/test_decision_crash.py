"""A decision that waits for its moment is a row: whoever dies in the middle of letting it take effect, it takes effect, and once."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

import pytest

from deploy.local.parts import ROOT
from shared.clock import now
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import decision, ok
from tests.support import families as people
from tests.support.eventually import eventually

JOB = """
import asyncio
from services.verification.settings import Settings
from services.verification.wiring import build

service = build(Settings())
job = next(job for job in service.workers if job.name == "decisions")
asyncio.run(job.run(asyncio.Event()))
"""


async def worker(mongo_url: str, office: Office, **faults: str) -> asyncio.subprocess.Process:
    """Another process that does nothing but let decisions take effect."""
    environment = {"MONGO_URL": mongo_url, "MONGO_DATABASE": office.database, "AMQP_URL": "amqp://unused", "DECISIONS_POLL_SECONDS": "0.1"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", JOB),
        cwd=ROOT,
        env={**os.environ, **environment, **faults},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


@pytest.mark.parametrize("point", ["before_tx", "before_commit", "after_commit"])
async def test_it_takes_effect_once_wherever_the_process_dies(office: Office, mongo_url: str, point: str) -> None:
    office.clock.at = now()
    office.queue(undo=timedelta(milliseconds=1))
    await office.load(people.family())
    [task] = await office.tasks_of(people.lost_card(applicant_name="Slamet Darmawanto", submitted_at=now()))
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
        await ok(desk.post(f"/v1/tasks/{task}/decision", json=decision("approve", seen["version"])))
    dying = await worker(mongo_url, office, CRASH_AT=f"{point}/api")
    assert await asyncio.wait_for(dying.wait(), 60) == -signal.SIGKILL
    second = await worker(mongo_url, office)

    async def is_closed() -> bool:
        return bool(await office.rows("tasks", {"_id": task, "state": "closed"}))

    try:
        await eventually(is_closed, 60)
    finally:
        second.kill()
        await second.wait()
    assert len(await office.told("request_approved")) == len(await office.told("task_closed")) == 1
    [case] = await office.rows("cases")
    assert case["state"] == "approved"
