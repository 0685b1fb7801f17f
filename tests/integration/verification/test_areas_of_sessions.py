"""Over HTTP the session of an account with areas opens what the pages would show it, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.verification import api
from services.verification.store import MongoStaffReader
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok, refused
from tests.integration.verification.test_queue import asked, pulled
from tests.integration.verification.work_desk import officer, work_app
from tests.support import families as people
from tests.support.families import HUSBAND, KK
from tests.support.sessions import SessionIssuer

THERE = people.family(people.member("3519091107880001"), kk_number="3519091611230001", village_code="3519092003")
HERE_AREA, THERE_VILLAGE = "351908", "3519092003"


def client_of(office: Office, login: str, *roles: str, **other: Any) -> httpx.AsyncClient:
    """A program of somebody who is signed in."""
    issuer = SessionIssuer()
    app = work_app(office, issuer)
    api.install(app, office.units, office.deps, MongoStaffReader(office.mongo, office.database))
    token = issuer.token(officer(office, issuer, login, *roles, **other))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://meja.test", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def tasks(office: Office) -> list[str]:
    """One task here, one there, one of a place that nobody knows."""
    await office.load(people.family(), THERE)
    there = asked(hours_ago=1, nik="3519091107880001", kk_number="3519091611230001")
    return await office.tasks_of(asked(), there, asked(nik="3519080101900001", kk_number="3519080101200001"))


@pytest.fixture
async def budi(office: Office, tasks: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    """Whose area is where the second of them lives."""
    assert len(tasks) == 3
    async with client_of(office, "budi", areas=frozenset({THERE_VILLAGE})) as client:
        yield client


async def test_lists_and_searches_show_what_is_of_the_area(budi: httpx.AsyncClient, tasks: list[str]) -> None:
    async def listed(**filters: Any) -> list[str]:
        return [task["id"] for task in (await ok(budi.get("/v1/tasks", params=filters)))["tasks"]]

    assert await listed() == [tasks[1]]
    assert await listed(area=HERE_AREA) == []
    found = await ok(budi.post("/v1/tasks/search", json={"text": "slamet"}))
    assert [task["id"] for task in found["tasks"]] == [tasks[1]]


async def test_a_task_of_elsewhere_can_be_neither_seen_nor_touched(office: Office, budi: httpx.AsyncClient, tasks: list[str]) -> None:
    here = f"/v1/tasks/{tasks[0]}"
    verdict = decision("return", "1-1") | {"reasons": [REASON]}
    assert await refused(budi.get(here)) == (403, "area_outside")
    assert await refused(budi.get(f"{here}/attachments/file-ktp")) == (403, "area_outside")
    for path, body in (
        (f"{here}/claim", None),
        (f"{here}/decision", verdict),
        (f"{here}/ask", {"text": "Kapan?", "version": "1-1"}),
        (f"{here}/withdraw", None),
        (f"{here}/release", None),
        (f"{here}/undo", None),
        ("/v1/register/history", {"kk_number": KK}),
    ):
        assert await refused(budi.post(path, json=body)) == (403, "area_outside"), path
    bulk = await ok(budi.post("/v1/tasks/approve-green", json={"tasks": [tasks[0]]}))
    assert bulk["results"] == [{"id": tasks[0], "stage": None, "code": "area_outside"}]
    [row] = await office.rows("tasks", {"_id": tasks[0]})
    assert "claim" not in row, "nothing of a refused act is kept"
    assert await office.rows("audit", {"about": f"task/{tasks[0]}"}) == []


async def test_who_holds_a_task_of_elsewhere_can_not_decide_it(office: Office, budi: httpx.AsyncClient, tasks: list[str]) -> None:
    async with client_of(office, "budi") as before:  # the area was narrowed after the claim
        seen = await ok(before.post(f"/v1/tasks/{tasks[0]}/claim"))
    verdict = decision("return", seen["version"]) | {"reasons": [REASON]}
    assert await refused(budi.post(f"/v1/tasks/{tasks[0]}/decision", json=verdict)) == (403, "area_outside")
    [row] = await office.rows("tasks", {"_id": tasks[0]})
    assert row["state"] == "open"


async def test_a_task_of_the_area_or_of_an_unknown_place_is_theirs(budi: httpx.AsyncClient, tasks: list[str]) -> None:
    for task in tasks[1:]:
        seen = await ok(budi.post(f"/v1/tasks/{task}/claim"))
        await ok(budi.post(f"/v1/tasks/{task}/decision", json=decision("return", seen["version"]) | {"reasons": [REASON]}))
    assert (await budi.get(f"/v1/tasks/{tasks[1]}/attachments/file-ktp")).status_code == 200
    assert (await ok(budi.post("/v1/register/history", json={"kk_number": THERE.kk_number})))["changes"] == []


async def test_the_next_task_is_of_the_area_whatever_is_asked_for(office: Office, budi: httpx.AsyncClient, tasks: list[str]) -> None:
    assert await pulled(budi, areas=["351909"]) == tasks[1], "the village within the district that was asked for"
    assert await pulled(budi) is None
    assert await pulled(budi, areas=[HERE_AREA]) is None
    async with client_of(office, "rina", areas=frozenset({HERE_AREA})) as rina:
        assert await pulled(rina, areas=["3519081001"]) == tasks[0], "a village within the district that is theirs"


async def test_without_areas_everything_is_open(office: Office, tasks: list[str]) -> None:
    async with client_of(office, "rina") as rina:
        assert len((await ok(rina.get("/v1/tasks")))["tasks"]) == len(tasks)
        assert (await ok(rina.get(f"/v1/tasks/{tasks[0]}")))["id"] == tasks[0]
        assert HUSBAND in str(await ok(rina.get(f"/v1/tasks/{tasks[0]}")))
