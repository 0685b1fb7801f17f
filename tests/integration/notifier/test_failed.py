"""Failed notices wait for an operator, who finds them with `admin`, has them sent again, or says that they shall not be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.notifier import wiring
from services.notifier.api import stuck
from services.notifier.domain import job as jobs
from services.notifier.store.schema import JOBS, LANES, job_from_doc
from shared.messaging.operations import accounting
from shared.messaging.operations.stuck_item import StuckItem
from shared.mongo import Doc
from tests.integration.notifier.rig import PHONE, Rig, make_rig, running
from tests.support.eventually import eventually
from tests.support.operating import Operator, operating


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """A notifier whose first notice was refused for good; its dispatchers stand still."""
    async with make_rig(mongo_url, database, work=False) as made:
        await made.fault("error", code=131026, http_status=400, count=1)
        await made.tell(made.turned_down())
        async with running(made.parts):
            await made.job_becomes("failed")
            await eventually(lambda: is_at_rest(made))
        yield made


@pytest.fixture
async def operator(rig: Rig) -> AsyncIterator[Operator]:
    async with operating("notifier", stuck.router(rig.parts.units, rig.parts.deps)) as made:
        yield made


async def waits(operator: Operator) -> StuckItem:
    (entry,) = await operator.waiting()
    return entry


async def is_at_rest(rig: Rig) -> bool:
    """Whether nobody would look at the lane any more."""
    return "due_at" not in await row(rig, LANES)


async def row(rig: Rig, collection: str) -> Doc:
    (found,) = await rig.parts.mongo.collection(rig.database, collection).find().to_list(None)
    return dict(found)


async def test_a_failed_notice_is_listed_with_its_reason_and_nothing_personal(rig: Rig, operator: Operator) -> None:
    job = await rig.job()
    entry = await waits(operator)
    assert (entry.address, entry.type, entry.code) == (f"notifier/stuck/{job.key}", "returned", "meta_131026")
    assert (entry.times, entry.at) == (1, job.done_at)
    shown, in_full = await operator.shown(job.key), await operator.shown(job.key, personal=True)
    assert PHONE not in repr(entry)
    assert (await accounting.tally(rig.parts.mongo, rig.database, wiring.ACCOUNT)).parked == 1
    assert PHONE not in shown
    assert PHONE in in_full


async def test_a_replay_is_the_retry_of_the_domain_and_rings_the_lane(rig: Rig, operator: Operator) -> None:
    before, lane_before = await row(rig, JOBS), await row(rig, LANES)
    assert await operator.replay(before["_id"])
    after, lane = await row(rig, JOBS), await row(rig, LANES)
    assert job_from_doc(after) == jobs.retry_by_hand(job_from_doc(before), at=after["next_at"])
    assert (after["version"], lane["revision"]) == (before["version"] + 1, lane_before["revision"] + 1)
    assert not await operator.replay(before["_id"])
    assert (await row(rig, LANES))["revision"] == lane["revision"]
    async with running(rig.parts):
        await rig.accepted(1)
        await rig.job_becomes("done")


async def test_a_notice_discarded_is_finished_keeps_the_note_and_is_not_sent(rig: Rig, operator: Operator) -> None:
    key = (await rig.job()).key
    assert await operator.discard(key, "told by telephone; decided by op")
    job = await rig.job()
    assert (job.state, job.note, job.reason) == ("discarded", "told by telephone; decided by op", "meta_131026")
    tally = await accounting.tally(rig.parts.mongo, rig.database, wiring.ACCOUNT)
    assert (tally.finished, tally.parked, tally.missing) == (1, 0, 0)
    async with running(rig.parts):
        await rig.tell(rig.reply())
        (effect,) = await rig.accepted(1)
    assert effect["payload"]["type"] == "text"
    assert await operator.waiting() == []
    assert not await operator.replay(key)


async def test_what_was_decided_meanwhile_is_left_alone(rig: Rig, operator: Operator) -> None:
    """A replay between reading a job and saving it makes the save lose."""
    key = (await rig.job()).key
    tries: list[str] = []

    async def body(tx: Any) -> None:
        job = await tx.get_job(key)
        tries.append(job.state)
        if len(tries) == 1:
            await operator.replay(key)
        if job.state == "failed":
            tx.save_job(jobs.retry_by_hand(job, at=rig.clock()))

    await rig.parts.units.run(body)
    assert tries == ["failed", "ready"]
