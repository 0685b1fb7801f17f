"""The queue over HTTP: who is next, who gets it when many ask, and how work changes hands."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.verification.domain.officer import DeskOfficer
from services.verification.domain.staff.account import AccountState, Posting, StaffAccount
from services.verification.domain.submission import Submission
from services.verification.handlers.queue import next_task
from services.verification.ports import Tx
from shared.ids import new_id
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import ok, refused
from tests.support import families as people
from tests.support.families import NOW

HOUR = timedelta(hours=1)


def asked(*, hours_ago: float = 0, **changes: Any) -> Submission:
    """A request for an officer whose first message came some hours before it."""
    return people.lost_card(
        request_id=new_id(), receipt=f"MDN-{new_id()[-4:]}", applicant_name="Slamet Darmawanto", began_at=NOW - hours_ago * HOUR, **changes
    )


async def pulled(client: httpx.AsyncClient, **body: Any) -> str | None:
    """The task that an officer gets."""
    response = await client.post("/v1/tasks/next", json=body)
    if response.status_code == 204:
        return None
    assert response.status_code == 200, response.text
    return str(response.json()["id"])


async def test_the_queue_goes_by_the_first_message_and_a_head_start_ages(office: Office) -> None:
    office.queue(elderly_age=38)  # who asks is 38
    await office.load(people.family())
    young, old_ordinary = asked(hours_ago=1), asked(hours_ago=30, nik=None)
    first, second = await office.tasks_of(young, old_ordinary)
    rows = {row["_id"]: row for row in await office.rows("tasks")}
    assert [rows[each]["priority"] for each in (first, second)] == ["elderly", "ordinary"]
    async with office.client() as desk:
        assert [await pulled(desk), await pulled(desk)] == [second, first], "30 hours of waiting beat a head start of 24"
        assert await pulled(desk) is None


async def test_the_place_stays_when_a_request_is_mended(office: Office) -> None:
    await office.load(people.family())
    submission = asked(hours_ago=5)
    [task] = await office.tasks_of(submission)
    async with office.client() as desk:
        claimed = await ok(desk.post(f"/v1/tasks/{task}/claim"))
        body = {"action": "return", "version": claimed["version"], "reasons": [{"code": "attachment_wrong", "field": "answers.ktp"}]}
        await ok(desk.post(f"/v1/tasks/{task}/decision", json=body))
        office.clock.forward(hours=3)
        await office.tasks_of(asked())
        await office.take_in(replace(submission, round=2))
        [again] = [row for row in await office.rows("tasks", {"state": "open"}) if row["request_id"] == submission.request_id]
        assert again["place_at"] == NOW - 5 * HOUR
        assert await pulled(desk) == again["_id"]


async def test_an_officer_is_given_what_they_know_and_where_they_work(office: Office) -> None:
    elsewhere = people.family(people.member("3519091107880001"), kk_number="3519091611230001", village_code="3519092003")
    await office.load(people.family(), elsewhere)
    here, there = await office.tasks_of(asked(hours_ago=2), asked(hours_ago=1, nik="3519091107880001", kk_number="3519091611230001"))
    async with office.client() as desk:
        assert await pulled(desk, areas=["351909"]) == there
        assert await pulled(desk, areas=["3519092003"]) is None
        assert await pulled(desk, services=["akta_lahir"]) is None
        assert await pulled(desk, groups=["birth"]) is None
        shown = await ok(desk.get("/v1/tasks", params={"area": "3519081001"}))
        assert [task["id"] for task in shown["tasks"]] == [here]
        assert await pulled(desk, services=["kk_hilang"], areas=["351908"]) == here


async def test_claims_at_the_same_moment_do_not_get_round_the_limit(office: Office) -> None:
    office.queue(claims_at_once=2)
    await office.load(people.family())
    ids = await office.tasks_of(*(asked() for _ in range(8)))
    async with office.client() as desk:
        claims = [desk.post(f"/v1/tasks/{each}/claim") for each in ids[:4]]
        answers = await asyncio.gather(*claims, *(desk.post("/v1/tasks/next") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, *[409] * 6]
    assert sum("claim" in row for row in await office.rows("tasks")) == 2


async def test_nobody_holds_more_than_the_limit(office: Office) -> None:
    office.queue(claims_at_once=2)
    await office.load(people.family())
    ids = await office.tasks_of(*(asked() for _ in range(3)))
    async with office.client() as desk, office.client("officer-2") as colleague:
        for _ in range(2):
            await pulled(desk)
        assert await refused(desk.post("/v1/tasks/next")) == (409, "too_many_claims")
        free = next(row["_id"] for row in await office.rows("tasks") if "claim" not in row)
        assert await refused(desk.post(f"/v1/tasks/{free}/claim")) == (409, "too_many_claims")
        held = next(each for each in ids if each != free)
        await ok(desk.post(f"/v1/tasks/{held}/claim"))  # a renewal is no new one
        await ok(colleague.post(f"/v1/tasks/{free}/claim"))


async def test_fifty_officers_claim_one_task_and_one_gets_it(office: Office) -> None:
    await office.load(people.family())
    [task] = await office.tasks_of(asked())
    async with office.client("officer-1") as first, office.client("officer-2") as second:
        answers = await asyncio.gather(*((first, second)[each % 2].post(f"/v1/tasks/{task}/claim") for each in range(50)))
    [row] = await office.rows("tasks")
    winner = row["claim"]["officer_id"]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert len(lost) >= 25, "everybody else"
    assert {answer.json()["about"]["claimed_by"] for answer in lost} == {winner}
    assert {answer.json()["about"]["until"] for answer in lost} == {(NOW + timedelta(minutes=20)).isoformat()}
    assert len(await office.told("task_claimed")) == 1


async def test_many_who_ask_at_once_get_different_tasks(office: Office) -> None:
    office.queue(claims_at_once=50)
    await office.load(people.family())
    ids = await office.tasks_of(*(asked(hours_ago=each) for each in range(30)))
    async with office.client("officer-1") as first, office.client("officer-2") as second, office.client("head") as head:
        given = await asyncio.gather(*(pulled(client) for client in (first, second, head) for _ in range(8)))
    assert len(set(given)) == 24
    assert set(given) <= set(ids)


async def test_who_lost_races_spreads_over_the_few_that_are_left(office: Office) -> None:
    await office.load(people.family())
    ids = await office.tasks_of(*(asked(hours_ago=each) for each in (3, 2, 1)))
    given = await office.units.run(lambda tx: next_task(tx, office.deps, DeskOfficer("officer-1"), skip=len(ids) + 1))
    assert given is not None
    assert given.task.id == ids[1]


async def test_who_leaves_gives_everything_back(office: Office) -> None:
    await office.load(people.family())
    ids = await office.tasks_of(*(asked(hours_ago=each) for each in range(3)))
    async with office.client() as desk, office.client("officer-2") as colleague:
        mine = [await pulled(desk), await pulled(desk)]
        theirs = await pulled(colleague)
        assert set((await ok(desk.post("/v1/tasks/release-all")))["tasks"]) == set(mine)
        assert (await ok(desk.post("/v1/tasks/release-all")))["tasks"] == []
        shown = await ok(desk.get("/v1/tasks", params={"show": "available", "order": "place"}))
    assert [task["id"] for task in shown["tasks"]] == [each for each in reversed(ids) if each != theirs]
    assert [told["stage"] for told in await office.told_data("task_released")] == ["first", "first"]


async def test_a_shift_ends_with_a_note_for_who_takes_over(office: Office) -> None:
    await office.load(people.family())
    [task] = await office.tasks_of(asked())
    async with office.client() as desk, office.client("officer-2") as colleague:
        seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
        note = {"to": "officer-2", "note": "Ibu Titik datang besok pagi"}
        assert (await ok(desk.post("/v1/tasks/hand-over", json=note)))["tasks"] == [task]
        shown = await ok(colleague.get(f"/v1/tasks/{task}"))
        assert (shown["claimed_by"], shown["personal"]["handover_note"]) == ("officer-2", note["note"])
        body = {"action": "approve", "version": seen["version"]}
        assert await refused(desk.post(f"/v1/tasks/{task}/decision", json=body)) == (409, "task_not_claimed")
        await ok(colleague.post(f"/v1/tasks/{task}/decision", json=body | {"version": shown["version"]}))
    [row] = await office.rows("tasks")
    assert note["note"] not in str({name: value for name, value in row.items() if name != "personal"})


async def test_the_head_assigns_a_task_whoever_holds_it(office: Office) -> None:
    await office.load(people.family())
    [task, _] = await office.tasks_of(asked(), asked(hours_ago=3))
    async with office.client() as desk, office.client("officer-2") as colleague, office.client("head") as head:
        await ok(desk.post(f"/v1/tasks/{task}/claim"))
        assert await refused(desk.post(f"/v1/tasks/{task}/assign", json={"officer_id": "officer-2"})) == (403, "scope_missing")
        await ok(head.post(f"/v1/tasks/{task}/assign", json={"officer_id": "officer-2"}))
        assert await refused(desk.post(f"/v1/tasks/{task}/claim")) == (409, "task_reserved")
        assert await pulled(colleague) == task, "before what waits longer"


async def test_work_is_given_to_no_one_who_could_not_do_it(office: Office) -> None:
    """Whom nobody is, or who may not decide, or of another area: the task would wait for them in vain."""
    await office.load(people.family())
    [task] = await office.tasks_of(asked())
    accounts = [
        account("nina", "verifier", area=("3519092003",)),
        account("agus", "operator"),
        replace(account("wati", "verifier"), state=AccountState.LEFT),
        account("tono", "verifier"),
    ]

    async def hire(tx: Tx) -> None:
        for each in accounts:
            tx.staff.accounts.add(each)

    await office.units.run(hire)
    async with office.client() as desk, office.client("head") as head:
        await ok(desk.post(f"/v1/tasks/{task}/claim"))
        for unfit in ("nobody", "reader", "nina", "agus", "wati"):
            assert await refused(desk.post("/v1/tasks/hand-over", json={"to": unfit})) == (409, "colleague_unknown"), unfit
            assert await refused(head.post(f"/v1/tasks/{task}/assign", json={"officer_id": unfit})) == (409, "colleague_unknown"), unfit
        assert (await ok(desk.get(f"/v1/tasks/{task}")))["claimed_by"] == "officer-1"
        await ok(desk.post("/v1/tasks/hand-over", json={"to": "tono"}))
        await ok(head.post(f"/v1/tasks/{task}/assign", json={"officer_id": "tono"}))


async def test_whose_work_changed_hands_over_http_is_written_down(office: Office) -> None:
    await office.load(people.family())
    tasks = await office.tasks_of(asked(), asked(hours_ago=1))
    async with office.client() as desk, office.client("officer-2") as colleague:
        for task in tasks:
            await ok(desk.post(f"/v1/tasks/{task}/claim"))
        await ok(desk.post("/v1/tasks/hand-over", json={"to": "officer-2"}))
        await ok(desk.post("/v1/tasks/hand-over", json={"to": "officer-2"}))
        await ok(colleague.post("/v1/tasks/release-all"))
    [handed] = await office.rows("audit", {"act": "task.handed_over"})
    [released] = await office.rows("audit", {"act": "task.released"})
    assert (handed["actor"], handed["detail"]["to"]) == ("officer-1", "officer-2")
    assert released["actor"] == "officer-2"
    for row in (handed, released):
        assert set(row["detail"]["tasks"].split()) == set(tasks)


def account(login: str, role: str, *, area: tuple[str, ...] = ()) -> StaffAccount:
    """Somebody who works here."""
    return StaffAccount(login, login, login, Posting(frozenset({role}), area), "system", NOW, AccountState.ACTIVE)


@pytest.mark.parametrize("path", ["next", "release-all"])
async def test_who_may_only_look_gets_no_work(office: Office, path: str) -> None:
    async with office.client("reader") as reader:
        assert await refused(reader.post(f"/v1/tasks/{path}")) == (403, "scope_missing")
