"""Somebody who waits for a person: told their place and the time by the office's clock, announced, told once where it got late."""

from datetime import UTC, datetime

import pytest

from shared.mongo import Doc
from tests.integration.intake.desk import CITIZEN, Desk, act, chat_of
from tests.integration.intake.rig import KK, NIK, Rig, only, text_of


async def announced(rig: Rig) -> list[Doc]:
    return await rig.told("intake.chat_")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "paling lambat *hari ini pukul 11.00 WIB*"),
        (datetime(2026, 11, 24, 7, 30, tzinfo=UTC), "Kantor tutup hari ini pukul 15.30 WIB; bila belum terjawab sampai tutup"),
        (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), "Kantor sedang tutup. Petugas mulai membalas besok, Rabu, pukul 07.30 WIB"),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), "Hari ini kantor libur. Petugas mulai membalas Senin, 30 November 2026 pukul 07.30 WIB"),
        (datetime(2026, 12, 25, 3, 0, tzinfo=UTC), "Hari ini kantor libur. Petugas mulai membalas Senin, 28 Desember 2026 pukul 07.30 WIB"),
    ],
    ids=["open", "nearly closed", "closed", "saturday", "christmas"],
)
async def test_who_asks_is_told_when_somebody_answers(rig: Rig, at: datetime, expected: str) -> None:
    rig.clock.at = at
    reply = text_of(only(await rig.say("mau ngomong sama orang")))
    assert expected in reply
    assert "nomor *1*" in reply


async def test_the_place_counts_those_who_wait_for_longer(rig: Rig) -> None:
    for number, sender in enumerate(("6281111111111", "6282222222222", "6283333333333"), start=1):
        assert f"nomor *{number}*" in text_of(only(await rig.say("petugas", sender)))
    assert "Anda sudah dalam antrean petugas. Urutan Anda nomor *2*" in text_of(only(await rig.say("petugas", "6282222222222")))


async def test_meanwhile_the_machine_is_silent_and_lanjut_goes_on(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say("petugas")
    for text in ("KK saya kok belum jadi", KK, "halo pak"):
        assert await rig.say(text) == []
    reply = text_of(only(await rig.say("lanjut")))
    assert "Urutan Anda di antrean petugas tetap ada" in reply
    assert "Nomor Kartu Keluarga" in reply
    await rig.say(KK)
    assert only(await rig.rows("conversations"))["draft"]["answers"] == {"nik": NIK, "kk_number": KK}


async def test_consoles_are_told_who_waits_and_when_nobody_does_any_more(rig: Rig, desk: Desk) -> None:
    await rig.press("service:kk_hilang")
    await rig.say("petugas")
    waiting = only(await announced(rig))
    assert (waiting["type"], waiting["data"]["reason"]) == ("intake.chat_waiting.v1", "asked")
    assert waiting["data"]["service"] == "kk_hilang"
    assert "personal" not in waiting["data"]
    assert CITIZEN not in str(waiting)
    await rig.say("halo?")
    assert len(await announced(rig)) == 1, "who waits is announced once"
    operator, chat = desk.browser("operator"), await chat_of(rig)
    await act(operator, f"{chat}/ambil")
    await act(operator, f"{chat}/balas", teks="Ada yang bisa dibantu?", tindakan="kirim")
    assert [each["type"] for each in await announced(rig)] == ["intake.chat_waiting.v1", "intake.chat_attended.v1"]
    await rig.say("KK saya hilang pak")
    assert (await announced(rig))[-1]["data"]["reason"] == "answered"
    await act(operator, f"{chat}/kembalikan")
    assert (await announced(rig))[-1]["type"] == "intake.chat_attended.v1"


async def test_whom_nobody_answered_in_time_is_told_once_and_served_again(rig: Rig) -> None:
    await rig.say("petugas")
    before = len(await rig.told_data("intake.reply_composed"))
    rig.clock.forward(minutes=119)
    await rig.wiring.waiting.sweep()
    assert len(await rig.told_data("intake.reply_composed")) == before
    rig.clock.forward(minutes=2)
    await rig.wiring.waiting.sweep()
    await rig.wiring.waiting.sweep()
    late = only((await rig.told_data("intake.reply_composed"))[before:])
    assert "petugas belum sempat membalas. Urutan Anda tetap nomor *1*" in text_of(late)
    assert "PAK'DE ON" in text_of(only(await rig.say("halo"))), "the machine answers again"
    assert only(await rig.rows("conversations"))["assistance"]["waiting_since"] is not None


async def test_who_was_taken_is_not_told_that_nobody_came(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    await act(desk.browser("operator"), f"{await chat_of(rig)}/ambil")
    before = len(await rig.told_data("intake.reply_composed"))
    rig.clock.forward(hours=3)
    await rig.wiring.waiting.sweep()
    assert len(await rig.told_data("intake.reply_composed")) == before


async def test_a_message_that_fails_brings_the_chat_to_the_desk(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.say("halo")
    monkeypatch.setattr("services.intake.handlers.chat.decide", lambda *_: 1 / 0)
    await rig.say("kk hilang")
    for _ in range(3):
        await rig.rest_is_over()
        await rig.work()
    assert "Petugas sudah diberi tahu" in text_of((await rig.told_data("intake.reply_composed"))[-1])
    assert (await announced(rig))[-1]["data"]["reason"] == "trouble"


async def test_a_blocked_sender_hears_nothing_whatever_happens(rig: Rig, desk: Desk) -> None:
    await rig.say("halo")
    await act(desk.browser("operator"), f"{await chat_of(rig)}/blokir", alasan="kasar")
    assert await rig.say("petugas") == []
    assert await rig.send(rig.message("audio", {"id": "9", "voice": True})) == []
    changed = {"type": "user_changed_number", "wa_id": "6289999999999", "body": "User A changed from 6281234567890 to 6289999999999"}
    assert await rig.send(rig.message("system", changed)) == []
    assert await announced(rig) == []
