"""Days on which people come: each has its places, and one that somebody gave up is there for somebody else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from httpx import Response

from services.intake.domain.visit_days import day_key
from shared.reference.catalogue import catalogue
from tests.integration.intake.rig import ADAPTER, KK, NIK, Rig, codes, settings
from tests.integration.intake.test_progress import REJECTED, delivery
from tests.support.harness import keyed

SERVICE = "akta_kawin"
PLACES = catalogue().get(SERVICE).places_a_day
FIRST, SECOND = date(2026, 12, 1), date(2026, 12, 2)  # a Tuesday and a Wednesday, a week after the clock of the rig


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    made = Rig(settings(mongo_url, kept_database).model_copy(update={"open_services": (SERVICE,)}))
    await made.wiring.prepare()
    yield made
    await made.close()


async def come(rig: Rig, number: int, day: date = FIRST) -> Response:
    content: dict[str, Any] = {
        "service": SERVICE,
        "answers": {"nik": NIK[:-2] + f"{number + 10}", "kk_number": KK, "visit_day": day.isoformat()},
        "reference": f"loket-{number}",
    }
    return await rig.http.post("/v1/requests", json=content, headers=keyed(ADAPTER, Idempotency_Key=f"k-{number}"))


async def test_a_day_takes_as_many_as_it_has_places_and_no_more_however_many_come_at_once(rig: Rig) -> None:
    answers = await asyncio.gather(*(come(rig, number) for number in range(PLACES + 3)))
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(refused) == 3, [answer.text for answer in refused]
    assert {code for answer in refused for code in codes(answer)} == {("answers.visit_day", "date_full")}
    [kept] = await rig.rows("visit_days")
    requests = await rig.rows("requests")
    assert kept["_id"] == day_key(SERVICE, FIRST)
    assert sorted(kept["requests"]) == sorted(row["_id"] for row in requests)
    assert len(requests) == PLACES


async def test_who_comes_too_late_for_the_last_place_hears_that_the_day_is_full_and_nobody_is_sent_away_to_come_again(rig: Rig) -> None:
    await asyncio.gather(*(come(rig, number) for number in range(PLACES - 1)))
    answers = await asyncio.gather(*(come(rig, number) for number in range(40, 64)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 23
    assert {code for answer in answers if answer.status_code == 422 for code in codes(answer)} == {("answers.visit_day", "date_full")}
    [kept] = await rig.rows("visit_days")
    assert len(kept["requests"]) == PLACES


async def test_another_day_is_free_and_so_is_the_place_of_whoever_is_rejected(rig: Rig) -> None:
    for number in range(PLACES):
        answer = await come(rig, number)
        assert answer.status_code == 201, answer.text
    assert (await come(rig, 40)).status_code == 422
    assert (await come(rig, 41, SECOND)).status_code == 201
    one = next(row for row in await rig.rows("requests") if row["service"] == SERVICE)
    await rig.deliver(delivery(REJECTED, one["_id"], 1))
    assert (await come(rig, 42)).status_code == 201
