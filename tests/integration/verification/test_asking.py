"""Asking the citizen without closing: the clock stands, nobody decides, the answer opens it again for who asked."""

from datetime import timedelta
from typing import Any

import httpx

from shared.contracts.intake import QuestionAnswered
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import decision, ok, refused
from tests.support import families as people
from tests.support.families import NOW

QUESTION = "Alamat baru Ibu di RT berapa?"


async def asked(office: Office, desk: httpx.AsyncClient) -> Any:
    await office.load(people.family())
    [task] = await office.tasks_of(people.lost_card(applicant_name="Slamet Darmawanto", promised_at=NOW + timedelta(hours=6)))
    seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
    office.clock.forward(hours=1)
    return await ok(desk.post(f"/v1/tasks/{task}/ask", json={"text": QUESTION, "version": seen["version"]}))


async def answer(office: Office, question_id: str, text: str = "RT 015") -> None:
    request_id = people.lost_card().request_id
    event = QuestionAnswered(request_id=request_id, question_id=question_id, answered_at=office.clock(), personal={"text": text})
    await office.tell(event, subject=request_id)


async def test_the_clock_stands_until_the_answer_which_goes_to_who_asked(office: Office) -> None:
    async with office.client() as desk, office.client("officer-2") as colleague:
        task = await asked(office, desk)
        path = f"/v1/tasks/{task['id']}"
        assert (task["stage"], task["claimed_by"], task["personal"]["question"]) == ("waiting", None, QUESTION)
        [told] = await office.told_data("citizen_asked")
        assert (told["personal"]["text"], told["personal"]["contact"]["address"]) == (QUESTION, people.PHONE)
        assert await refused(colleague.post(f"{path}/claim")) == (409, "task_waiting")
        assert (await colleague.post("/v1/tasks/next")).status_code == 204
        office.clock.forward(days=3)
        shown = await ok(desk.get("/v1/tasks", params={"show": "waiting"}))
        assert [(each["id"], each["late"], each["overdue"]) for each in shown["tasks"]] == [(task["id"], None, False)]
        assert (await ok(desk.get("/v1/tasks", params={"show": "overdue"})))["tasks"] == []
        await answer(office, told["question_id"])
        back = await ok(desk.get(path))
        assert (back["stage"], back["personal"]["answer"], back["personal"]["question"]) == ("first", "RT 015", None)
        assert await refused(colleague.post(f"{path}/claim")) == (409, "task_reserved")
        assert back["due_at"] == "2026-11-30T01:30:00Z", "four of five working hours are left on Friday at ten: three then, one on Monday"
        claimed = await ok(desk.post(f"{path}/claim"))
        await ok(desk.post(f"{path}/decision", json=decision("approve", claimed["version"])))
    [row] = await office.rows("tasks")
    assert "RT" not in str({name: value for name, value in row.items() if name != "personal"})


async def test_a_question_can_be_withdrawn_and_a_late_answer_is_kept(office: Office) -> None:
    async with office.client() as desk, office.client("officer-2") as colleague, office.client("head") as head:
        task = await asked(office, desk)
        path = f"/v1/tasks/{task['id']}"
        [told] = await office.told_data("citizen_asked")
        assert await refused(colleague.post(f"{path}/withdraw")) == (409, "question_of_another")
        assert (await ok(head.post(f"{path}/withdraw")))["stage"] == "first"
        assert await refused(desk.post(f"{path}/withdraw")) == (409, "nothing_asked")
        seen = await ok(desk.post(f"{path}/claim"))
        await answer(office, told["question_id"], "Sudah pindah")
        late = await ok(desk.get(path))
        assert late["personal"]["answer"] == "Sudah pindah"
        stale = desk.post(f"{path}/decision", json=decision("approve", seen["version"]))
        assert await refused(stale) == (412, "version_stale"), "there is something to read first"
        await ok(desk.post(f"{path}/decision", json=decision("approve", late["version"])))
        await answer(office, told["question_id"], "Halo?")


async def test_only_who_wrote_in_a_chat_is_asked(office: Office) -> None:
    await office.load(people.family())
    submission = people.lost_card(applicant_name="Slamet Darmawanto", channel="adapter")
    [task] = await office.tasks_of(submission)
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
        ask = desk.post(f"/v1/tasks/{task}/ask", json={"text": QUESTION, "version": seen["version"]})
        assert await refused(ask) == (409, "cannot_ask")
