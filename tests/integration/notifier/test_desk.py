"""Messages at the desk: how far each came, what failed, how many, and never what was said nor to whom in full."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from services.notifier import desk as pages
from shared.contracts import intake
from shared.health import Health
from shared.web import create_app
from shared.web.desk import shell
from shared.web.desk.words import masked_phone
from tests.integration.notifier.rig import PHONE, Rig, make_rig, running
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer, browser_of

Browser = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def still(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """A notifier whose dispatchers stand still."""
    async with make_rig(mongo_url, database, work=False) as made:
        yield made


def app_of(rig: Rig, issuer: SessionIssuer, *, secure: bool = True) -> FastAPI:
    """The notifier's desk. `secure`: as behind TLS; a browser that is no fake needs it off."""
    settings = rig.settings.model_copy(update={"desk_secure": secure})
    made = create_app(settings, Health(), title="test")
    shell.install(made, settings, Health(), issuer.read, pages.TEMPLATES)
    pages.install(made, rig.parts.units, rig.parts.deps)
    return made


@pytest.fixture
def issuer() -> SessionIssuer:
    return SessionIssuer()


def words_of(page: httpx.Response) -> list[tuple[str, str]]:
    """Kind and state of each row."""
    assert page.status_code == 200, page.text
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">.*?data-row>([^<]+)<.*?</svg>([^<]+)</span></td></tr>", page.text, re.DOTALL)
    return [(kind, state) for kind, state in rows]


async def test_a_message_is_followed_until_it_is_read(rig: Rig, issuer: SessionIssuer) -> None:
    await rig.tell(rig.document())
    await rig.job_becomes("done")
    async with browser_of(app_of(rig, issuer), issuer, "operator") as client:
        page = await client.get("/desk/pesan?q=MDN-7K4Q")
        ((kind, state),) = words_of(page)
        assert kind == "Dokumen"
        assert state in {"Selesai", "Terkirim", "Sampai", "Dibaca"}
        assert "MDN-7K4Q-9F2X" in page.text
        assert PHONE not in page.text
        assert masked_phone(PHONE) in page.text


async def test_what_failed_is_counted_found_and_explained(still: Rig, issuer: SessionIssuer) -> None:
    await still.fault("error", code=131026, http_status=400, count=1)
    await still.tell(still.turned_down(note="Foto buram, kata petugas"))
    async with running(still.parts):
        await still.job_becomes("failed")
    async with browser_of(app_of(still, issuer), issuer, "section_head") as client:
        assert (await client.get("/desk/pesan/jumlah")).json() == {"waiting": 1, "urgent": True}
        page = await client.get("/desk/pesan?keadaan=gagal")
        assert words_of(page) == [("Permohonan dikembalikan", "Gagal")]
        opened = re.search(r'href="([^"]+)" data-row', page.text)
        assert opened
        detail = await client.get(html.unescape(opened[1]))
        assert "Tidak dikirim lagi dengan sendirinya" in detail.text
        assert "Ke-1: Nomor ini tidak bisa menerima WhatsApp (meta_131026)" in detail.text
        for text in (page.text, detail.text):
            assert PHONE not in text
            assert "Foto buram" not in text


async def test_tabs_are_what_they_say_and_nothing_is_an_answer_too(still: Rig, issuer: SessionIssuer) -> None:
    async with browser_of(app_of(still, issuer), issuer, "outreach") as client:
        assert "Belum ada pesan" in (await client.get("/desk/pesan")).text
        assert (await client.get("/desk/pesan/jumlah")).json() == {"waiting": 0, "urgent": False}
        await still.tell(still.reply("Halo Ibu"))
        assert words_of(await client.get("/desk/pesan?keadaan=antre")) == [("Balasan percakapan", "Antre")]
        failed = await client.get("/desk/pesan?keadaan=gagal")
        assert "Tidak ada pesan yang gagal" in failed.text
        assert "0 dari 1 pesan" in failed.text
        assert "Halo Ibu" not in (await client.get("/desk/pesan")).text


@pytest.mark.parametrize("text", ["3519081708850004", "081234567890", "Siti Aminah", "=1+1"])
async def test_no_person_gets_into_an_address(still: Rig, issuer: SessionIssuer, text: str) -> None:
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        answer = await client.post("/desk/pesan/cari", data={"q": text})
        assert answer.status_code == 200
        assert "Itu bukan resi" in answer.text
        assert text not in answer.text


async def test_a_reference_leads_to_an_address(still: Rig, issuer: SessionIssuer) -> None:
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        for text, address in {
            "MDN-7K4Q": "/desk/pesan?q=MDN-7K4Q&keadaan=gagal",
            "412/Pdt.G/2026/PA.Kab.Mn": "/desk/pesan?q=412%2FPdt.G%2F2026%2FPA.Kab.Mn&keadaan=gagal",
            " ": "/desk/pesan?keadaan=gagal",
        }.items():
            answer = await client.post("/desk/pesan/cari", data={"q": text, "keadaan": "gagal"})
            assert (answer.status_code, answer.headers["location"]) == (303, address)
            assert (await client.get(address)).status_code == 200


async def test_a_pause_is_said_above_the_list(still: Rig, issuer: SessionIssuer) -> None:
    await still.parts.deps.sender_limiter.pause("maintenance")
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        assert "Pengiriman WhatsApp sedang dijeda" in (await client.get("/desk/pesan")).text


async def test_a_page_is_told_how_much_is_new(still: Rig, issuer: SessionIssuer) -> None:
    await still.tell(still.reply("Halo"))
    app = app_of(still, issuer)
    async with browser_of(app, issuer, "operator") as client:
        found = re.search(r'data-live="([^"]+)"', (await client.get("/desk/pesan")).text)
        assert found
        headers = {"Cookie": f"__Host-desk={client.cookies['__Host-desk']}", "Accept": "text/event-stream"}
    async with (
        serving(app) as url,
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
        http.stream("GET", url + html.unescape(found[1]), headers=headers) as stream,
    ):
        await still.tell(still.reply("Halo lagi"))
        assert await anext(line async for line in stream.aiter_lines() if line.startswith("data:")) == "data: 1"


async def test_who_has_nothing_to_do_with_messages_sees_none(still: Rig, issuer: SessionIssuer) -> None:
    async with browser_of(app_of(still, issuer), issuer, "village") as client:
        assert (await client.get("/desk/pesan")).status_code == 403


async def test_what_was_withheld_says_why_and_offers_no_repeat(still: Rig, issuer: SessionIssuer) -> None:
    personal = intake.AddressLostPersonal(address=PHONE)
    await still.tell(still.turned_down(still.whatsapp_contact(ago=timedelta(hours=1)), note="Foto buram, kata petugas"))
    await still.tell(intake.AddressLost(contact_id="contact-1", lost_at=still.clock(), personal=personal))
    job = await still.job()
    async with browser_of(app_of(still, issuer), issuer, "section_head") as client:
        assert (await client.get("/desk/pesan/jumlah")).json() == {"waiting": 1, "urgent": True}
        page = html.unescape((await client.get("/desk/pesan", params={"keadaan": "gagal", "buka": job.key})).text)
        assert page.count("Nomor ini sudah bukan milik pemohon") == 1
        assert "nomor ini sudah bukan milik pemohon. Hubungi pemohon dengan cara lain" in page
        assert "/ulangi" not in page
