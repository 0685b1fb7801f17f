"""A chat as people have it: consent, photos early, several answers, another wish, a pause, and what they ask for afterwards."""

from datetime import timedelta

import pytest

from services.intake.handlers.reminding import may_remind
from shared.mongo import Doc
from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, buttons_of, only, text_of
from tests.integration.intake.test_progress import APPROVED, DELIVERED, ISSUED, REVOKED, delivery

ASKED_AGAIN = "intake.documents_asked_again.v1"


async def show(rig: Rig, photo: bytes, caption: str) -> list[Doc]:
    """Send a photo with words below it."""
    media_id = f"with-words-{len(rig.phone.photos)}"
    rig.phone.photos[media_id] = photo
    return await rig.send(rig.message("image", {"id": media_id, "mime_type": "image/jpeg", "sha256": "", "caption": caption}))


async def delivered(rig: Rig) -> Doc:
    """Have the request of a chat approved, issued and sent."""
    await rig.file_request()
    request = only(await rig.rows("requests"))
    told = (
        delivery(APPROVED, request["_id"], 1),
        delivery(ISSUED, request["_id"], 2),
        delivery(DELIVERED, request["_id"], 3, kind="document"),
    )
    await rig.deliver(*told)
    return request


async def test_a_chat_with_detours_ends_in_one_request(rig: Rig) -> None:
    await rig.link()
    assert "PRIVASI" in text_of(only(await rig.say("kulo nuwun")))
    assert only(await rig.rows("contacts"))["consent"] is None
    await rig.press("service:kk_hilang")
    assert "KTP-el" in text_of(only(await show(rig, PNG, "ktp saya")))
    assert "mau dibatalkan" in text_of(only(await rig.say("batalkan permohonan")))
    noted = text_of(only(await rig.say(f"NIK: {NIK}\nNo KK: {KK}")))
    assert "Kami catat" in noted
    assert NIK not in noted
    assert "kepolisian" in noted
    summary = only(await rig.show(JPEG))
    assert "Periksa permohonan" in text_of(summary)
    changing = only(await rig.say("mboten pak"))
    assert [row["id"] for row in changing["personal"]["rows"]] == [
        "change:nik",
        "change:kk_number",
        "change:surat_kehilangan",
        "change:ktp",
    ]
    await rig.press("change:kk_number")
    assert "Periksa permohonan" in text_of(only(await rig.say(KK)))
    assert "Nomor resi" in text_of(only(await rig.say("sampun leres pak")))
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    assert {file["field"] for file in submitted["attachments"]} == {"surat_kehilangan", "ktp"}
    contact = only(await rig.rows("contacts"))
    assert contact["consent"]["version"] == rig.wiring.deps.texts.consent_version
    assert "PRIVASI" not in text_of(only(await rig.say("halo")))


async def test_a_draft_is_reminded_of_once_by_day_and_goes_on(rig: Rig) -> None:
    await rig.say("kk hilang")
    await rig.say(NIK)
    rig.clock.at += timedelta(hours=11)
    assert await rig.wiring.reminders.sweep() == 0
    rig.clock.at += timedelta(hours=2)  # 22.00
    assert not may_remind(rig.clock.at)
    assert await rig.wiring.reminders.sweep() == 0
    rig.clock.at += timedelta(hours=10)
    before = len(await rig.told_data("intake.reply_composed"))
    assert await rig.wiring.reminders.sweep() == 1
    reminder = only((await rig.told_data("intake.reply_composed"))[before:])
    assert "belum selesai" in text_of(reminder)
    assert buttons_of(reminder) == ["resume", "cancel"]
    assert await rig.wiring.reminders.sweep() == 0
    assert "Nomor Kartu Keluarga" in text_of(only(await rig.press("resume")))


async def test_nobody_is_reminded_after_the_window(rig: Rig) -> None:
    await rig.say("kk hilang")
    rig.clock.at += timedelta(hours=25)
    assert await rig.wiring.reminders.sweep() == 0


async def test_who_may_be_written_to_when_a_draft_ends_is_told_then_by_day_and_once(rig: Rig) -> None:
    await rig.say("kk hilang")
    rig.clock.at += timedelta(days=7, hours=9)
    await rig.send(rig.message("system", {"body": "changed", "type": "user_changed_number", "wa_id": "6289999999999"}))
    before = len(await rig.told_data("intake.reply_composed"))
    assert may_remind(rig.clock.at)
    assert await rig.wiring.drafts.sweep() == 1
    told = only((await rig.told_data("intake.reply_composed"))[before:])
    assert "kami hapus" in text_of(told)
    assert told["personal"]["contact"]["address"] == "6289999999999"
    assert "kami hapus" not in text_of(only(await rig.say("halo", sender="6289999999999")))


@pytest.mark.parametrize("later", [timedelta(days=8), timedelta(days=7, hours=16)])
async def test_who_may_not_be_written_to_when_a_draft_ends_hears_of_it_later(rig: Rig, later: timedelta) -> None:
    """After the window, and by night."""
    await rig.say("kk hilang")
    rig.clock.at += later
    if later < timedelta(days=8):
        await rig.send(rig.message("system", {"body": "changed", "type": "user_changed_number", "wa_id": "6281234567890"}))
    before = len(await rig.told_data("intake.reply_composed"))
    assert await rig.wiring.drafts.sweep() == 1
    assert len(await rig.told_data("intake.reply_composed")) == before
    assert "kami hapus" in text_of(only(await rig.say("halo")))


async def test_who_comes_back_too_late_is_told_that_the_draft_is_gone(rig: Rig) -> None:
    await rig.say("kk hilang")
    rig.clock.at += timedelta(days=8)
    assert await rig.wiring.drafts.sweep() == 1
    assert "kami hapus" in text_of(only(await rig.say("halo")))
    assert "kami hapus" not in text_of(only(await rig.say("halo")))


async def test_the_number_of_a_lost_card_is_found_for_whom_the_contact_is_linked_to(rig: Rig) -> None:
    await delivered(rig)
    await rig.say("kk hilang")
    await rig.say(NIK)
    found = text_of(only(await rig.say("lupa nomornya pak")))
    assert f"••••••{KK[6:]}" in found
    assert "kepolisian" in found


async def test_nobody_else_is_told_the_number_of_a_card_and_an_officer_is_called(rig: Rig) -> None:
    await delivered(rig)
    stranger = "6281111111111"
    await rig.press("service:kk_hilang", stranger)
    await rig.say(NIK, stranger)
    told = text_of(only(await rig.say("tidak tahu", stranger)))
    assert KK[6:] not in told
    assert "petugas" in told
    assert [chat["assistance"]["waiting_since"] is not None for chat in await rig.rows("conversations")].count(True) == 1


async def test_a_document_is_sent_again_to_the_contact_that_got_it_alone(rig: Rig) -> None:
    request = await delivered(rig)
    assert request["receipt"] in text_of(only(await rig.say("kirim ulang pak")))
    asked = only(await rig.told_data(ASKED_AGAIN))
    assert (asked["request_id"], asked["document_ids"]) == (request["_id"], ["r.kk"])
    assert asked["personal"]["contact"]["address"] == "6281234567890"
    assert "Tidak ada dokumen" in text_of(only(await rig.say("kirim ulang", sender="6281111111111")))
    await rig.send(rig.message("system", {"body": "changed", "type": "user_changed_number", "wa_id": "6289999999999"}))
    assert "Tidak ada dokumen" in text_of(only(await rig.say("kirim ulang", sender="6289999999999")))
    assert len(await rig.told_data(ASKED_AGAIN)) == 1


async def test_a_document_that_was_taken_back_is_not_sent_again(rig: Rig) -> None:
    request = await delivered(rig)
    await rig.deliver(delivery(REVOKED, request["_id"], 4, document_id="r.kk"))
    assert "Tidak ada dokumen" in text_of(only(await rig.say("kirim ulang")))
    assert await rig.told_data(ASKED_AGAIN) == []
