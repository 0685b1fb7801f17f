"""A reminder of the day on which people come: on the working day before, by day, once, and not where the day was moved or is over."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from services.intake.domain.officer_messages import OfficerMessage
from services.intake.handlers import note_told
from services.intake.handlers.reminding import VISIT_TEMPLATE
from tests.integration.intake.rig import KK, NIK, Rig, settings
from tests.integration.intake.test_progress import REJECTED, delivery

SERVICE: Final = "akta_kawin"
WEDNESDAY, FRIDAY, MONDAY = date(2026, 12, 2), date(2026, 12, 4), date(2026, 12, 7)
TEMPLATES: Final = Path("deploy/simulators/whatsapp/templates.json")


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    made = Rig(settings(mongo_url, kept_database).model_copy(update={"open_services": (SERVICE,)}))
    await made.wiring.prepare()
    yield made
    await made.close()


async def appointment(rig: Rig) -> str:
    """Somebody chooses Wednesday week in the chat; the id of the request."""
    await rig.press(f"service:{SERVICE}")
    for answer in (NIK, KK, f"{WEDNESDAY:%d-%m-%Y}"):
        await rig.say(answer)
    await rig.press("confirm")
    [request] = await rig.rows("requests")
    return str(request["_id"])


async def reminded(rig: Rig, day: int, hour: int) -> list[dict[str, Any]]:
    """What is said by the job at that hour (WIB) of a day of December, or of November where it is above 20."""
    before = len(await rig.told_data("intake.reply_composed"))
    rig.clock.at = datetime(2026, 11 if day > 20 else 12, day, hour - 7, tzinfo=UTC)
    await asyncio.gather(*(rig.wiring.visit_reminders.sweep() for _ in range(3)))
    return [answer["personal"] for answer in (await rig.told_data("intake.reply_composed"))[before:]]


async def move(rig: Rig, request_id: str, day: date) -> None:
    message = OfficerMessage("Petugas pindah jadwal.", rig.clock.at, day)
    await rig.units.run(lambda tx: note_told(tx, rig.wiring.deps, request_id, message, None))


async def test_who_comes_is_reminded_once_on_the_working_day_before_and_not_at_night(rig: Rig) -> None:
    request_id = await appointment(rig)
    assert await reminded(rig, 30, 9) == [], "on Monday it is too early"
    assert await reminded(rig, 1, 20) == [], "nobody's sleep is disturbed"
    [said] = await reminded(rig, 1, 8)
    assert "Rabu, 2 Desember 2026" in said["text"]
    receipt = (await rig.rows("requests"))[0]["receipt"]
    assert (said["template"]["name"], said["template"]["parameters"][0]) == (VISIT_TEMPLATE, receipt), "the last message was a week ago"
    assert await reminded(rig, 1, 9) == []
    [request] = await rig.rows("requests")
    assert (request["_id"], request["reminded_of"], "remind_of" in request) == (request_id, "2026-12-02", False)


async def test_a_day_that_was_moved_is_not_reminded_of_but_the_new_one(rig: Rig) -> None:
    request_id = await appointment(rig)
    rig.clock.at = datetime(2026, 11, 30, 3, tzinfo=UTC)
    await move(rig, request_id, MONDAY)
    assert await reminded(rig, 1, 9) == []
    rig.clock.at = datetime(2026, 12, 3, 3, tzinfo=UTC)
    await rig.say("halo")
    [said] = await reminded(rig, 4, 8)
    assert "Senin, 7 Desember 2026" in said["text"]
    assert said["template"] is None, "they wrote yesterday"
    await move(rig, request_id, FRIDAY)
    assert await reminded(rig, 4, 10) == []


async def test_who_was_told_today_and_whose_request_ended_hear_nothing_more(rig: Rig) -> None:
    request_id = await appointment(rig)
    rig.clock.at = datetime(2026, 12, 3, 1, tzinfo=UTC)
    await move(rig, request_id, FRIDAY)
    assert await reminded(rig, 3, 9) == []
    await move(rig, request_id, MONDAY)
    await rig.deliver(delivery(REJECTED, request_id, 1))
    assert await reminded(rig, 4, 9) == []


def test_the_template_is_one_that_is_approved_with_these_parameters() -> None:
    [known] = [row for row in json.loads(TEMPLATES.read_text()) if row["name"] == VISIT_TEMPLATE]
    assert (known["language"], known["body"].count("{{"), known["category"]) == ("id", 2, "UTILITY")
