"""People before the API: the token of a session opens over `/v1` what it opens on the pages, and nothing of another area."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from services.verification import api
from tests.integration.verification.conftest import Office
from tests.integration.verification.work_desk import officer, work_app
from tests.support import families as people
from tests.support.families import HUSBAND, KK
from tests.support.sessions import SessionIssuer

HERE, ELSEWHERE = "351908", "351901"
Caller = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def caller(office: Office) -> AsyncIterator[Caller]:
    """A program of somebody, with the token of their session."""
    issuer = SessionIssuer()
    app = work_app(office, issuer)
    api.install(app, office.units, office.deps)
    async with AsyncExitStack() as stack:

        def make(area: str, *roles: str, login: str = "rina") -> httpx.AsyncClient:
            token = issuer.token(officer(office, issuer, login, *roles, areas=frozenset({area})))
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://service.test", headers={"Authorization": f"Bearer {token}"}
            )
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
async def task_id(office: Office) -> str:
    await office.load(people.family())
    [found] = await office.tasks_of(people.lost_card(applicant_name="Slamet Darmawanto"))
    return found


def calls(client: httpx.AsyncClient, task_id: str) -> list[Any]:
    """Every call that names a task."""
    act = f"/v1/tasks/{task_id}"
    return [
        client.get(act),
        client.get(f"{act}/attachments/file-ktp"),
        client.post(f"{act}/claim"),
        client.post(f"{act}/release"),
        client.post(f"{act}/decision", json={"action": "approve", "version": "1-"}),
        client.post(f"{act}/ask", json={"text": "Benar?", "version": "1-"}),
        client.post(f"{act}/withdraw"),
        client.post(f"{act}/undo"),
        client.post(f"{act}/assign", json={"officer_id": "rina"}),
    ]


async def test_a_task_of_another_area_is_refused_over_the_api_as_on_the_pages(office: Office, caller: Caller, task_id: str) -> None:
    outside = caller(ELSEWHERE, "section_head")
    answers = [await call for call in calls(outside, task_id)]
    assert [(answer.status_code, answer.json().get("code")) for answer in answers] == [(403, "area_outside")] * len(answers)
    [result] = (await outside.post("/v1/tasks/approve-green", json={"tasks": [task_id]})).json()["results"]
    assert result["code"] == "area_outside"
    [task] = await office.rows("tasks")
    assert "claim" not in task
    assert "preferred_officer" not in task


async def test_lists_and_the_next_task_stay_within_the_area(caller: Caller, task_id: str) -> None:
    outside, inside = caller(ELSEWHERE), caller(HERE)
    search = {"text": HUSBAND}
    for client, expected in ((outside, []), (inside, [task_id])):
        for answer in (
            await client.get("/v1/tasks"),
            await client.get("/v1/tasks", params={"area": HERE}),
            await client.post("/v1/tasks/search", json=search),
        ):
            assert [task["id"] for task in answer.json()["tasks"]] == expected
    for wish in ({}, {"areas": [HERE]}, {"areas": [HERE, ELSEWHERE]}, {"areas": ["3519081001"]}):
        assert (await outside.post("/v1/tasks/next", json=wish)).status_code == 204, wish
    assert (await inside.post("/v1/tasks/next", json={"areas": [ELSEWHERE]})).status_code == 204
    taken = await inside.post("/v1/tasks/next", json={"areas": ["3519081001"]})
    assert taken.json()["id"] == task_id
    assert (await inside.get(f"/v1/tasks/{task_id}/attachments/file-ktp")).status_code == 200


@pytest.mark.usefixtures("task_id")
async def test_the_history_of_a_family_of_another_area_is_refused(caller: Caller) -> None:
    asked = {"kk_number": KK}
    assert (await caller(HERE).post("/v1/register/history", json=asked)).status_code == 200
    refused = await caller(ELSEWHERE).post("/v1/register/history", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "area_outside")


async def test_an_auditor_who_sees_numbers_masked_gets_them_over_the_api_no_more(caller: Caller, task_id: str) -> None:
    auditor = caller(HERE, "auditor", login="sari")
    assert [task["id"] for task in (await auditor.get("/v1/tasks")).json()["tasks"]] == [task_id]
    for answer in (await auditor.get(f"/v1/tasks/{task_id}"), await auditor.post("/v1/register/history", json={"kk_number": KK})):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert HUSBAND not in answer.text
