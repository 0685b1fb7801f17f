"""Whatever a phone sends, through the webhook: a kind answer or silence, nothing lost, nobody else's chat delayed."""

import base64
import hashlib
from typing import Any

import pytest

from services.intake.ports import file_id_of
from shared.mongo import Doc
from tests.integration.intake.rig import JPEG, KK, NIK, NUMBER_ID, PNG, Rig, envelope, only, text_of

SENDER = "6281234567890"
MEDIA = {"id": "9", "mime_type": "audio/ogg", "sha256": "x"}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("audio", {**MEDIA, "voice": True}, "pesan suara belum dapat kami dengarkan"),
        ("video", MEDIA, "video tidak dapat kami periksa"),
        ("location", {"latitude": -7.6, "longitude": 111.5}, "Alamat cukup ditulis"),
        ("contacts", [{"name": {"formatted_name": "Siti"}}], "Kartu kontak tidak kami perlukan"),
        ("order", {"catalog_id": "1"}, "Kami tidak menjual apa pun"),
        ("unsupported", {"type": "view_once"}, "foto sekali lihat tidak dapat kami buka"),
        ("unsupported", {"type": "poll"}, "jajak pendapat"),
        ("hologram", {"x": 1}, "pesan jenis itu tidak dapat kami buka"),
    ],
)
async def test_what_we_cannot_read_gets_a_kind_answer_and_the_question_again(rig: Rig, kind: str, content: Any, expected: str) -> None:
    assert expected in text_of(only(await rig.send(rig.message(kind, content))))
    await rig.press("service:kk_hilang")
    reply = text_of(only(await rig.send(rig.message(kind, content))))
    assert expected in reply
    assert "NIK" in reply


@pytest.mark.parametrize("kind", ["sticker", "reaction", "request_welcome"])
async def test_what_wants_no_answer_gets_none_and_is_done(rig: Rig, kind: str) -> None:
    assert await rig.send(rig.message(kind, {"id": "9", "message_id": "wamid.1", "emoji": "x"})) == []
    assert [row["state"] for row in await rig.rows("webhook_log")] == ["handled"]


async def test_a_call_is_answered_once_in_words(rig: Rig) -> None:
    value = {"metadata": {"phone_number_id": NUMBER_ID, "display_phone_number": "62351000"}}
    rings = [{"id": "wacid.1", "from": SENDER, "event": event, "timestamp": "1795485600"} for event in ("connect", "terminate")]
    change = {"field": "calls", "value": {**value, "calls": rings}}
    await rig.post({"object": "x", "entry": [{"id": "1", "changes": [change]}]})
    await rig.work()
    reply = only(await rig.told_data("intake.reply_composed"))
    assert "tidak dapat menerima telepon" in text_of(reply)
    assert reply["personal"]["in_reply_to"] is None, "a call can't be marked as read"
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_an_album_gets_the_same_answer_once(rig: Rig) -> None:
    photos = [rig.message("image", {**MEDIA, "id": str(number), "mime_type": "image/jpeg"}) for number in range(20)]
    reply = only(await rig.send(*photos))
    assert "belum tahu foto ini untuk layanan apa" in text_of(reply)
    assert rig.phone.calls == [], "photos that nobody asked for are left where they are"


async def test_a_flood_is_told_once_and_what_it_says_counts(rig: Rig) -> None:
    limit = rig.wiring.settings.chat_messages_a_minute
    await rig.press("service:kk_hilang")
    moment = str(int(rig.clock.at.timestamp()) + 30)
    flood = [{**rig.message("text", {"body": "1"}), "timestamp": moment} for _ in range(limit + 20)]
    nik = {**rig.message("text", {"body": NIK}), "timestamp": moment}
    replies = [text_of(reply) for reply in await rig.send(*flood, nik)]
    assert len([text for text in replies if "sangat cepat" in text]) <= 1
    assert len(replies) < limit
    draft = only(await rig.rows("conversations"))["draft"]
    assert draft["answers"] == {"nik": NIK}, "an answer is taken though nothing is said to it"
    rig.clock.forward(minutes=5)
    later = {**rig.message("text", {"body": "lanjut"}), "timestamp": str(int(rig.clock.at.timestamp()))}
    assert "Nomor Kartu Keluarga" in text_of(only(await rig.send(later)))


async def test_a_flood_is_told_that_it_is_too_fast_and_heard_again_when_it_is_calm(rig: Rig) -> None:
    limit = rig.wiring.settings.chat_messages_a_minute
    moment = str(int(rig.clock.at.timestamp()) + 30)
    flood = [{**rig.message("image", {**MEDIA, "id": "1"}), "timestamp": moment} for _ in range(limit + 10)]
    first, last = [text_of(reply) for reply in await rig.send(*flood)]
    assert "belum tahu foto ini" in first
    assert "sangat cepat" in last
    words = [{**rig.message("text", {"body": "halo"}), "timestamp": moment} for _ in range(10)]
    assert await rig.send(*words) == []
    rig.clock.forward(minutes=5)
    calm = {**rig.message("text", {"body": "halo"}), "timestamp": str(int(rig.clock.at.timestamp()))}
    assert "PAK'DE ON" in text_of(only(await rig.send(calm)))


async def test_an_edited_answer_of_the_open_form_counts(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    first = rig.message("text", {"body": "3519085904900002"})
    await rig.send(first)
    edit = {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": NIK}}}
    assert "Perubahan pesan Anda kami pakai" in text_of(only(await rig.send(rig.message("edit", edit))))
    await rig.say(KK)
    assert only(await rig.rows("conversations"))["draft"]["answers"] == {"nik": NIK, "kk_number": KK}


async def test_a_deleted_photo_is_gone_and_asked_for_again(rig: Rig) -> None:
    await rig.link()
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    rig.phone.photos["77"] = JPEG
    digest = base64.b64encode(hashlib.sha256(JPEG).digest()).decode()
    photo = rig.message("image", {"id": "77", "mime_type": "image/jpeg", "sha256": digest})
    await rig.send(photo)
    assert [row["filename"] for row in await rig.rows("files.files")] == [file_id_of(f"wa:{photo['id']}")]
    reply = only(await rig.send(rig.message("revoke", {"original_message_id": photo["id"]})))
    assert "yang Anda hapus tidak kami pakai" in text_of(reply)
    assert await rig.rows("files.files") == []
    await rig.show(PNG)
    assert await rig.send(rig.message("revoke", {"original_message_id": "wamid.none"})) == []
    draft: Doc = only(await rig.rows("conversations"))["draft"]
    assert [file["field"] for file in draft["attachments"]] == ["surat_kehilangan"]


async def test_what_our_own_number_says_is_not_answered(rig: Rig) -> None:
    metadata = {"phone_number_id": NUMBER_ID, "display_phone_number": "+62 351 555"}
    await rig.post(envelope(metadata=metadata, messages=[rig.message("text", {"body": "halo"}, "62351555")]))
    await rig.work()
    assert await rig.told_data("intake.reply_composed") == []
    assert [row["state"] for row in await rig.rows("webhook_log")] == ["kept"]


async def test_a_text_as_long_as_whatsapp_allows_is_answered(rig: Rig) -> None:
    assert text_of(only(await rig.say("kk saya hilang " * 273)))
    await rig.press("service:kk_hilang")
    assert "NIK" in text_of(only(await rig.say("x" * 4096)))
