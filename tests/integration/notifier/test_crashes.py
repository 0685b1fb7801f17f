"""Workers that die, hang or lose their lane: what they began is found again, and nothing happens twice without saying so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pymongo import MongoClient

from services.notifier.domain import attempt
from services.notifier.domain import job as jobs
from services.notifier.domain.job import Job, JobState
from services.notifier.jobs import LaneWorker
from services.notifier.ports import Lane, Tx
from shared.mongo import DatabaseUnavailable
from tests.integration.notifier.rig import PHONE, Rig, another, make_rig, running
from tests.support.eventually import eventually

LANE = f"whatsapp:{PHONE}"


async def begin_and_die(rig: Rig) -> None:
    """Take the lane and begin a try, as a worker does just before it is killed."""
    lane = await rig.parts.deps.lanes.claim(LANE, "dead worker", 0.3)
    assert lane is not None
    ((job, version),) = await rig.parts.deps.jobs.heads(LANE)
    assert await rig.parts.deps.jobs.replace(attempt.start(job, at=rig.clock()), version)


async def test_a_try_whose_worker_died_is_unknown_then_repeated_flagged(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.reply())
        await begin_and_die(rig)
        async with running(rig.parts):
            job = await rig.job_becomes("unknown")
            assert job.reason == "worker_lost"
            assert await rig.effects() == []
            rig.later(seconds=31)
            job = await rig.job_becomes("done")
        assert job.maybe_duplicate


async def test_a_try_whose_worker_died_after_sending_is_found_by_its_status(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.reply())
        await begin_and_die(rig)
        job = await rig.job()
        await rig.parts.deps.messenger.send(PHONE, job.outgoing, media_id=None, effect_key=job.key)
        await eventually(lambda: rig.office.statuses)
        await rig.statuses_in()
        async with running(rig.parts):
            await rig.tell(rig.reply("danach"))
            effects = await rig.accepted(2)
        assert effects[0]["payload"]["biz_opaque_callback_data"] == job.key
        assert not (await rig.jobs())[0].maybe_duplicate


async def test_a_worker_that_slept_over_its_lease_does_not_send(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig, another(rig) as awake:
        await rig.tell(rig.reply())
        slept = rig.parts
        claim, replace = slept.deps.lanes.claim, slept.deps.jobs.replace

        async def short_claim(key: str, token: str, lease_seconds: float) -> Lane | None:
            return await claim(key, token, lease_seconds / 3000)

        async def sleep_first(job: Job, version: int) -> int | None:
            await rig.job_becomes("done")  # by the other one, which took the lane over
            return await replace(job, version)

        object.__setattr__(slept.deps.lanes, "claim", short_claim)
        object.__setattr__(slept.deps.jobs, "replace", sleep_first)
        async with running(awake):
            assert await LaneWorker(slept.deps).run_lane(LANE) is False
        await rig.accepted(1)
        assert not (await rig.job()).maybe_duplicate


async def test_two_workers_on_one_lane_send_each_message_once(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig, another(rig) as second:
        await rig.tell(*(rig.reply(f"{number}") for number in range(12)))
        one, two = LaneWorker(rig.parts.deps), LaneWorker(second.deps)

        async def all_out() -> bool:
            await asyncio.gather(one.run_lane(LANE), two.run_lane(LANE))
            return len(await rig.effects()) == 12

        await eventually(all_out)
        effects = await rig.effects()
        assert [effect["payload"]["text"]["body"] for effect in effects] == [f"{number}" for number in range(12)]


async def test_a_message_put_in_while_the_lane_is_given_back_is_not_forgotten(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.reply("1"))
        lanes = rig.parts.deps.lanes
        lane = await lanes.claim(LANE, "mine", 30)
        assert lane is not None
        await rig.tell(rig.reply("2"))
        assert not await lanes.release(lane, "mine", None)
        fresh = await lanes.reread(LANE, "mine")
        assert fresh is not None
        assert await lanes.release(fresh, "mine", rig.clock())
        due, _ = await lanes.due("whatsapp", rig.clock(), 10)
        assert due == [LANE]


async def test_a_job_that_no_majority_has_yet_is_seen_with_its_revision(mongo_test_commands: str, database: str) -> None:
    async with make_rig(mongo_test_commands, database, work=False) as rig:
        with MongoClient[dict[str, Any]](mongo_test_commands) as client:
            freeze = {"configureFailPoint": "disableSnapshotting"}  # the commit is there, and a majority has it a little later
            client.admin.command(freeze | {"mode": "alwaysOn"})
            try:
                told = asyncio.create_task(rig.tell(rig.reply()))
                await eventually(lambda: rig.parts.deps.lanes.claim(LANE, "mine", 0.001))
                found = await rig.parts.deps.jobs.heads(LANE)
            finally:
                client.admin.command(freeze | {"mode": "off"})
                client.admin.command("appendOplogNote", data={})  # with the next write the majority catches up
        await told
        assert found


async def test_the_database_away_after_the_call_does_not_lose_what_the_provider_said(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.document())
        transact, failures = rig.parts.deps.transact, [1, 1]

        async def shaky(body: Callable[[Tx], Awaitable[None]], job: Job | None = None) -> None:
            if failures:
                failures.pop()
                raise DatabaseUnavailable("database_unavailable")
            await transact(body, job)

        object.__setattr__(rig.parts.deps, "transact", shaky)
        async with running(rig.parts):
            job = await rig.job_becomes("done")
        assert job.attempt == 1
        assert failures == []


async def test_a_parked_job_is_retried_by_hand_to_success(rig: Rig) -> None:
    await rig.fault("error", code=132001, http_status=404, count=1)
    await rig.tell(rig.turned_down())
    job = await rig.job_becomes("failed")
    assert job.reason == "meta_132001"

    async def retry(tx: Tx) -> None:
        tx.save_job(jobs.retry_by_hand(await tx.get_job(job.key), at=rig.clock()))

    await rig.parts.deps.transact(retry)
    await rig.accepted(1)
    await rig.job_becomes("done")
    assert [event["type"] for event in await rig.emitted()] == ["notifier.notice_failed.v1", "notifier.notice_delivered.v1"]
    assert [event["sequence"] for event in await rig.emitted()] == [1, 2]


async def test_stopping_finishes_the_message_in_hand_and_leaves_the_rest(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.fault("slow", milliseconds=1_000)
        await rig.tell(*(rig.reply(f"{number}") for number in range(5)))
        async with running(rig.parts):
            await rig.accepted(1)
        states = [job.state for job in await rig.jobs()]
        assert JobState.RUNNING not in states
        assert states.count(JobState.READY) >= 3
        due, _ = await rig.parts.deps.lanes.due("whatsapp", rig.clock() + timedelta(seconds=1), 10)
        assert due == [LANE]  # for the next process, at once
