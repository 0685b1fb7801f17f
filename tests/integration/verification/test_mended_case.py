"""A returned request that comes again: the same case, its next round, first of all the officer's who returned it."""

from typing import Any

import httpx

from services.verification.domain.submission import Submission
from shared.messaging.delivery import Dead
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok, refused
from tests.support import families as people


async def open_task(office: Office) -> Any:
    [task] = await office.rows("tasks", {"state": "open"})
    return task


async def returned(office: Office, desk: httpx.AsyncClient, submission: Submission) -> None:
    await office.load(people.family())
    await office.take_in(submission)
    path = f"/v1/tasks/{(await open_task(office))['_id']}"
    claimed = await ok(desk.post(f"{path}/claim"))
    await ok(desk.post(f"{path}/decision", json=decision("return", claimed["version"], reasons=[REASON])))


async def test_a_mended_request_goes_to_the_officer_who_returned_it_even_where_the_rules_find_nothing(office: Office) -> None:
    async with office.client("officer-1") as desk, office.client("officer-2") as colleague:
        await returned(office, desk, people.lost_card(applicant_name="Slamet Darmawanto"))
        assert (await office.told_data("request_returned"))[0]["round"] == 1
        await office.take_in(people.lost_card(round=2))
        task = await open_task(office)
        assert [reason["code"] for reason in task["reasons"]] == ["officer_required"]
        path = f"/v1/tasks/{task['_id']}"
        assert await refused(colleague.post(f"{path}/claim")) == (409, "task_reserved")
        shown = await ok(desk.get("/v1/tasks", params={"show": "reserved"}))
        assert [(each["id"], each["preferred_officer"]) for each in shown["tasks"]] == [(task["_id"], "officer-1")]
        assert (await ok(colleague.get("/v1/tasks", params={"show": "reserved"})))["tasks"] == []
        assert (await ok(colleague.get("/v1/tasks", params={"show": "available"})))["tasks"] == []
        assert len((await ok(desk.get("/v1/tasks", params={"show": "available"})))["tasks"]) == 1
        claimed = await ok(desk.post(f"{path}/claim"))
        assert claimed["round"] == 2
        await ok(desk.post(f"{path}/decision", json=decision("approve", claimed["version"])))
    told = await office.told("request_")
    assert [(each["type"].split(".")[1], each["sequence"]) for each in told] == [("request_returned", 1), ("request_approved", 2)]


async def test_after_some_hours_anybody_may_take_it(office: Office) -> None:
    async with office.client("officer-1") as desk, office.client("officer-2") as colleague:
        await returned(office, desk, people.lost_card(applicant_name="Slamet Darmawanto"))
        await office.take_in(people.lost_card(round=2))
        office.clock.forward(hours=4)
        path = f"/v1/tasks/{(await open_task(office))['_id']}"
        claimed = await ok(colleague.post(f"{path}/claim"))
        assert (claimed["claimed_by"], claimed["preferred_officer"], claimed["reserved_until"]) == ("officer-2", "officer-1", None)
        assert (await ok(desk.get("/v1/tasks", params={"show": "reserved"})))["tasks"] == []


async def test_a_late_copy_of_the_first_round_opens_nothing(office: Office) -> None:
    async with office.client("officer-1") as desk:
        await returned(office, desk, people.lost_card(applicant_name="Slamet Darmawanto"))
    [outcome] = await office.take_in(people.lost_card(applicant_name="Slamet Darmawanto"))
    assert isinstance(outcome, Dead)
    assert outcome.code == "case_not_returned"
    [case] = await office.rows("cases")
    assert (case["state"], case["round"]) == ("returned", 1)
