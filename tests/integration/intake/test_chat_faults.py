"""What the chats do when something goes wrong: in order, nothing lost, nothing twice."""

import asyncio
from typing import Any

import httpx
import pytest
from httpx import Request, Response

from services.intake.domain.messages import read_message
from services.intake.handlers import chat, handle_message
from services.intake.ports import Tx
from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, envelope, only, text_of
from tests.support.eventually import eventually


async def _up_to_the_photo(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)


async def test_a_photo_that_cannot_be_fetched_now_is_fetched_later_and_later_messages_wait(rig: Rig) -> None:
    await _up_to_the_photo(rig)
    rig.phone.trouble = lambda _: Response(503)
    assert await rig.show(JPEG) == []
    assert await rig.say("status") == []
    rig.phone.trouble = lambda _: None
    await rig.rest_is_over()
    await rig.work()
    texts = [text_of(reply) for reply in (await rig.told_data("intake.reply_composed.v1"))[3:]]
    assert "KTP-el" in texts[0]
    assert "Belum ada" in texts[1]


async def test_a_photo_that_never_comes_is_asked_for_again(rig: Rig) -> None:
    await _up_to_the_photo(rig)
    rig.phone.trouble = lambda _: Response(500)
    assert await rig.show(JPEG) == []
    await rig.rest_is_over()
    await rig.work()
    assert "gagal kami terima" in text_of((await rig.told_data("intake.reply_composed.v1"))[-1])
    rig.phone.trouble = lambda _: None
    assert "KTP-el" in text_of(only(await rig.show(JPEG)))


@pytest.mark.parametrize(
    "url",
    ["https://evil.test/1", "https://media.test.evil.test/1", "http://media.test/1", "https://media.test:444/1", "https://u@media.test/1",
     "file:///etc/passwd", "https://[media.test/1", "", 7],
)  # fmt: skip
async def test_a_photo_is_never_fetched_from_another_host(rig: Rig, url: Any) -> None:
    await _up_to_the_photo(rig)

    def elsewhere(request: Request) -> Response | None:
        assert request.url.host == "graph.test"
        return Response(200, json={"url": url})

    rig.phone.trouble = elsewhere
    assert "gagal kami terima" in text_of(only(await rig.show(JPEG)))


async def test_a_redirect_is_not_followed(rig: Rig) -> None:
    await _up_to_the_photo(rig)
    rig.phone.trouble = lambda request: (
        Response(302, headers={"Location": "https://evil.test/"}) if request.url.host == "media.test" else None
    )
    await rig.show(JPEG)
    assert all("evil" not in call for call in rig.phone.calls)
    assert await rig.rows("files.files") == []


async def test_a_photo_whose_bytes_differ_from_their_digest_is_not_kept(rig: Rig) -> None:
    await _up_to_the_photo(rig)
    wrong = {"id": "77", "mime_type": "image/jpeg", "sha256": "0" * 64}
    rig.phone.photos["77"] = JPEG
    assert await rig.send(rig.message("image", wrong)) == []
    await rig.rest_is_over()
    await rig.work()
    assert "gagal kami terima" in text_of((await rig.told_data("intake.reply_composed.v1"))[-1])
    assert await rig.rows("files.files") == []


@pytest.mark.parametrize("media_id", ["../../secret", "1/2", "a?b", "x" * 400])
async def test_a_media_id_cannot_become_another_path(rig: Rig, media_id: str) -> None:
    await _up_to_the_photo(rig)
    assert "gagal kami terima" in text_of(only(await rig.send(rig.message("image", {"id": media_id}))))
    assert rig.phone.calls == []


async def test_a_lost_connection_to_the_provider_is_tried_again(rig: Rig) -> None:
    await _up_to_the_photo(rig)

    def cut(request: Request) -> Response | None:
        raise httpx.ReadTimeout("slow", request=request)

    rig.phone.trouble = cut
    assert await rig.show(JPEG) == []
    rig.phone.trouble = lambda _: None
    await rig.rest_is_over()
    await rig.work()
    assert "KTP-el" in text_of((await rig.told_data("intake.reply_composed.v1"))[-1])


async def test_a_message_that_fails_in_the_dialogue_is_parked_with_an_apology(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError

    await rig.say("halo")
    with monkeypatch.context() as patch:
        patch.setattr(chat, "decide", broken)
        await rig.say("status")
        for _ in range(2):
            await rig.rest_is_over()
            await rig.work()
    replies = await rig.told_data("intake.reply_composed.v1")
    assert "gangguan" in text_of(replies[-1])
    assert len(replies) == 2


async def test_two_processes_share_the_chats_and_answer_each_message_once(rig: Rig) -> None:
    other = Rig(rig.wiring.settings)
    try:
        for sender in range(6):
            messages = [rig.message("text", {"body": text}, f"62812345678{sender:02d}") for text in ("kk hilang", NIK, KK)]
            await rig.post(envelope(messages=messages))

        async def settled() -> bool:
            await asyncio.gather(rig.chats.work_off_all(), other.chats.work_off_all())
            return {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}

        await eventually(settled)
        envelopes = await rig.told("intake.reply_composed.v1")
        assert len(envelopes) == 18
        for subject in {one["subject"] for one in envelopes}:
            texts = [
                one["data"]["personal"]["text"] for one in sorted(envelopes, key=lambda one: one["sequence"]) if one["subject"] == subject
            ]
            assert ["NIK" in texts[0], "Nomor Kartu Keluarga" in texts[1], "kepolisian" in texts[2]] == [True, True, True]
    finally:
        await other.close()


async def test_a_handler_that_lost_its_lease_cannot_answer_a_second_time(rig: Rig) -> None:
    message = rig.message("text", {"body": "halo"})
    await rig.post(envelope(messages=[message]))
    item = only((await rig.wiring.webhook_log.messages_of([message["from"]], 5))[message["from"]])
    inbound = read_message(item.content, rig.wiring.deps.vocabulary)

    async def handle(tx: Tx) -> tuple[str, ...]:
        return await handle_message(tx, rig.wiring.deps, item.key, inbound, None)

    await asyncio.gather(*(rig.wiring.units.run(handle) for _ in range(4)))
    assert len(await rig.told_data("intake.reply_composed.v1")) == 1


async def test_a_draft_that_nobody_comes_back_to_is_dropped_with_its_photos(rig: Rig) -> None:
    await _up_to_the_photo(rig)
    await rig.show(PNG)
    assert await rig.wiring.drafts.sweep() == 0
    rig.clock.at = rig.clock.at.replace(month=12)
    assert await rig.wiring.drafts.sweep() == 1
    assert await rig.rows("files.files") == []
    assert only(await rig.rows("conversations"))["draft"] is None
    assert "PAK'DE ON" in text_of(only(await rig.say("halo")))


async def test_the_webhook_costs_one_round_trip_to_the_database(rig: Rig) -> None:
    database = rig.mongo.database(rig.database)
    await database.command("profile", 2)
    try:
        await rig.post(envelope(messages=[rig.message("text", {"body": "halo"}) for _ in range(20)]))
        await database.command("profile", 0)
        known = {
            "ns": {"$not": {"$regex": "system.profile|\\$cmd"}},
            "command.dbStats": {"$exists": False},
        }  # the disk is looked at beside it
        seen = await database["system.profile"].find(known).to_list(None)
        commands = [row for row in seen if "webhook_log" in row["ns"]]
        assert len({row["op"] for row in seen}) == 1
        assert {row["ns"] for row in seen} == {f"{rig.database}.webhook_log"}
        assert len(commands) == 1
    finally:
        await database.command("profile", 0)
        await database["system.profile"].drop()
