"""Decisions with seconds to undo them, given back when they can't take effect, and those that take two people."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from services.verification.domain.submission import Submission
from services.verification.jobs import DecisionJob
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok, refused, wired
from tests.integration.verification.test_unproven import lost_number
from tests.support import families as people
from tests.unit.verification.test_birth_rules import birth

DIFFERS = people.lost_card(applicant_name="Slamet Darmawanto")


async def decided(office: Office, desk: httpx.AsyncClient, submission: Submission = DIFFERS, action: str = "approve", **more: Any) -> Any:
    """A decision that waits to take effect."""
    await office.load(people.family())
    [task] = await office.tasks_of(submission)
    seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
    return await ok(desk.post(f"/v1/tasks/{task}/decision", json=decision(action, seen["version"], **more)))


def held(office: Office) -> Office:
    office.queue(undo=timedelta(seconds=10))
    return office


def late_birth() -> Submission:
    """A birth reported one day too late."""
    return wired(birth(born_on=(people.TODAY - timedelta(days=61)).isoformat(), late_reason="Baru pulang dari rantau").first)


async def test_a_decision_takes_effect_when_its_seconds_are_over_and_once(office: Office) -> None:
    async with held(office).client() as desk:
        task = await decided(office, desk)
        assert (task["stage"], task["state"], task["decided_by"], task["case_state"]) == ("deciding", "open", "officer-1", "in_review")
        await office.decisions_take_effect()
        assert await office.told("request_approved") == []
        office.clock.forward(seconds=10)
        await asyncio.gather(*(DecisionJob(office.deps, office.units).turn() for _ in range(4)))
        done = await ok(desk.get(f"/v1/tasks/{task['id']}"))
        assert (done["state"], done["outcome"], done["closed_by"], done["case_state"]) == ("closed", "approved", "officer-1", "approved")
        assert await refused(desk.post(f"/v1/tasks/{task['id']}/undo")) == (409, "nothing_to_undo")
    assert len(await office.told("request_approved")) == len(await office.told("task_closed")) == 1


async def test_who_decided_can_undo_it_and_nobody_else(office: Office) -> None:
    async with held(office).client() as desk, office.client("officer-2") as colleague:
        task = await decided(office, desk, action="return", reasons=[REASON], note="Foto buram")
        path = f"/v1/tasks/{task['id']}"
        assert await refused(colleague.post(f"{path}/claim")) == (409, "task_deciding")
        assert await refused(colleague.post(f"{path}/undo")) == (409, "decision_of_another")
        assert (await ok(desk.get("/v1/tasks", params={"show": "available"})))["tasks"] == []
        undone = await ok(desk.post(f"{path}/undo"))
        assert (undone["stage"], undone["claimed_by"], undone["effective_at"]) == ("first", "officer-1", None)
        office.clock.forward(seconds=11)
        await office.decisions_take_effect()
        assert await office.told("request_returned") == []
        await ok(desk.post(f"{path}/decision", json=decision("approve", undone["version"])))


async def test_undo_and_effect_at_the_same_moment_are_one_of_the_two(office: Office) -> None:
    async with held(office).client() as desk:
        task = await decided(office, desk)
        office.clock.forward(seconds=9.9)
        undone, _ = await asyncio.gather(desk.post(f"/v1/tasks/{task['id']}/undo"), office.decisions_take_effect())
        office.clock.forward(seconds=1)
        await office.decisions_take_effect()
    assert undone.status_code == 200
    assert await office.told("request_approved") == []


async def test_a_decision_on_a_register_that_changed_meanwhile_comes_back_to_its_officer(office: Office) -> None:
    async with held(office).client() as desk:
        task = await decided(office, desk)
        await office.load(people.family())
        office.clock.forward(seconds=10)
        await office.decisions_take_effect()
        back = await ok(desk.get(f"/v1/tasks/{task['id']}"))
        assert (back["stage"], back["refused"], back["claimed_by"]) == ("first", "version_stale", "officer-1")
        await ok(desk.post(f"/v1/tasks/{task['id']}/decision", json=decision("approve", back["version"])))
        office.clock.forward(seconds=10)
        await office.decisions_take_effect()
    assert len(await office.told("request_approved")) == 1


async def test_a_decision_on_a_sender_whose_link_ended_meanwhile_comes_back_to_its_officer(office: Office) -> None:
    async with held(office).client() as desk:
        task = await decided(office, desk)
        await office.deliver(lost_number(office))
        office.clock.forward(seconds=10)
        await office.decisions_take_effect()
        back = await ok(desk.get(f"/v1/tasks/{task['id']}"))
        assert (back["stage"], back["refused"], back["identity"]["proven"]) == ("first", "sender_unproven", False)
        assert await office.told("request_approved") == []
        await ok(desk.post(f"/v1/tasks/{task['id']}/decision", json=decision("approve", back["version"])))
        office.clock.forward(seconds=10)
        await office.decisions_take_effect()
    [approved] = await office.told_data("request_approved")
    assert approved["vouching"] is None


async def test_what_can_not_be_approved_is_refused_at_once_not_in_ten_seconds(office: Office) -> None:
    async with held(office).client() as desk:
        [task] = await office.tasks_of(people.lost_card())
        seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
        refusal = desk.post(f"/v1/tasks/{task}/decision", json=decision("approve", seen["version"]))
        assert await refused(refusal) == (409, "holder_not_in_register")


async def test_a_late_birth_takes_two_people(office: Office) -> None:
    late = late_birth()
    async with office.client() as desk, office.client("officer-2") as colleague, office.client("head") as head:
        first = await decided(office, desk, late, note="Surat lahir sudah dicocokkan")
        path = f"/v1/tasks/{first['id']}"
        assert (first["stage"], first["state"], first["first_approved_by"], first["claimed_by"]) == ("second", "open", "officer-1", None)
        assert await office.told("request_approved") == []
        assert await refused(colleague.post(f"{path}/claim")) == (409, "second_approval_needed")
        assert (await ok(colleague.get("/v1/tasks", params={"show": "available"})))["tasks"] == []
        assert [task["id"] for task in (await ok(head.get("/v1/tasks", params={"show": "second"})))["tasks"]] == [first["id"]]
        seen = await ok(head.post("/v1/tasks/next"))
        assert (seen["id"], seen["personal"]["first_note"]) == (first["id"], "Surat lahir sudah dicocokkan")
        done = await ok(head.post(f"{path}/decision", json=decision("approve", seen["version"])))
        assert (done["state"], done["closed_by"]) == ("closed", "head")
    [approved] = await office.told_data("request_approved")
    assert approved["officer_id"] == "head"


async def test_who_approved_first_can_not_be_the_second(office: Office) -> None:
    late = late_birth()
    async with office.client("head") as head, office.client("other-head") as other:
        first = await decided(office, head, late)
        path = f"/v1/tasks/{first['id']}"
        assert await refused(head.post(f"{path}/claim")) == (409, "four_eyes")
        assert (await head.post("/v1/tasks/next")).status_code == 204
        assert await refused(other.post(f"{path}/assign", json={"officer_id": "head"})) == (409, "four_eyes")
        seen = await ok(other.post(f"{path}/claim"))
        assert await refused(other.post("/v1/tasks/hand-over", json={"to": "head"})) == (409, "four_eyes")
        returned = await ok(other.post(f"{path}/decision", json=decision("return", seen["version"], reasons=[REASON])))
        assert returned["case_state"] == "returned"
        await office.take_in(replace(late, round=2))
        [again] = await office.rows("tasks", {"state": "open"})
        assert again["preferred_officer"] == "head", "the first officer again, so that the second stays the second"


async def test_a_birth_in_time_takes_one(office: Office) -> None:
    async with office.client() as desk:
        assert (await decided(office, desk, wired(birth().first)))["state"] == "closed"
