"""A number that changed hands: whoever has it now gets nothing of whoever had it, neither drafts, nor requests, nor documents."""

from datetime import timedelta
from typing import Any

import pytest

from shared.mongo import Doc
from tests.integration.intake.desk import Desk, act, chat_of
from tests.integration.intake.rig import KK, NIK, Rig, only, text_of
from tests.integration.intake.test_chat_as_people_talk import delivered

PHONE, OTHER = "6281234567890", "6281999999999"
UNKNOWN = "tidak ditemukan"


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
