"""A citizen's chat, from the webhook to the events that leave."""

import hashlib

from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, buttons_of, envelope, only, text_of


async def test_a_lost_family_card_is_asked_for_from_greeting_to_receipt(rig: Rig) -> None:
    link = await rig.link()
    welcome = only(await rig.say("Assalamualaikum"))
    assert "PAK'DE ON" in text_of(welcome)
    assert buttons_of(welcome) == ["service:kk_hilang", "status"]
    assert "NIK" in text_of(only(await rig.press("service:kk_hilang")))
    assert "Kartu Keluarga" in text_of(only(await rig.say("3519 0817 0885 0003")))
    assert "kepolisian" in text_of(only(await rig.say(KK)))
    assert "KTP-el" in text_of(only(await rig.show(JPEG)))
    summary = only(await rig.show(PNG, kind="document"))
    assert buttons_of(summary) == ["confirm", "change", "cancel"]
    assert NIK not in text_of(summary)
    assert f"••••••{NIK[6:]}" in text_of(summary)
    receipt = only(await rig.press("confirm"))
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    assert submitted["receipt"] in text_of(receipt)
    assert "Selasa, 24 November 2026" in text_of(receipt) or "Rabu, 25 November 2026" in text_of(receipt)
    assert receipt["request_id"] == submitted["request_id"]
    assert submitted["personal"]["applicant"] == {"nik": NIK, "kk_number": KK, "name": None}
    assert submitted["personal"]["answers"] == {"nik": NIK, "kk_number": KK}
    assert (submitted["form_version"], submitted["round"]) == (1, 1)
    assert submitted["vouching"] == {"by": "link", "link_id": link["link_id"], "level": "counter", "village": None}
    assert submitted["personal"]["sender_nik"] == NIK
    assert [(file["field"], file["sent_sha256"]) for file in submitted["attachments"]] == [
        ("surat_kehilangan", hashlib.sha256(JPEG).hexdigest()),
        ("ktp", hashlib.sha256(PNG).hexdigest()),
    ]


async def test_the_answers_of_one_chat_are_numbered_without_gaps(rig: Rig) -> None:
    await rig.file_request()
    envelopes = await rig.told("intake.reply_composed.v1")
    assert [envelope["sequence"] for envelope in envelopes] == [1, 2, 3, 4, 5, 6]
    assert len({envelope["subject"] for envelope in envelopes}) == 1


async def test_messages_of_one_webhook_call_are_handled_in_the_order_of_sending(rig: Rig) -> None:
    first, second = rig.message("text", {"body": "kk hilang"}), rig.message("text", {"body": NIK})
    await rig.send(second, first)
    texts = [text_of(reply) for reply in await rig.told_data("intake.reply_composed.v1")]
    assert "NIK" in texts[0]
    assert "Nomor Kartu Keluarga" in texts[1]


async def test_a_message_that_comes_twice_is_answered_once(rig: Rig) -> None:
    message = rig.message("text", {"body": "halo"})
    assert len(await rig.send(message)) == 1
    assert await rig.send(message) == []
    assert len(await rig.rows("webhook_log")) == 1


async def test_a_second_press_of_confirm_files_nothing_and_tells_the_status(rig: Rig) -> None:
    await rig.file_request()
    again = only(await rig.press("confirm"))
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    assert submitted["receipt"] in text_of(again)


async def test_a_second_request_for_the_same_person_joins_the_first(rig: Rig) -> None:
    await rig.file_request()
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    await rig.say("kk hilang")
    assert submitted["receipt"] in text_of(only(await rig.say(NIK)))
    assert len(await rig.rows("requests")) == 1


async def test_a_status_is_told_by_receipt_and_only_to_the_one_who_filed(rig: Rig) -> None:
    await rig.file_request()
    receipt = only(await rig.told_data("intake.request_submitted.v1"))["receipt"]
    spoken = f"status {receipt.lower().replace('-', ' ')}"
    assert "sedang diperiksa" in text_of(only(await rig.say(spoken)))
    assert "tidak ditemukan" in text_of(only(await rig.say(receipt, sender="6281111111111")))
    assert "sedang diperiksa" in text_of(only(await rig.say("status")))


async def test_cancelling_forgets_the_photos(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    await rig.show(JPEG)
    assert len(await rig.rows("files.files")) == 1
    assert "dibatalkan" in text_of(only(await rig.say("Batal!")))
    assert await rig.rows("files.files") == []


async def test_a_photo_that_was_not_asked_for_is_not_fetched(rig: Rig) -> None:
    assert "layanan apa" in text_of(only(await rig.show(JPEG)))
    assert rig.phone.calls == []


async def test_what_is_no_photo_is_answered_with_what_to_send(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    assert "bukan foto" in text_of(only(await rig.send(rig.message("audio", {"id": "1"}))))
    await rig.say(NIK)
    await rig.say(KK)
    assert "JPG" in text_of(only(await rig.show(b"GIF89a, a moving picture" * 9)))
    assert "terlalu besar" in text_of(only(await rig.show(JPEG + bytes(30_000))))
    await rig.show(JPEG)
    assert "sama dengan" in text_of(only(await rig.show(JPEG)))
    assert len(await rig.rows("files.files")) == 1


async def test_people_who_are_one_keep_their_requests_when_number_and_bsuid_meet(rig: Rig) -> None:
    await rig.file_request()
    receipt = only(await rig.told_data("intake.request_submitted.v1"))["receipt"]
    nameless = rig.message("text", {"body": "halo"})
    del nameless["from"]
    await rig.post(envelope(messages=[{**nameless, "from_user_id": "ID.77"}]))
    await rig.work()
    both = rig.message("text", {"body": "status"}, from_user_id="ID.77")
    assert receipt in text_of(only(await rig.send(both)))
    alone = rig.message("text", {"body": "status"}, from_user_id="ID.77")
    del alone["from"]
    assert receipt in text_of(only(await rig.send(alone)))
    assert len([row for row in await rig.rows("contacts") if row["merged_into"] is None]) == 1


async def test_a_new_number_keeps_the_requests(rig: Rig) -> None:
    await rig.file_request()
    receipt = only(await rig.told_data("intake.request_submitted.v1"))["receipt"]
    await rig.say("halo", sender="6289999999999")
    changed = {"body": "changed", "type": "user_changed_number", "wa_id": "6289999999999"}
    reply = only(await rig.send(rig.message("system", changed)))
    assert reply["personal"]["contact"]["address"] == "6289999999999"
    assert receipt in text_of(only(await rig.say("status", sender="6289999999999")))
    assert "Belum ada" in text_of(only(await rig.say("status")))


async def test_an_event_names_no_person_outside_personal(rig: Rig) -> None:
    await rig.file_request()
    for row in await rig.rows("outbox"):
        text = row["body"].decode()
        assert NIK not in text.split('"personal"')[0]
        assert "wamid" not in str(row.get("traceparent")) + row["correlation_id"]
