"""One request per service and person, whoever asks; repeats; and how many a day."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from services.intake.settings import Settings
from tests.integration.intake.rig import (
    ADAPTER,
    COUNTER,
    JPEG,
    NIK,
    OTHER_ADAPTER,
    PNG,
    Rig,
    only,
    settings,
    text_of,
)
from tests.integration.intake.test_identity import stranger_files
from tests.integration.intake.test_progress import APPROVED, DELIVERED, ISSUED, REJECTED, RETURNED, delivery
from tests.support.harness import keyed

FIRST, SECOND = "6281234567890", "6281987654321"
OTHER_NIK = "3519081708850004"
SUBMITTED, REPLY = "intake.request_submitted.v1", "intake.reply_composed.v1"


async def file_as(rig: Rig, key: str, idempotency: str, nik: str = NIK) -> Response:
    content = {"service": "kk_hilang", "answers": await rig.answers(key, nik=nik)}
    return await rig.http.post("/v1/requests", json=content, headers=keyed(key, Idempotency_Key=idempotency))


async def first_of(rig: Rig) -> dict[str, Any]:
    return dict(only(await rig.rows("requests", {"joins": None})))


async def test_two_keys_at_once_are_one_request(rig: Rig) -> None:
    answers = await asyncio.gather(*(file_as(rig, ADAPTER, f"k-{number}") for number in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt"] for answer in answers}) == 1, "the same adapter is told its own request"
    assert len(await rig.rows("requests")) == 1
    assert len(await rig.told_data(SUBMITTED)) == 1


async def test_two_phones_that_confirm_in_one_batch_are_one_request(rig: Rig) -> None:
    for sender in (FIRST, SECOND):
        await stranger_files_but_confirm(rig, sender)
    reply = {"type": "button_reply", "button_reply": {"id": "confirm", "title": "Kirim"}}
    await rig.send(*(rig.message("interactive", reply, sender) for sender in (FIRST, SECOND)))
    assert len(await rig.told_data(SUBMITTED)) == 1
    texts = [text_of(one) for one in (await rig.told_data(REPLY))[-2:]]
    receipts = [row["receipt"] for row in await rig.rows("requests")]
    assert sorted(next(receipt for receipt in receipts if receipt in text) for text in texts) == sorted(receipts)
    neutral = {text.replace(receipt, "") for text in texts for receipt in receipts if receipt in text}
    assert len(neutral) == 1, "who came second must not know"


async def stranger_files_but_confirm(rig: Rig, sender: str) -> None:
    await rig.press("service:kk_hilang", sender)
    await rig.say(NIK, sender)
    await rig.say("3519081203100007", sender)
    for photo in (JPEG, PNG, PNG + b"face"):
        await rig.show(photo + sender.encode(), sender)


@pytest.mark.parametrize("end", [DELIVERED, RETURNED, REJECTED])
async def test_who_joined_is_given_back_neutrally_when_the_first_one_ends(rig: Rig, end: str) -> None:
    await rig.file_request(FIRST)
    first = await first_of(rig)
    await stranger_files(rig, SECOND)
    waiting = only(await rig.rows("requests", {"joins": first["_id"]}))
    assert (waiting["state"], waiting["receipt"] != first["receipt"]) == ("submitted", True)
    assert len(await rig.told_data(SUBMITTED)) == 1
    assert first["receipt"] not in text_of(only(await rig.say("status", SECOND)))
    steps = (APPROVED, ISSUED, DELIVERED) if end == DELIVERED else (end,)
    await rig.deliver(*(delivery(kind, first["_id"], minute) for minute, kind in enumerate(steps, start=1)))
    after = only(await rig.rows("requests", {"_id": waiting["_id"]}))
    assert (after["state"], after["timeline"][-1]["reasons"]) == ("returned", ["identity_unproven"])
    told = (await rig.told_data(REPLY))[-1]
    assert told["personal"]["contact"]["address"] == SECOND
    assert waiting["receipt"] in text_of(told)
    assert first["receipt"] not in text_of(told)
    assert "berhak" in text_of(told)


async def test_who_joined_and_asks_again_is_shown_the_own_receipt(rig: Rig) -> None:
    await rig.file_request(FIRST)
    await stranger_files(rig, SECOND)
    waiting = only(await rig.rows("requests", {"joins": {"$ne": None}}))
    await rig.press("service:kk_hilang", SECOND)
    assert waiting["receipt"] in text_of(only(await rig.say(NIK, SECOND)))


async def test_another_adapter_joins_and_is_told_nothing_of_the_first(rig: Rig) -> None:
    first = (await file_as(rig, ADAPTER, "k-1")).json()
    second = (await file_as(rig, OTHER_ADAPTER, "k-1")).json()
    again = (await file_as(rig, OTHER_ADAPTER, "k-2")).json()
    assert second["receipt"] == again["receipt"] != first["receipt"]
    assert second["state"] == first["state"] == "submitted"
    assert len(await rig.told_data(SUBMITTED)) == 1
    await rig.deliver(delivery(RETURNED, first["request_id"], 1))
    shown = (await rig.http.get(f"/v1/requests/{second['receipt']}", headers=keyed(OTHER_ADAPTER))).json()
    assert shown["state"] == "returned"


async def test_what_was_returned_is_no_repeat_and_what_ended_is_one_for_a_time(rig: Rig) -> None:
    first = (await file_as(rig, COUNTER, "k-1")).json()
    await rig.deliver(delivery(RETURNED, first["request_id"], 1))
    second = (await file_as(rig, COUNTER, "k-2")).json()
    assert second["receipt"] != first["receipt"]
    await rig.deliver(delivery(REJECTED, second["request_id"], 2))
    third = (await file_as(rig, COUNTER, "k-3")).json()
    await rig.deliver(delivery(REJECTED, third["request_id"], 3))
    rig.clock.at += timedelta(days=31)
    await file_as(rig, COUNTER, "k-4")
    assert [told["repeats"] for told in await rig.told_data(SUBMITTED)] == [None, None, second["request_id"], None]


@pytest.mark.parametrize("way", ["filed anew", "mended"])
async def test_what_was_issued_is_repeated_although_a_returned_request_came_between(rig: Rig, way: str) -> None:
    """Issued, asked for again, returned by the officer who was asked, and asked for once more: the rules alone must not make it again."""
    first = (await file_as(rig, COUNTER, "k-1")).json()["request_id"]
    await rig.deliver(*(delivery(kind, first, minute) for minute, kind in enumerate((APPROVED, ISSUED), start=1)))
    await rig.deliver(delivery(DELIVERED, first, 3, channel="whatsapp"))
    second = (await file_as(rig, COUNTER, "k-2")).json()
    await rig.deliver(delivery(RETURNED, second["request_id"], 4))
    if way == "mended":
        content = {"service": "kk_hilang", "answers": await rig.answers(COUNTER)}
        mended = await rig.http.put(f"/v1/requests/{second['receipt']}", json=content, headers=keyed(COUNTER, Idempotency_Key="m"))
        assert mended.status_code == 200
        await rig.deliver(delivery(RETURNED, second["request_id"], 5, round=2))
    await file_as(rig, COUNTER, "k-3")
    repeats = [told["repeats"] for told in await rig.told_data(SUBMITTED)]
    assert repeats == [None, *[first] * (3 if way == "mended" else 2)]


async def test_mending_joins_what_somebody_else_has_in_hand(rig: Rig) -> None:
    first = (await file_as(rig, ADAPTER, "k-1")).json()
    await rig.deliver(delivery(RETURNED, first["request_id"], 1))
    other = (await file_as(rig, OTHER_ADAPTER, "k-1")).json()
    content = {"service": "kk_hilang", "answers": await rig.answers(ADAPTER)}
    mended = await rig.http.put(f"/v1/requests/{first['receipt']}", json=content, headers=keyed(ADAPTER, Idempotency_Key="m"))
    assert (mended.status_code, mended.json()["state"]) == (200, "submitted")
    assert len(await rig.told_data(SUBMITTED)) == 2, "the first one and the other's; the mended one waits"
    await rig.deliver(delivery(REJECTED, other["request_id"], 2))
    shown = (await rig.http.get(f"/v1/requests/{first['receipt']}", headers=keyed(ADAPTER))).json()
    assert shown["state"] == "returned"


async def test_who_waits_for_another_by_now_is_not_given_back_when_the_first_one_ends(rig: Rig) -> None:
    """The first was returned and mended to be about somebody else; who had waited for it waits for a third request."""
    first = (await file_as(rig, ADAPTER, "k-1")).json()
    waiting = (await file_as(rig, OTHER_ADAPTER, "k-1")).json()
    await rig.deliver(delivery(RETURNED, first["request_id"], 1))
    await file_as(rig, COUNTER, "k-1")
    for key, filed, nik in ((OTHER_ADAPTER, waiting, NIK), (ADAPTER, first, OTHER_NIK)):
        content = {"service": "kk_hilang", "answers": await rig.answers(key, nik=nik)}
        mended = await rig.http.put(f"/v1/requests/{filed['receipt']}", json=content, headers=keyed(key, Idempotency_Key="m"))
        assert mended.status_code == 200
    await rig.deliver(delivery(REJECTED, first["request_id"], 2))
    shown = (await rig.http.get(f"/v1/requests/{waiting['receipt']}", headers=keyed(OTHER_ADAPTER))).json()
    assert shown["state"] == "submitted"


@pytest.fixture
def few(mongo_url: str, database: str) -> Settings:
    return settings(mongo_url, database).model_copy(update={"contact_requests_a_day": 2, "person_requests_a_day": 2})


@pytest.fixture
async def strict(few: Settings) -> Any:
    rig = Rig(few)
    await rig.wiring.prepare()
    yield rig
    await rig.close()


async def test_a_person_may_be_asked_for_only_so_often_a_day(strict: Rig) -> None:
    for number in range(2):
        filed = (await file_as(strict, ADAPTER, f"k-{number}")).json()
        await strict.deliver(delivery(RETURNED, filed["request_id"], number))
    third = await file_as(strict, ADAPTER, "k-2")
    assert (third.status_code, third.json()["code"]) == (429, "person_limit_reached")
    assert NIK not in third.text
    assert (await file_as(strict, ADAPTER, "other", "3519081708850004")).status_code == 201
    await strict.file_request(FIRST)  # the person is not shut out by what others did
    strict.clock.at += timedelta(hours=15)  # from nine in the morning to past midnight in Madiun
    await strict.deliver(delivery(RETURNED, (await strict.rows("requests", {"channel": "whatsapp"}))[0]["_id"], 9))
    assert (await file_as(strict, ADAPTER, "k-2")).status_code == 201, "the same key: nothing was kept of the refusal"


async def test_a_limit_holds_when_all_come_at_once(strict: Rig) -> None:
    people = [ADAPTER, OTHER_ADAPTER, COUNTER]
    answers = await asyncio.gather(*(file_as(strict, key, "k") for key in people))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 429]


async def test_a_chat_at_its_limit_is_told_so_and_keeps_what_it_has(strict: Rig) -> None:
    for number in (3, 4):
        await strict.file_request(FIRST, f"351908170885000{number}")
    await strict.press("service:kk_hilang")
    assert "besok" in text_of((await strict.told_data(REPLY))[-1])
    strict.clock.at += timedelta(hours=15)
    await strict.press("service:kk_hilang")
    assert "NIK" in text_of((await strict.told_data(REPLY))[-1])


async def test_a_chat_that_asks_for_a_person_who_was_asked_for_too_often_keeps_its_draft(strict: Rig) -> None:
    for number in range(2):
        filed = (await file_as(strict, ADAPTER, f"k-{number}")).json()
        await strict.deliver(delivery(RETURNED, filed["request_id"], number))
    assert "besok" in text_of(only(await stranger_files(strict, SECOND)))
    strict.clock.at += timedelta(days=1)
    assert "periksa dulu" in text_of(only(await strict.press("confirm", SECOND)))


async def test_mending_what_was_issued_meanwhile_is_a_repeat_for_an_officer(rig: Rig) -> None:
    """Returned, filed anew, issued, and then the returned one mended: the rules alone must not make the document once more."""
    first = (await file_as(rig, COUNTER, "k-1")).json()
    await rig.deliver(delivery(RETURNED, first["request_id"], 1))
    second = (await file_as(rig, COUNTER, "k-2")).json()
    await rig.deliver(delivery(REJECTED, second["request_id"], 2))
    content = {"service": "kk_hilang", "answers": await rig.answers(COUNTER)}
    await rig.http.put(f"/v1/requests/{first['receipt']}", json=content, headers=keyed(COUNTER, Idempotency_Key="m"))
    told = await rig.told_data(SUBMITTED)
    assert [(each["request_id"], each["round"], each["repeats"]) for each in told] == [
        (first["request_id"], 1, None),
        (second["request_id"], 1, None),
        (first["request_id"], 2, second["request_id"]),
    ]
