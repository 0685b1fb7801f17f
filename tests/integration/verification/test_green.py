"""What is all green is approved together, and of every so many one must have been opened."""

from typing import Any

import httpx
import pytest

from services.verification.handlers.bulk import is_sampled
from shared.ids import new_id
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import ok
from tests.integration.verification.test_queue import asked
from tests.support import families as people


async def green(office: Office, count: int) -> list[str]:
    """Tasks in which no check finds anything: the office wants an officer all the same."""
    office.automatic(kk_hilang=False)
    await office.load(people.family())
    return await office.tasks_of(*(people.lost_card(request_id=new_id(), receipt=f"MDN-{new_id()[-4:]}") for _ in range(count)))


async def approved(client: httpx.AsyncClient, *ids: str) -> dict[str, Any]:
    results = (await ok(client.post("/v1/tasks/approve-green", json={"tasks": ids})))["results"]
    return {row["id"]: row["code"] or row["stage"] for row in results}


@pytest.fixture
def no_sample(office: Office) -> None:
    office.queue(sample_every=10**9)


@pytest.mark.usefixtures("no_sample")
async def test_each_is_decided_by_itself(office: Office) -> None:
    first, second, third = await green(office, 3)
    [red] = await office.tasks_of(asked())
    async with office.client() as desk, office.client("officer-2") as colleague:
        await ok(colleague.post(f"/v1/tasks/{second}/claim"))
        results = await approved(desk, first, second, third, red, first)
    assert results == {first: "closed", second: "task_claimed", third: "closed", red: "not_all_green"}
    assert len(await office.told("request_approved")) == 2


async def test_one_of_the_sample_must_be_opened_first(office: Office) -> None:
    office.queue(sample_every=1)
    [task] = await green(office, 1)
    async with office.client() as desk:
        assert await approved(desk, task) == {task: "sample_unopened"}
        await ok(desk.post(f"/v1/tasks/{task}/claim"))
        assert await approved(desk, task) == {task: "closed"}


async def test_what_comes_after_one_of_the_sample_waits_until_that_was_opened(office: Office) -> None:
    office.queue(sample_every=2, claims_at_once=30)
    ids = await green(office, 24)  # of 12 all or none are the sample once in two thousand times
    sample = [each for each in ids if is_sampled(each, 2)]
    others = [each for each in ids if each not in sample]
    assert sample
    assert others
    async with office.client() as desk:
        assert set((await approved(desk, *others)).values()) == {"sample_unopened"}
        for each in sample:
            await ok(desk.post(f"/v1/tasks/{each}/claim"))
        assert set((await approved(desk, *others)).values()) == {"closed"}


def test_the_sample_is_one_of_so_many_and_nobodys_choice() -> None:
    ids = [f"task-{number}" for number in range(5000)]
    assert 400 < sum(is_sampled(each, 10) for each in ids) < 600
    assert [is_sampled(each, 10) for each in ids] == [is_sampled(each, 10) for each in ids]
    assert all(is_sampled(each, 1) for each in ids)
