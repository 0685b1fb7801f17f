"""What was said to one person, the sender's pause, a message sent again, and the list as a file: at the desk, each act with its row."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest

from services.notifier.domain.job import JobState
from shared.audit import AuditFilter
from shared.web.desk.words import masked_phone
from tests.integration.notifier.rig import PHONE, Rig, make_rig, running
from tests.integration.notifier.test_desk import app_of, words_of
from tests.support.sessions import SessionIssuer, browser_of

OTHER = "6281234500000"


@pytest.fixture
async def still(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """A notifier whose dispatchers stand still."""
    async with make_rig(mongo_url, database, work=False) as made:
        yield made


@pytest.fixture
def issuer() -> SessionIssuer:
    return SessionIssuer()


async def rows_of(rig: Rig, act: str) -> list[tuple[str, dict[str, str]]]:
    page = await rig.parts.units.audit.page(AuditFilter(acts=(act,)))
    return [(row.entry.about, dict(row.entry.detail)) for row in page.rows]


async def test_what_was_said_to_a_person_is_read_by_their_number_or_a_message(still: Rig, issuer: SessionIssuer) -> None:
    await still.tell(still.reply("Halo Ibu, selamat pagi"))
    await still.tell(still.turned_down(note="Foto buram"))
    await still.tell(still.reply("Untuk orang lain", OTHER))
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        answer = await client.post("/desk/pesan/orang", data={"nomor": f"0{PHONE[2:]}"})
        assert answer.status_code == 303
        assert PHONE[3:] not in answer.headers["location"]
        page = await client.get(answer.headers["location"])
        for said in ("Halo Ibu, selamat pagi", "Permohonan dikembalikan", "MDN-7K4Q-9F2X", masked_phone(PHONE), "2 pesan."):
            assert said in page.text
        assert PHONE not in page.text
        assert "Untuk orang lain" not in page.text
        unknown = await client.post("/desk/pesan/orang", data={"nomor": "0811"})
        assert (unknown.status_code, "Belum ada pesan kepada nomor ini" in unknown.text) == (404, True)
    async with browser_of(app_of(still, issuer), issuer, "outreach") as client:
        assert (await client.get(answer.headers["location"])).status_code == 403
    assert len(await rows_of(still, "GET /desk/pesan/orang/{key}")) == 1


async def test_the_sender_is_paused_with_a_reason_and_all_are_told_by_whom(still: Rig, issuer: SessionIssuer) -> None:
    app = app_of(still, issuer)
    async with browser_of(app, issuer, "admin", name="Dwi Hartono") as admin, browser_of(app, issuer, "operator") as operator:
        refused = await admin.post("/desk/pengiriman/jeda", data={"alasan": ""})
        assert (refused.status_code, "Alasan belum dipilih" in refused.text) == (422, True)
        assert (await operator.post("/desk/pengiriman/jeda", data={"alasan": "wrong_text"})).status_code == 403
        assert (await admin.post("/desk/pengiriman/jeda", data={"alasan": "wrong_text"})).status_code == 303
        told = (await operator.get("/desk/pesan")).text
        assert "Pengiriman WhatsApp sedang dijeda" in told
        assert "oleh Dwi Hartono" in told
        assert "Isi pesan salah, sedang diperbaiki" in told
        assert (await still.parts.deps.sender_limiter.state()).is_paused
        assert "Jalankan lagi" in (await admin.get("/desk/pengiriman")).text
        assert (await admin.post("/desk/pengiriman/lanjut")).status_code == 303
        assert "Pengiriman WhatsApp sedang dijeda" not in (await operator.get("/desk/pesan")).text
    assert await rows_of(still, "sender.paused") == [("sender/whatsapp", {"reason": "wrong_text"})]
    assert await rows_of(still, "sender.resumed") == [("sender/whatsapp", {})]


async def failed(rig: Rig) -> str:
    await rig.fault("error", code=131026, http_status=400, count=1)
    await rig.tell(rig.turned_down())
    async with running(rig.parts):
        return (await rig.job_becomes("failed")).key


async def test_a_failed_message_is_sent_again_once(still: Rig, issuer: SessionIssuer) -> None:
    key = await failed(still)
    async with browser_of(app_of(still, issuer), issuer, "section_head") as client:
        assert "Kirim ulang" in (await client.get(f"/desk/pesan?buka={key}")).text
        assert (await client.post(f"/desk/pesan/{key}/ulangi")).status_code == 303
        again = await client.post(f"/desk/pesan/{key}/ulangi")
        assert "Pesan ini sudah tidak gagal" in again.text
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        assert (await client.post(f"/desk/pesan/{key}/ulangi")).status_code == 403
    async with running(still.parts):
        await still.job_becomes(JobState.DONE)
    assert await rows_of(still, "message.retried") == [(f"message/{key}", {})]


def as_rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_filters_stand_in_the_address_and_the_file_has_the_same_rows(still: Rig, issuer: SessionIssuer) -> None:
    await failed(still)
    await still.tell(still.reply("Halo"))
    async with browser_of(app_of(still, issuer), issuer, "section_head") as client:
        for query, kinds in {
            "jenis=reply": ["Balasan percakapan"],
            "saluran=whatsapp": ["Balasan percakapan", "Permohonan dikembalikan"],
            "saluran=court": [],
            "keadaan=gagal&kode=meta_131026": ["Permohonan dikembalikan"],
            "keadaan=gagal&kode=meta_1": [],
        }.items():
            page = await client.get(f"/desk/pesan?{query}")
            assert [kind for kind, _ in words_of(page)] == kinds, query
            assert f"{len(kinds)} dari 2 pesan" in page.text
            assert [row["Isi"] for row in as_rows(await client.get(f"/desk/pesan/unduh?{query}"))] == kinds
        listed = await client.get("/desk/pesan?keadaan=gagal")
        assert "Nomor ini tidak bisa menerima WhatsApp (meta_131026): 1" in listed.text
        assert "24 jam terakhir:" in listed.text
        file = await client.get("/desk/pesan/unduh")
    assert PHONE not in file.text
    assert {row["Kode"] for row in as_rows(file)} == {"", "meta_131026"}
