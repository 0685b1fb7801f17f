"""What phones and their provider really send, besides what the documentation shows: nothing is lost, and nobody else waits."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.intake.jobs import ChatLimits, ChatWorker
from shared.mongo import Doc
from tests.integration.intake.rig import KK, NIK, NUMBER_ID, Rig, envelope, only, text_of
from tests.support.eventually import eventually

ODD: tuple[Any, ...] = (["image"], {}, {"a": ["b"]}, 7, 1.5, True, None, [], [[]], "", "\x00", "x" * 5000)
SOUND: Doc = {
    "text": {"body": "halo"},
    "image": {"id": "7", "mime_type": "image/jpeg", "sha256": "x"},
    "interactive": {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Batal"}},
    "button": {"payload": "cancel", "text": "Batal"},
    "system": {"type": "user_changed_number", "wa_id": "62999", "user_id": "ID.2", "body": "User A changed from ID.1 to ID.2"},
    "edit": {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "halo"}}},
}


def odd_messages(rig: Rig) -> list[Doc]:
    """Every field of a message, and of what is in it, with every wrong type; each of another sender."""
    found = []
    for odd in ODD:
        found += [{**rig.message("text", {"body": "x"}), name: odd} for name in ("type", "timestamp", "context", "referral")]
        for kind, content in SOUND.items():
            found.append(rig.message(kind, odd))
            found += [rig.message(kind, {**content, name: odd}) for name in content]
    return [{**message, "from": f"62{number:06d}"} for number, message in enumerate(found)]


async def test_odd_shapes_of_every_kind_stop_no_chat(rig: Rig) -> None:
    odd = odd_messages(rig)
    assert len(odd) > 200
    for start in range(0, len(odd), 50):
        assert (await rig.post(envelope(messages=odd[start : start + 50]))).status_code == 200
    await rig.work()
    waiting = [row for row in await rig.rows("webhook_log", {"kind": "message"}) if row["state"] != "handled"]
    assert waiting == []
    assert "PAK'DE ON" in text_of(only(await rig.say("halo", sender="6281999999999")))


async def spoil(rig: Rig, content: bytes) -> None:
    """What is stored now can't be read back, as after a defect of ours: "{" not even by the store, "[]" by nobody who reads a message."""
    rows = rig.mongo.collection(rig.database, "webhook_log")
    await rows.update_many({"state": "new"}, {"$set": {"content": content}})


@pytest.mark.parametrize("content", [b"{", b"[]"])
async def test_a_worker_whose_every_place_met_a_shape_it_cannot_read_goes_on(rig: Rig, content: bytes) -> None:
    """A defect of ours in the first look at a message, not only in its handling."""
    limits = ChatLimits(at_once=2, tries=3, poll_seconds=0.05)
    worker = ChatWorker(rig.wiring.deps, rig.wiring.units, rig.wiring.chats_woken, limits)
    bad = [f"62800{number:03d}" for number in range(limits.at_once + 1)]
    await rig.post(envelope(messages=[rig.message("text", {"body": "halo"}, sender) for sender in bad]))
    await spoil(rig, content)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        await rig.post(envelope(messages=[rig.message("text", {"body": "halo"}, "6281999999999")]))
        rig.wiring.wake()

        async def answered() -> bool:
            rig.clock.at += timedelta(seconds=1)
            replies = await rig.told_data("intake.reply_composed.v1")
            return any(reply["personal"]["contact"]["address"] == "6281999999999" for reply in replies)

        await eventually(answered)
        assert not running.done()
    finally:
        stop.set()
        await running


async def test_a_message_that_always_breaks_is_parked_with_its_reason(rig: Rig) -> None:
    labels = {"reason": "defect_attributeerror"}
    before = parked(labels)
    await rig.post(envelope(messages=[rig.message("text", {"body": "halo"})]))
    await spoil(rig, b"[]")
    for _ in range(rig.wiring.settings.chat_tries):
        await rig.work()
        await rig.rest_is_over()
    row = only(await rig.rows("webhook_log"))
    assert (row["state"], row["reason"]) == ("parked", "defect_attributeerror")
    assert parked(labels) == before + 1
    assert len(await rig.say("halo")) == 1


def parked(labels: dict[str, str]) -> float:
    """How many messages were given up so far."""
    return REGISTRY.get_sample_value("parked_total", labels) or 0.0


async def test_the_age_of_what_waits_makes_the_service_not_ready(rig: Rig) -> None:
    assert (await rig.wiring.check_webhook_log()).ok
    await rig.post(envelope(messages=[rig.message("text", {"body": "halo"})]))
    assert (await rig.wiring.check_webhook_log()).ok
    rig.clock.at = rig.clock.at.replace(minute=rig.clock.at.minute + 6)
    found = await rig.wiring.check_webhook_log()
    assert (found.ok, found.reason) == (False, "webhook_log_old")
    await rig.work()
    assert (await rig.wiring.check_webhook_log()).ok


def changed_user_id(rig: Rig, **more: Any) -> Doc:
    system = {"type": "user_changed_user_id", "user_id": "ID.2", "body": "User A changed from ID.1 to ID.2"}
    message = {**rig.message("system", system), **more}
    return {name: value for name, value in message.items() if value is not None}


async def say_as(rig: Rig, text: str, bsuid: str, wa_id: str | None = None) -> list[Doc]:
    message = {**rig.message("text", {"body": text}), "from": wa_id, "from_user_id": bsuid}
    return await rig.send({name: value for name, value in message.items() if value is not None})


@pytest.mark.parametrize(("wa_id", "told"), [(None, None), ("6281", "6281"), ("6281", None)])
@pytest.mark.parametrize("before", [[], ["halo"]])
async def test_a_new_user_id_is_the_same_person_in_silence(rig: Rig, wa_id: str | None, told: str | None, before: list[str]) -> None:
    """`before`: what the person writes under the new id before we hear of it."""
    await say_as(rig, "kk hilang", "ID.1", wa_id)
    await say_as(rig, NIK, "ID.1", wa_id)
    for text in before:
        await say_as(rig, text, "ID.2", wa_id)
    assert await rig.send(changed_user_id(rig, **{"from": told})) == []
    assert "kepolisian" in text_of(only(await say_as(rig, KK, "ID.2", wa_id)))
    assert len([row for row in await rig.rows("contacts") if row["merged_into"] is None]) == 1


async def test_a_change_of_somebody_unknown_makes_no_contact(rig: Rig) -> None:
    assert await rig.send(changed_user_id(rig, **{"from": None})) == []
    assert await rig.rows("contacts") == []


@pytest.mark.parametrize(
    "system",
    [
        {"type": "user_changed_number", "wa_id": "62999", "user_id": "ID.1", "body": "User A changed from 6281234567890 to 62999"},
        {"type": "customer_changed_number", "new_wa_id": "62999"},
        {"type": "customer_changed_number", "wa_id": "62999", "customer": "6281234567890"},
    ],
)
async def test_a_new_number_is_told_once_and_keeps_draft_and_requests(rig: Rig, system: Doc) -> None:
    receipt = (await rig.file_request())["request_id"]
    await rig.say("kk hilang")
    assert "baru sudah kami catat" in text_of(only(await rig.send(rig.message("system", system))))
    assert await rig.send(rig.message("system", system, sender="62999")) == []
    assert "Nomor Kartu Keluarga" in text_of(only(await rig.say("3519081708850004", sender="62999")))
    assert only(await rig.rows("requests", {"_id": receipt}))["origin"]["contact_id"] == only(await rig.rows("contacts"))["_id"]
    assert "sedang diperiksa" in text_of(only(await rig.say("status", sender="62999")))


def edit(rig: Rig, original: str, text: str) -> Doc:
    message = {"context": {"id": "x"}, "type": "text", "text": {"body": text}}
    return rig.message("edit", {"original_message_id": original, "message": message})


async def test_an_edit_of_what_was_not_understood_is_read_as_the_answer(rig: Rig) -> None:
    await rig.say("kk hilang")
    short = rig.message("text", {"body": NIK[:15]})
    assert "16 angka" in text_of(only(await rig.send(short)))
    await rig.say("halo?")
    assert "16 angka" in text_of(only(await rig.send(edit(rig, short["id"], NIK[:14]))))
    assert "Nomor Kartu Keluarga" in text_of(only(await rig.send(edit(rig, short["id"], NIK))))


async def test_an_edit_of_an_answer_counts_as_long_as_its_draft_is_open_and_one_that_is_none_changes_nothing(rig: Rig) -> None:
    await rig.say("kk hilang")
    answer = rig.message("text", {"body": NIK})
    await rig.send(answer)
    for text, said, counts in (("eh salah", "KEMBALI", NIK), ("3519081708850009", "kami pakai", "3519081708850009")):
        reply = text_of(only(await rig.send(edit(rig, answer["id"], text))))
        assert said in reply
        assert "Nomor Kartu Keluarga" in reply
        assert only(await rig.rows("conversations"))["draft"]["answers"]["nik"] == counts


async def test_an_edit_where_nothing_is_asked_is_passed_over(rig: Rig) -> None:
    assert await rig.send(edit(rig, "wamid.before", "kk hilang")) == []


async def test_messages_that_name_our_number_are_answered(rig: Rig) -> None:
    await rig.post(envelope(metadata={"phone_number_id": NUMBER_ID}, messages=[rig.message("text", {"body": "halo"})]))
    await rig.work()
    assert len(await rig.told_data("intake.reply_composed.v1")) == 1
