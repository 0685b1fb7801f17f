"""Chats that are worked on at the same moment share a unit of work, and none of them pays for another."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain.conversation import decide
from services.intake.domain.webhook_log import WebhookItem, split
from services.intake.handlers import chat
from services.intake.store import MongoWebhookLog
from shared.mongo import Doc
from tests.integration.intake.rig import JPEG, KK, NIK, Rig, envelope, text_of
from tests.support.eventually import eventually

SENDERS = [f"62812345678{number:02d}" for number in range(6)]


async def _all_say(rig: Rig, text: str) -> list[Doc]:
    return await rig.send(*(rig.message("text", {"body": text}, sender) for sender in SENDERS))


async def _profiled(rig: Rig, text: str) -> list[Doc]:
    """What the database was asked while all said it."""
    database = rig.mongo.database(rig.database)
    await database.command("profile", 2)
    await _all_say(rig, text)
    await database.command("profile", 0)
    rows: list[Doc] = await database["system.profile"].find({"ns": {"$not": {"$regex": "system.profile"}}}).to_list(None)
    await database["system.profile"].drop()
    return rows


@pytest.mark.parametrize("said_before", [[], ["halo"]])
async def test_what_they_write_takes_one_commit_and_one_look_for_all(rig: Rig, said_before: list[str]) -> None:
    for text in said_before:
        await _all_say(rig, text)
    asked = await _profiled(rig, "kk hilang")
    inserts = [row["ninserted"] for row in asked if row["ns"].endswith(".outbox") and row["op"] == "insert"]
    assert inserts == [len(SENDERS)]
    for collection in ("contacts", "conversations", "requests"):
        looks = [row for row in asked if row["ns"].endswith(f".{collection}") and row["op"] == "query"]
        assert len(looks) <= 2, collection


async def _failing(rig: Rig, expected: dict[str, int]) -> bool:
    """Leases are written without waiting for a majority, and read here with one."""
    rows = await rig.rows("senders", {"failures": {"$gt": 0}, "token": ""})
    return {row["_id"]: row["failures"] for row in rows} == expected


async def test_one_that_breaks_is_tried_again_and_stops_no_other(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await _all_say(rig, "halo")
    sick = (await rig.rows("contacts", {"wa_id": SENDERS[2]}))[0]["_id"]

    def broken(conversation: Any, *rest: Any) -> Any:
        if conversation.contact_id == sick:
            raise ZeroDivisionError
        return decide(conversation, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(chat, "decide", broken)
        assert len(await _all_say(rig, "kk hilang")) == len(SENDERS) - 1
    await eventually(lambda: _failing(rig, {SENDERS[2]: 1}))
    assert await rig.say(NIK, SENDERS[2]) == []  # in order: behind the one that waits
    await rig.rest_is_over()
    await rig.work()
    texts = [text_of(reply) for reply in (await rig.told_data("intake.reply_composed.v1"))[-2:]]
    assert ["NIK" in texts[0], "Nomor Kartu Keluarga" in texts[1]] == [True, True]
    await eventually(lambda: _failing(rig, {}))


async def test_a_photo_that_does_not_come_holds_nobody_else_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.press("service:kk_hilang", SENDERS[0])
    await rig.say(NIK, SENDERS[0])
    await rig.say(KK, SENDERS[0])
    fetched, answered = asyncio.Event(), asyncio.Event()
    bring = rig.wiring.outside.media.fetch

    async def slow(*asked: Any) -> Any:
        fetched.set()
        await answered.wait()
        return await bring(*asked)

    monkeypatch.setattr(rig.wiring.outside.media, "fetch", slow)
    rig.phone.photos["1"] = JPEG
    photo = rig.message("image", {"id": "1", "mime_type": "image/jpeg"}, SENDERS[0])
    await rig.post(envelope(messages=[photo, *(rig.message("text", {"body": "halo"}, sender) for sender in SENDERS[1:])]))
    work = asyncio.create_task(rig.work())
    await fetched.wait()
    await _until(rig, 3 + len(SENDERS) - 1)
    answered.set()
    await work
    assert len(await rig.told_data("intake.reply_composed.v1")) == 3 + len(SENDERS)


async def _until(rig: Rig, replies: int) -> None:
    async def there() -> bool:
        return len(await rig.told_data("intake.reply_composed.v1")) == replies

    await eventually(there)


async def test_one_person_who_writes_under_two_names_is_one_contact(rig: Rig) -> None:
    both = {**rig.message("text", {"body": "halo"}), "from_user_id": "ID.1"}
    await rig.send(both)
    phone = rig.message("text", {"body": "kk hilang"})
    other = {**rig.message("text", {"body": "status"}), "from_user_id": "ID.1"}
    del other["from"]
    assert len(await rig.send(phone, other)) == 2
    assert len(await rig.rows("contacts")) == 1
    assert len(await rig.rows("conversations")) == 1
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_a_sender_with_many_messages_crowds_nobody_out(rig: Rig) -> None:
    many = [rig.message("text", {"body": "halo"}, SENDERS[0]) for _ in range(9)]
    few = [rig.message("text", {"body": "halo"}, sender) for sender in SENDERS[1:3]]
    await rig.post(envelope(messages=[*many, *few]))
    found = await rig.wiring.webhook_log.messages_of(SENDERS[:4], 2)
    assert [[item.key for item in found[sender]] for sender in SENDERS[:4]] == [
        [f"wa:{message['id']}" for message in many[:2]],
        [f"wa:{few[0]['id']}"],
        [f"wa:{few[1]['id']}"],
        [],
    ]


async def test_a_sender_is_one_processs_until_he_is_given_back(rig: Rig) -> None:
    await rig.post(envelope(messages=[rig.message("text", {"body": "halo"}, sender) for sender in SENDERS[:3]]))
    mine, others = rig.wiring.webhook_log, MongoWebhookLog(rig.mongo, rig.database)
    first = await mine.lease_senders(60, "mine", [], 2)
    assert [lease.sender for lease in first] == SENDERS[:2]
    assert [lease.sender for lease in await others.lease_senders(60, "theirs", [], 5)] == SENDERS[2:3]
    assert await mine.renew(first, 60) == set(SENDERS[:2])
    await mine.release(first, 0)
    assert [lease.sender for lease in await others.lease_senders(60, "later", [], 5)] == SENDERS[:2]
    assert await mine.renew(first, 60) == frozenset()
    await mine.release(first, 0)  # no longer ours: nothing happens
    assert await mine.lease_senders(60, "again", [], 5) == []


async def test_a_sender_who_failed_rests_with_the_failures_remembered(rig: Rig) -> None:
    await rig.post(envelope(messages=[rig.message("text", {"body": "halo"}, SENDERS[0])]))
    webhook_log = rig.wiring.webhook_log
    (lease,) = await webhook_log.lease_senders(60, "first", [], 5)
    await webhook_log.release([replace(lease, failures=2)], 60)
    assert await webhook_log.lease_senders(60, "too early", [], 5) == []
    await rig.rest_is_over()
    assert [each.failures for each in await webhook_log.lease_senders(60, "after the rest", [], 5)] == [2]


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_process_whose_clock_is_wrong_takes_nobody_elses_sender_and_keeps_none_longer(rig: Rig, wrong: timedelta) -> None:
    """Leases go by the database's clock: that of a process is not asked."""
    other = Rig(rig.wiring.settings)
    try:
        other.clock.at += wrong
        await rig.post(envelope(messages=[rig.message("text", {"body": "halo"}, sender) for sender in SENDERS[:2]]))
        (mine,) = await rig.wiring.webhook_log.lease_senders(60, "mine", [], 1)
        await other.work()
        assert len(await rig.told_data("intake.reply_composed.v1")) == 1
        assert await rig.wiring.webhook_log.renew([mine], 60) == {SENDERS[0]}
        await rig.wiring.webhook_log.release([mine], 0)
        await rig.work()
        assert len(await rig.told_data("intake.reply_composed.v1")) == 2
    finally:
        await other.close()


async def test_webhooks_that_come_together_are_stored_once_each(rig: Rig) -> None:
    def items(*messages: Doc) -> tuple[WebhookItem, ...]:
        return split(envelope(messages=list(messages)), "digest")

    one, two, three = (rig.message("text", {"body": "halo"}, sender) for sender in SENDERS[:3])
    calls = [items(one), items(two, three), items(one), items(three), items(two)] * 3
    new = await asyncio.gather(*(rig.wiring.webhook_log.append(call, rig.clock.at, "") for call in calls))
    assert sum(new) == 3
    assert {row["_id"] for row in await rig.rows("webhook_log")} == {f"wa:{message['id']}" for message in (one, two, three)}
