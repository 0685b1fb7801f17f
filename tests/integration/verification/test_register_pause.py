"""The register is not to be had for a while: work and clocks stand and say so; afterwards nothing is lost or counted twice."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.verification.jobs import DecisionJob, LatenessJob, RegisterJob
from services.verification.store import MongoPauseReader
from shared.ids import new_id
from shared.metrics import render
from shared.mongo import DatabaseUnavailable, Mongo
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok, refused
from tests.integration.verification.test_queue import asked
from tests.support import families as people
from tests.support.eventually import eventually
from tests.support.families import NOW
from tests.support.proxy import Proxy


class OutsideRegister:
    """A register of somebody else, which may be down."""

    def __init__(self) -> None:
        self.is_up = True

    async def answers(self) -> bool:
        return self.is_up


@pytest.fixture
def outside(office: Office) -> OutsideRegister:
    register = OutsideRegister()
    office.deps = replace(office.deps, register_answers=register.answers)
    office.queue()
    return register


@pytest.fixture
def job(office: Office, outside: OutsideRegister) -> RegisterJob:
    assert outside.is_up
    return RegisterJob(office.deps, office.units, failures=3)


async def turns(job: RegisterJob, count: int = 1) -> None:
    """So many looks, and what follows from the last."""
    for _ in range(count):
        while await job.turn() == 0:
            pass


async def test_ten_minutes_without_the_register(office: Office, outside: OutsideRegister, job: RegisterJob) -> None:
    await office.load(people.family())
    before = asked(promised_at=NOW + timedelta(minutes=5))
    [waiting] = await office.tasks_of(before)
    await LatenessJob(office.deps, office.units).turn()
    gate = office.deps.gate
    outside.is_up = False
    await turns(job, 2)
    assert [gate.is_paused] == [False], "one or two failures are an accident"
    await turns(job)
    assert gate.is_paused
    assert b"\nregister_paused 1.0\n" in render()
    async with office.client() as desk:
        summary = await ok(desk.get("/v1/queue/summary"))
        assert summary["register_pause"] == {"paused_since": "2026-11-24T02:00:00Z", "by": "probe", "reason": "unreachable"}
        office.clock.forward(minutes=10)
        meanwhile = [people.lost_card(request_id=new_id(), receipt=f"MDN-{each}") for each in range(3)]
        await office.take_in(*meanwhile)
        assert {case["state"] for case in await office.rows("cases")} == {"in_review", "opened"}
        shown = await ok(desk.get("/v1/tasks"))
        assert [(task["id"], task["overdue"]) for task in shown["tasks"]] == [(waiting, False)], "its clock stands"
        seen = await ok(desk.post(f"/v1/tasks/{waiting}/claim"))
        assert seen["personal"]["registered"] == []
        approval = desk.post(f"/v1/tasks/{waiting}/decision", json=decision("approve", seen["version"]))
        assert await refused(approval) == (409, "register_paused")
        await LatenessJob(office.deps, office.units).turn()
        assert len(await office.told("task_overdue")) == 1, "amber was told before; red is not while clocks stand"
        outside.is_up = True
        await asyncio.gather(turns(job), turns(RegisterJob(office.deps, office.units, failures=3)))
        back = await ok(desk.get(f"/v1/tasks/{waiting}"))
        assert back["due_at"] == "2026-11-24T02:15:00Z", "five minutes were left, and are left"
        assert {case["state"] for case in await office.rows("cases")} == {"in_review", "approved"}
        await ok(desk.post(f"/v1/tasks/{waiting}/decision", json=decision("approve", back["version"])))
    approved = await office.told_data("request_approved")
    assert sorted(told["request_id"] for told in approved) == sorted(each.request_id for each in (before, *meanwhile))
    assert b"\nregister_paused 0.0\n" in render()


async def test_who_came_while_it_was_down_has_the_whole_time_of_the_promise_and_is_told(office: Office, outside: OutsideRegister) -> None:
    job = RegisterJob(office.deps, office.units, failures=1)
    await office.load(people.family())
    outside.is_up = False
    await turns(job)
    await office.take_in(asked(promised_at=NOW + timedelta(minutes=5)))
    office.clock.forward(minutes=10)
    outside.is_up = True
    await turns(job)
    [task] = await office.rows("tasks")
    assert task["due_at"] == NOW + timedelta(minutes=15)
    assert [told["promised_at"] for told in await office.told_data("promise_moved")] == ["2026-11-24T02:15:00Z"]


async def test_an_outage_of_our_own_database_is_none_of_the_register(office: Office, outside: OutsideRegister, mongo_url: str) -> None:
    outside.is_up = False
    async with Proxy.before(mongo_url) as proxy:
        mongo = Mongo.connect(re.sub(r"replicaSet=\w+", "directConnection=true", proxy.url(mongo_url)), operation_timeout_ms=1_000)
        deps = replace(office.deps, pause_reader=MongoPauseReader(mongo, office.database))
        job = RegisterJob(deps, office.units, failures=2)
        proxy.cut()
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await job.turn()
        proxy.heal()
        await eventually(lambda: looked(job))
        assert [deps.gate.is_paused] == [False], "the first look of which anything is known"
        assert await eventually(job.turn, ignoring=(DatabaseUnavailable,)) == 1, "seconds: it is asked again soon"
        assert deps.gate.is_paused
        await mongo.close()


async def looked(job: RegisterJob) -> bool:
    """Look once the driver has found its way back."""
    try:
        return await job.turn() is None
    except DatabaseUnavailable:
        return False


async def test_who_paused_by_hand_resumes_by_hand(office: Office, job: RegisterJob) -> None:
    await office.load(people.family())
    async with office.client("head") as head, office.client() as desk:
        assert await refused(desk.post("/v1/register/pause", json={"reason": "closed"})) == (403, "scope_missing")
        paused = await ok(head.post("/v1/register/pause", json={"reason": "closed"}))
        assert (paused["by"], paused["reason"]) == ("head", "closed")
        assert await refused(head.post("/v1/register/pause", json={"reason": "closed"})) == (409, "register_paused")
        await turns(job)
        assert office.deps.gate.is_paused, "that it can be read is not enough"
        await ok(head.post("/v1/register/resume"))
        assert await refused(head.post("/v1/register/resume")) == (409, "register_not_paused")
        await turns(job)
    assert not office.deps.gate.is_paused


async def test_a_return_and_a_question_need_no_register(office: Office, job: RegisterJob) -> None:
    await office.load(people.family())
    first, second = await office.tasks_of(asked(promised_at=NOW + timedelta(hours=6)), asked(promised_at=NOW + timedelta(hours=6)))
    async with office.client("head") as head:
        office.clock.forward(hours=1)
        await ok(head.post("/v1/register/pause", json={"reason": "closed"}))
        office.clock.forward(hours=1)
        seen = await ok(head.post(f"/v1/tasks/{first}/claim"))
        await ok(head.post(f"/v1/tasks/{first}/decision", json=decision("return", seen["version"], reasons=[REASON])))
        seen = await ok(head.post(f"/v1/tasks/{second}/claim"))
        await ok(head.post(f"/v1/tasks/{second}/ask", json={"text": "RT berapa?", "version": seen["version"]}))
        await ok(head.post("/v1/register/resume"))
        await turns(job)
        await ok(head.post(f"/v1/tasks/{second}/withdraw"))
        assert (await ok(head.get(f"/v1/tasks/{second}")))["due_at"] == "2026-11-25T01:00:00Z", "four working hours are left at eleven"


async def test_an_approval_that_waits_to_take_effect_waits_for_the_register(office: Office, job: RegisterJob) -> None:
    office.queue(undo=timedelta(seconds=10))
    await office.load(people.family())
    [task] = await office.tasks_of(asked())
    async with office.client() as desk, office.client("head") as head:
        seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
        await ok(desk.post(f"/v1/tasks/{task}/decision", json=decision("approve", seen["version"])))
        await ok(head.post("/v1/register/pause", json={"reason": "closed"}))
        office.clock.forward(seconds=11)
        await DecisionJob(office.deps, office.units).turn()
        assert await office.told("request_approved") == []
        await ok(head.post("/v1/register/resume"))
        await turns(job)
        await DecisionJob(office.deps, office.units).turn()
    assert len(await office.told("request_approved")) == 1


async def test_many_clocks_are_moved_once_whoever_is_interrupted(office: Office, job: RegisterJob) -> None:
    await office.load(people.family())
    await office.take_in(*(asked(promised_at=NOW + timedelta(hours=1)) for _ in range(7)))
    async with office.client("head") as head:
        await ok(head.post("/v1/register/pause", json={"reason": "closed"}))
        office.clock.forward(minutes=30)
        await ok(head.post("/v1/register/resume"))
    await job.turn()  # some are moved, and the process ends here
    await turns(RegisterJob(office.deps, office.units, failures=3), 2)
    assert {task["due_at"] for task in await office.rows("tasks")} == {NOW + timedelta(minutes=90)}
    [state] = await office.rows("pauses")
    assert (state["since"], state["ended"]) == (None, [])
