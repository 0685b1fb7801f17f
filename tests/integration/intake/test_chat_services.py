"""Services with fields by chat: a birth from its first question to the event, and a returned request mended under its receipt."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.intake.rig import JPEG, KK, NIK, Rig, buttons_of, only, settings, text_of
from tests.integration.intake.test_progress import REJECTED, RETURNED, delivery

MOTHER, WITNESS, OTHER_WITNESS = "3519084502880004", "3519085904900002", "3519080101850009"
BIRTH = (
    "1",  # the father
    f"nik {NIK} kk {KK}",
    "3",  # the mother alone is recorded
    MOTHER,
    "Bintang Pratama",
    "L",
    "belum",  # a NIK of the child
    "1-11-2026",
    "jam 7 malam",
    "Kabupaten Madiun",
    "1",
    "tunggal",
    "2",
    "2",
    "3,2 kg",
    "49",
    WITNESS,
    "Siti Aminah",
    OTHER_WITNESS,
    "Budi Santoso",
)


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    """Intake with several services open."""
    made = Rig(settings(mongo_url, kept_database).model_copy(update={"open_services": ("kk_hilang", "akta_lahir", "kk_pisah")}))
    await made.wiring.prepare()
    yield made
    await made.close()


async def file_birth(rig: Rig) -> dict[str, Any]:
    """A whole conversation about a birth; what was told of it."""
    await rig.link()
    await rig.say("akte lahir")
    for answer in BIRTH:
        await rig.say(answer)
    for photo in (b"letter", b"card"):
        await rig.show(JPEG + photo)
    await rig.say("kirim")
    return only(await rig.told_data("intake.request_submitted.v1"))


async def test_the_menu_lists_every_open_service_by_number(rig: Rig) -> None:
    menu = only(await rig.say("halo"))
    assert "1. Kartu Keluarga hilang" in text_of(menu)
    assert "*Kelahiran*\n3. Akta kelahiran" in text_of(menu)
    assert buttons_of(menu) == ["status"]
    assert "Pisah" in text_of(only(await rig.say("2")))


async def test_a_birth_is_asked_for_from_its_name_to_its_receipt(rig: Rig) -> None:
    told = await file_birth(rig)
    personal = told["personal"]
    assert (told["service"], told["products"]) == ("akta_lahir", ["akta_kelahiran", "kk", "kia"])
    assert (personal["relation"], personal["applicant"]["nik"], personal["subject"]["name"]) == ("father", NIK, "BINTANG PRATAMA")
    assert personal["subject"]["nik"] is None
    answers = personal["answers"]
    assert (answers["born_on"], answers["born_at"], answers["weight_grams"]) == ("2026-11-01", "19:00", 3200)
    assert answers["witnesses"] == [{"nik": WITNESS, "name": "SITI AMINAH"}, {"nik": OTHER_WITNESS, "name": "BUDI SANTOSO"}]
    assert "late_reason" not in answers
    assert [file["field"] for file in told["attachments"]] == ["surat_kelahiran", "kk"]


async def test_a_second_child_of_the_same_parent_is_another_request(rig: Rig) -> None:
    await file_birth(rig)
    await rig.say("akte lahir")
    for answer in (*BIRTH[:4], "Bulan Pratama", *BIRTH[5:]):
        await rig.say(answer)
    for photo in (b"letter of the twin", b"card of the twin"):
        await rig.show(JPEG + photo)
    await rig.say("kirim")
    assert len(await rig.told_data("intake.request_submitted.v1")) == 2


async def test_buttons_answer_a_choice(rig: Rig) -> None:
    await rig.press("service:akta_lahir")
    for answer in BIRTH[:5]:
        last = only(await rig.say(answer))
    assert buttons_of(last) == ["answer:L@child_sex", "answer:P@child_sex"]
    assert buttons_of(only(await rig.press("answer:P"))) == ["skip"]
    assert "Tanggal" in text_of(only(await rig.press("skip")))


async def test_a_returned_request_is_mended_in_the_chat_under_its_receipt(rig: Rig) -> None:
    first = await file_birth(rig)
    reasons = [{"code": "name_differs", "field": "answers.witnesses[1].name"}]
    await rig.deliver(delivery(RETURNED, first["request_id"], 1, reasons=reasons))
    answer = text_of(only(await rig.say("apa yang kurang pak")))
    assert "dikembalikan" in answer
    assert "Saksi 2 dari 2" in answer
    summary = only(await rig.say("Budi Santosa"))
    assert "BUDI SANTOSA" in text_of(summary)
    again = only(await rig.press("confirm"))
    assert first["receipt"] in text_of(again)
    _, second = await rig.told_data("intake.request_submitted.v1")
    assert (second["request_id"], second["receipt"], second["round"]) == (first["request_id"], first["receipt"], 2)
    mended = second["personal"]["answers"]
    assert mended["witnesses"][1] == {"nik": OTHER_WITNESS, "name": "BUDI SANTOSA"}
    assert {**mended, "witnesses": None} == {**first["personal"]["answers"], "witnesses": None}
    assert second["attachments"] == first["attachments"]
    assert only(await rig.rows("requests"))["state"] == "submitted"


async def test_a_photo_that_could_not_be_read_is_sent_again(rig: Rig) -> None:
    first = await file_birth(rig)
    reasons = [{"code": "document_not_readable", "field": "answers.kk"}]
    await rig.deliver(delivery(RETURNED, first["request_id"], 1, reasons=reasons))
    await rig.show(JPEG + b"a better photo")
    await rig.say("kirim")
    _, second = await rig.told_data("intake.request_submitted.v1")
    before, after = ({file["field"]: file["file_id"] for file in told["attachments"]} for told in (first, second))
    assert after["surat_kelahiran"] == before["surat_kelahiran"]
    assert after["kk"] != before["kk"]


async def test_another_draft_goes_first_and_perbaiki_brings_the_returned_request(rig: Rig) -> None:
    first = await file_birth(rig)
    await rig.say("kk hilang")
    await rig.deliver(delivery(RETURNED, first["request_id"], 1, reasons=[{"code": "name_differs", "field": "answers.child_name"}]))
    assert "16 angka" in text_of(only(await rig.say("halo")))
    await rig.say("batal")
    state = only(await rig.say("status"))
    assert "PERBAIKI" in text_of(state)
    assert buttons_of(state) == ["mend", "menu"]
    assert "nama lengkap anak" in text_of(only(await rig.press("mend")))
    await rig.say("Bintang Perdana")
    await rig.say("kirim")
    assert (await rig.told_data("intake.request_submitted.v1"))[-1]["personal"]["subject"]["name"] == "BINTANG PERDANA"
    assert "Tidak ada" in text_of(only(await rig.say("perbaiki")))


async def test_a_returned_request_is_mended_however_many_came_after_it(rig: Rig) -> None:
    first = await file_birth(rig)
    await rig.say("kk hilang")
    await rig.deliver(delivery(RETURNED, first["request_id"], 1, reasons=[{"code": "name_differs", "field": "answers.child_name"}]))
    await rig.say("batal")
    for number in range(3, 7):
        await rig.file_request(nik=f"351908170885000{number}")
    assert "nama lengkap anak" in text_of(only(await rig.say("perbaiki")))


async def test_what_was_decided_meanwhile_is_not_mended(rig: Rig) -> None:
    first = await file_birth(rig)
    await rig.deliver(delivery(RETURNED, first["request_id"], 1, reasons=[{"code": "name_differs", "field": "answers.child_name"}]))
    await rig.say("halo")
    await rig.say("Bintang Perdana")
    await rig.deliver(delivery(REJECTED, first["request_id"], 2))
    assert "STATUS" in text_of(only(await rig.say("kirim")))
    only(await rig.told_data("intake.request_submitted.v1"))


async def test_a_draft_of_an_earlier_release_is_at_the_menu_again(rig: Rig) -> None:
    await rig.say("kk hilang")
    chats = rig.mongo.collection(rig.database, "conversations")
    older: dict[str, Any] = {
        "service": "kk_hilang",
        "nik": NIK,
        "kk_number": None,
        "attachments": [],
        "outreach_source": None,
        "needs_selfie": True,
    }
    await chats.update_one({}, {"$set": {"draft": {**older, "began_at": rig.clock.at}}})
    assert "Kartu Keluarga hilang" in text_of(only(await rig.say(KK)))
    assert only(await rig.rows("conversations"))["draft"] is None
    assert "NIK" in text_of(only(await rig.say("kk hilang")))


async def test_the_sweep_drops_drafts_without_files_and_of_an_earlier_release_too(rig: Rig) -> None:
    for sender in ("6281000000001", "6281000000002"):
        await rig.say("kk hilang", sender)
    chats = rig.mongo.collection(rig.database, "conversations")
    await chats.update_one({}, {"$unset": {"draft.answers": ""}})
    rig.clock.at += timedelta(days=8)
    assert await asyncio.wait_for(rig.wiring.drafts.sweep(), 10) == 2
    assert [chat["draft"] for chat in await rig.rows("conversations")] == [None, None]


async def test_nobody_is_named_outside_personal(rig: Rig) -> None:
    await file_birth(rig)
    for row in await rig.rows("outbox"):
        outside = row["body"].decode().split('"personal"')[0]
        assert not any(word in outside for word in (NIK, KK, MOTHER, WITNESS, "BINTANG", "AMINAH"))
