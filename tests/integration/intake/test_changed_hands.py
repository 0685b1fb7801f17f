"""A number that changed hands: whoever has it now gets nothing of whoever had it, neither drafts, nor requests, nor documents."""

from datetime import timedelta
from typing import Any

import pytest

from shared.mongo import Doc
from tests.integration.intake.desk import Desk, act, chat_of
from tests.integration.intake.rig import KK, NIK, PNG, Rig, only, text_of
from tests.integration.intake.test_chat_as_people_talk import delivered
from tests.integration.intake.test_identity import OTHER_NIK
from tests.integration.intake.test_progress import APPROVED, FAILED, ISSUED, RETURNED, delivery

PHONE, OTHER = "6281234567890", "6281999999999"
UNKNOWN = "tidak ditemukan"
LOST = "intake.address_lost.v1"


async def lost_by(rig: Rig) -> list[tuple[str, int]]:
    """Every address that was told as lost, and how many links ended with it."""
    return [(each["personal"]["address"], len(each["link_ids"])) for each in await rig.told_data(LOST)]


async def owner_leaves_much(rig: Rig) -> str:
    """Somebody with a document, a request and a half-filled draft; gives the receipt."""
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.OWNER"))
    request = await delivered(rig)
    await rig.press("service:kk_hilang")
    await rig.say("3519081708850004")
    return str(request["receipt"])


async def is_told_nothing(rig: Rig, receipt: str, **sender: Any) -> None:
    async def said(text: str) -> str:
        return "\n".join(map(text_of, await rig.send(rig.message("text", {"body": text}, **sender))))

    assert "0004" not in await said("lanjut")
    assert KK not in await said(NIK)
    assert "Belum ada" in await said("status")
    assert UNKNOWN in await said(f"status {receipt}")
    assert "Tidak ada dokumen" in await said("kirim ulang")
    assert await rig.told_data("intake.documents_asked_again") == []


@pytest.mark.parametrize("way", ["by message", "by notice", "by notice without an id"])
async def test_who_has_the_number_now_gets_nothing_of_who_had_it(rig: Rig, way: str) -> None:
    receipt = await owner_leaves_much(rig)
    rig.clock.at += timedelta(days=2)
    new = {"from_user_id": "ID.NEW"}
    if way != "by message":
        system = {"type": "user_changed_number", "wa_id": PHONE, "body": f"User B changed from {OTHER} to {PHONE}"}
        await rig.send(rig.message("text", {"body": "halo"}, OTHER))
        await rig.send(rig.message("system", system | ({"user_id": "ID.NEW"} if way == "by notice" else {}), OTHER))
    if way == "by notice without an id":
        new = {}
    await is_told_nothing(rig, receipt, sender=PHONE, **new)
    assert await lost_by(rig) == ([(PHONE, 1)] if way == "by message" else [(PHONE, 1), (OTHER, 0)])
    owner = only(await rig.rows("contacts", {"bsuid": "ID.OWNER"}))
    assert (owner["wa_id"], owner["merged_into"]) == (None, None)


async def test_who_had_the_number_still_has_what_is_theirs(rig: Rig) -> None:
    receipt = await owner_leaves_much(rig)
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.NEW"))
    mine = rig.message("text", {"body": "status"}, OTHER, from_user_id="ID.OWNER")
    assert receipt in text_of(only(await rig.send(mine)))


async def test_an_account_that_takes_a_known_number_over_gets_nothing_of_it(rig: Rig) -> None:
    """The account was known under another number, and no notice said that it moved."""
    await rig.file_request()
    receipt = only(await rig.rows("requests"))["receipt"]
    await rig.send(rig.message("text", {"body": "halo"}, OTHER, from_user_id="ID.NEW"))
    taken = rig.message("text", {"body": "status"}, PHONE, from_user_id="ID.NEW")
    assert "Belum ada" in text_of(only(await rig.send(taken)))
    asked = rig.message("text", {"body": receipt}, PHONE, from_user_id="ID.NEW")
    assert UNKNOWN in text_of(only(await rig.send(asked)))


async def test_nobody_writes_to_who_has_no_address_any_more(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat = await chat_of(rig)
    await rig.send(rig.message("text", {"body": "halo"}, OTHER))
    moved: Doc = {"type": "user_changed_number", "wa_id": PHONE, "body": "moved"}
    await rig.send(rig.message("system", moved, OTHER))
    operator = desk.browser("operator")
    assert (await operator.get("/desk/percakapan/jumlah")).json()["waiting"] == 0
    await act(operator, f"{chat}/ambil", 409)
    rig.clock.at += timedelta(hours=5)
    before = len(await rig.told_data("intake.reply_composed"))
    await rig.wiring.waiting.sweep()
    await rig.wiring.reminders.sweep()
    assert len(await rig.told_data("intake.reply_composed")) == before


async def test_an_account_that_moves_says_that_the_old_number_is_nobodys(rig: Rig) -> None:
    await rig.file_request()
    moved = {"type": "user_changed_number", "wa_id": OTHER, "body": "moved"}
    told = text_of(only(await rig.send(rig.message("system", moved, PHONE))))
    assert "KIRIM ULANG" in told
    assert [each[0] for each in await lost_by(rig)] == [PHONE]
    (link,) = only(await rig.rows("contacts"))["links"]
    assert only(await rig.told_data(LOST))["link_ids"] == [link["link_id"]]


async def test_an_account_that_writes_from_another_number_without_a_notice_has_lost_the_old_one(rig: Rig) -> None:
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.OWNER"))
    await rig.send(rig.message("text", {"body": "halo"}, OTHER, from_user_id="ID.OWNER"))
    assert [each[0] for each in await lost_by(rig)] == [PHONE]


async def test_an_account_unknown_to_us_that_moves_takes_the_number_from_whoever_had_it(rig: Rig) -> None:
    receipt = await owner_leaves_much(rig)
    await rig.send(rig.message("system", {"type": "user_changed_number", "wa_id": PHONE, "body": "moved"}, OTHER))
    assert [each[0] for each in await lost_by(rig)] == [PHONE]
    await is_told_nothing(rig, receipt, sender=PHONE)


async def test_nobody_loses_a_number_by_writing_or_by_showing_a_new_id_of_their_own(rig: Rig) -> None:
    await rig.say("halo")
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.OWNER"))
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.OWNER"))
    assert await lost_by(rig) == []
    renewed = {"type": "user_changed_user_id", "user_id": "ID.RENEWED", "body": "renewed"}
    await rig.send(rig.message("system", renewed, from_user_id="ID.OWNER"))
    assert [each[0] for each in await lost_by(rig)] == ["ID.OWNER"]


async def test_the_newcomers_own_replies_say_since_when_the_number_is_theirs(rig: Rig) -> None:
    first = only(await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.OWNER")))
    assert first["address_since"] is None
    rig.clock.at += timedelta(days=2)
    answers = [only(await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.NEW"))) for _ in range(2)]
    assert [each["address_since"] for each in answers] == [only(await rig.told_data(LOST))["lost_at"]] * 2


async def undelivered(rig: Rig) -> Doc:
    """A document that was issued after its sender's number was somebody else's."""
    await rig.file_request()
    request = only(await rig.rows("requests"))
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.OWNER"))
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.NEW"))
    told = (
        delivery(APPROVED, request["_id"], 1),
        delivery(ISSUED, request["_id"], 2),
        delivery(FAILED, request["_id"], 3, kind="document", reason="address_lost"),
    )
    await rig.deliver(*told)
    return request


async def test_who_is_linked_at_a_new_number_gets_what_could_not_be_delivered_and_nobody_else(rig: Rig) -> None:
    request = await undelivered(rig)
    assert only(await rig.rows("requests"))["state"] == "undelivered"
    owner, stranger = {"sender": OTHER, "from_user_id": "ID.OTHER"}, {"from_user_id": "ID.NEW"}
    for sender in (owner, stranger):
        assert "Tidak ada dokumen" in text_of(only(await rig.send(rig.message("text", {"body": "kirim ulang"}, **sender))))
    await rig.link(PHONE, OTHER_NIK)
    assert "Tidak ada dokumen" in text_of(only(await rig.send(rig.message("text", {"body": "kirim ulang"}, **stranger))))
    assert await rig.told_data("intake.documents_asked_again") == []
    await rig.link(OTHER)
    assert request["receipt"] in text_of(only(await rig.send(rig.message("text", {"body": "kirim ulang"}, **owner))))
    asked = only(await rig.told_data("intake.documents_asked_again"))
    assert (asked["document_ids"], asked["is_proven"], asked["personal"]["contact"]["address"]) == (["r.kk"], True, OTHER)


async def test_what_is_mended_from_a_new_number_is_told_there(rig: Rig) -> None:
    await rig.file_request()
    request = only(await rig.rows("requests"))
    await rig.deliver(delivery(RETURNED, request["_id"], 1, reasons=[{"code": "attachment_unreadable", "field": "answers.ktp"}]))
    await rig.send(rig.message("system", {"type": "user_changed_number", "wa_id": OTHER, "body": "moved"}, PHONE))
    await rig.press("mend", OTHER)
    await rig.show(PNG + b"again", OTHER)
    await rig.press("confirm", OTHER)
    first, again = await rig.told_data("intake.request_submitted.v1")
    assert [each["personal"]["contact"]["address"] for each in (first, again)] == [PHONE, OTHER]
    assert again["vouching"] is None
