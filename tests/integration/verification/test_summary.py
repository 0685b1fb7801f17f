"""The queue in numbers, its forecast, and that counting asks indexes alone."""

from datetime import timedelta
from typing import Any

import pytest

from services.verification.store.schema import TASKS
from shared.mongo import Doc
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok
from tests.integration.verification.test_queue import asked, pulled
from tests.support import families as people
from tests.support.families import NOW

HOUR = timedelta(hours=1)


async def summary(office: Office, officer: str = "officer-1") -> Any:
    office.queue()  # a fresh process: nothing counted yet
    async with office.client(officer) as desk:
        return await ok(desk.get("/v1/queue/summary"))


async def test_an_empty_office_promises_nothing(office: Office) -> None:
    shown = await summary(office)
    assert (shown["open"], shown["forecast"]["finished_at"], shown["forecast"]["decisions_per_officer_hour"]) == (0, None, None)


async def test_what_waits_who_has_it_and_when_it_is_done(office: Office) -> None:
    await office.load(people.family())
    requests = [asked(hours_ago=each, promised_at=NOW + (each - 1) * 4 * HOUR) for each in range(8)]
    await office.take_in(*requests)
    async with office.client() as desk, office.client("officer-2") as colleague:
        for client in (desk, desk, colleague):
            task = await ok(client.post("/v1/tasks/next"))
            body = decision("return", task["version"], reasons=[REASON])
            await ok(client.post(f"/v1/tasks/{task['id']}/decision", json=body))
        await pulled(desk)
    shown = await summary(office)
    assert (shown["open"], shown["by_stage"], shown["by_service"]) == (5, {"first": 5}, {"kk_hilang": 5})
    assert shown["by_priority"] == {"ordinary": 5}
    assert shown["by_due"] == {"overdue": 1, "today": 4, "later": 0}
    assert (shown["opened_today"], shown["closed_today"]) == (8, {"returned": 3})
    assert shown["officers"] == {"officer-1": {"held": 1, "decided_today": 2}, "officer-2": {"held": 0, "decided_today": 1}}
    assert shown["mine"] == {"held": 1, "decided_today": 2, "limit": 8}
    # Three decisions in two officer-hours, two officers at work: three an hour; five tasks take 100 minutes from 09.00.
    assert shown["forecast"]["decisions_per_officer_hour"] == 1.5
    assert shown["forecast"]["finished_at"] == (NOW + timedelta(minutes=100)).isoformat().replace("+00:00", "Z")
    assert shown["forecast"]["room_today"] == 16  # five and a half working hours are left


async def test_figures_are_shared_for_some_seconds_and_mine_are_of_now(office: Office) -> None:
    await office.load(people.family())
    async with office.client() as desk:
        assert (await ok(desk.get("/v1/queue/summary")))["open"] == 0
        await office.take_in(asked())
        await pulled(desk)
        shown = await ok(desk.get("/v1/queue/summary"))
    assert (shown["open"], shown["mine"]["held"]) == (0, 1)


@pytest.mark.parametrize(
    ("query", "order", "index"),
    [
        ({"stage": {"$in": ["first"]}, "claim": {"$exists": False}}, "place_at", "queue"),
        ({"stage": {"$in": ["first"]}, "service": {"$in": ["kk_hilang", "akta_lahir"]}}, "place_at", "queue_by_service"),
        ({"stage": {"$in": ["first"]}, "areas": {"$in": ["351908"]}}, "place_at", "queue_of_area"),
        ({"alarm_at": {"$lte": NOW}}, "alarm_at", "alarm"),
        ({"held.effective_at": {"$lte": NOW}}, "held.effective_at", "held"),
        ({"claim.officer_id": "officer-1", "claim.until": {"$gt": NOW}}, "due_at", "mine"),
    ],
)
async def test_who_is_next_is_read_off_an_index_in_order(office: Office, query: Doc, order: str, index: str) -> None:
    """No sorting in memory and no scan: the first of 100,000 costs as much as the first of ten."""
    await office.load(people.family())
    await office.take_in(asked())
    plan = await office.mongo.collection(office.database, TASKS).find(query).sort([(order, 1), ("_id", 1)]).limit(10).explain()
    stages = str(plan["queryPlanner"]["winningPlan"])
    assert f"'indexName': '{index}" in stages or "'indexName': 'queue'" in stages, "the planner takes either while there are few"
    assert "COLLSCAN" not in stages
    assert "'SORT'" not in stages or index in ("alarm", "held"), "of a few that are due it may sort"
