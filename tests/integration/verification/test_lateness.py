"""Amber and red are announced once each, and who waits is told a later time only where the forecast is worse than the promise."""

import asyncio
from datetime import datetime, timedelta

from services.verification.jobs import LatenessJob
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok
from tests.integration.verification.test_queue import asked
from tests.support import families as people
from tests.support.families import NOW

HOUR = timedelta(hours=1)


async def look(office: Office, times: int = 1) -> None:
    await asyncio.gather(*(LatenessJob(office.deps, office.units).turn() for _ in range(times)))


async def test_each_lateness_is_told_once_however_many_look(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(asked(promised_at=NOW + 4 * HOUR))  # 13.00, after the break at noon: 2 of its hours are 08.00 to 12.00 there
    await look(office)
    assert await office.told("task_overdue") == []
    office.clock.forward(hours=2.5)
    await look(office, 3)
    await look(office)
    assert [told["level"] for told in await office.told_data("task_overdue")] == ["amber"]
    office.clock.forward(hours=2)
    await look(office, 3)
    assert [told["level"] for told in await office.told_data("task_overdue")] == ["amber", "red"]
    [row] = await office.rows("tasks")
    assert "alarm_at" not in row


async def test_nobody_is_told_a_later_time_without_a_reason(office: Office) -> None:
    """Without a decision in a week there is no forecast; and one that keeps the promise moves nothing."""
    await office.load(people.family())
    await office.take_in(asked(promised_at=NOW + HOUR))
    await look(office)
    assert len(await office.told("task_overdue")) == 1
    assert await office.told("promise_moved") == []
    async with office.client() as desk:
        for _ in range(2):  # two an hour: its turn is in half an hour
            await office.take_in(asked(hours_ago=9))
            task = await ok(desk.post("/v1/tasks/next"))
            await ok(desk.post(f"/v1/tasks/{task['id']}/decision", json=decision("return", task["version"], reasons=[REASON])))
    await office.take_in(asked(promised_at=NOW + 1.9 * HOUR))
    await look(office)
    assert await office.told("promise_moved") == []


async def test_a_worse_forecast_is_told(office: Office) -> None:
    await office.load(people.family())
    async with office.client() as desk:
        await office.take_in(asked(hours_ago=9))
        task = await ok(desk.post("/v1/tasks/next"))
        await ok(desk.post(f"/v1/tasks/{task['id']}/decision", json=decision("return", task["version"], reasons=[REASON])))
    waiting = [asked(hours_ago=8 - each) for each in range(3)]  # one an hour
    last = asked(promised_at=NOW + 1.5 * HOUR)
    await office.take_in(*waiting, last)
    await look(office)
    [told] = [told for told in await office.told_data("promise_moved") if told["request_id"] == last.request_id]
    assert datetime.fromisoformat(told["promised_at"]) == NOW + 5 * HOUR, "four hours of work from nine, and the break at noon"
