"""The pages for everybody, over real HTTP: what they say, what they keep to themselves, and how they look on any screen."""

from __future__ import annotations

import gzip
import io
import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page

from services.intake.domain.outreach.codes import checked
from services.intake.domain.outreach.sources import OutreachSource, SourceDescription
from services.intake.handlers import PageVisitor, note_visit
from services.intake.store.sources import SOURCES
from tests.integration.intake.rig import NIK, Rig, only, settings
from tests.integration.intake.test_progress import APPROVED, DELIVERED, ISSUED, REGISTER_STATE, RETURNED, delivery
from tests.support.browser import DESK, NARROW, WIDE_THINGS, chromium, complaints, visit
from tests.support.http_server import serving

NUMBER: Final = "628113519000"
PHONE: Final = "6281234567890"
MOST_BYTES: Final = 50_000
"""Of a page with its stylesheet, as they lie."""
MOST_SENT_BYTES: Final = 15_000
"""Of a first visit, as the front door sends it: two seconds of a weak signal."""


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    """Intake with every service open, that tells its number."""
    told = {"whatsapp_number": NUMBER, "public_url": "https://pakdeon.contoh.invalid"}
    configured = settings(mongo_url, kept_database).model_copy(update={**told, "open_services": (), "status_tries_an_address": 4})
    made = Rig(configured)
    await made.wiring.prepare()
    yield made
    await made.close()


async def status(rig: Rig, receipt: str, digits: str) -> httpx.Response:
    return await rig.http.post("/status", data={"resi": receipt, "hp": digits})


async def receipt_of(rig: Rig) -> tuple[str, str]:
    """The id and the receipt of a request that was filed in a chat."""
    await rig.file_request()
    request = only(await rig.rows("requests"))
    return request["_id"], request["receipt"]


async def test_every_page_is_light_and_runs_nothing(rig: Rig) -> None:
    for path in ("/", "/layanan/akta_lahir", "/status", "/statistik", "/statistik/351902", "/tidak-ada", "/m/XXXX"):
        page = await rig.http.get(path)
        assert page.status_code == (404 if path == "/tidak-ada" else 200), path
        style = await rig.http.get(page.text.partition('rel="stylesheet" href="')[2].partition('"')[0])
        assert len(page.content) + len(style.content) < MOST_BYTES, (path, len(page.content), len(style.content))
        assert len(gzip.compress(page.content)) + len(gzip.compress(style.content)) < MOST_SENT_BYTES, path
        assert "script" not in page.headers["content-security-policy"]
        for forbidden in ("<script", "<style", " style=", " onclick="):
            assert forbidden not in page.text, (path, forbidden)
        assert "set-cookie" not in page.headers


async def test_each_service_has_its_own_address_and_what_links_show(rig: Rig) -> None:
    front = (await rig.http.get("/")).text
    sitemap = (await rig.http.get("/sitemap.xml")).text
    for code in rig.wiring.deps.menu.forms:
        assert f'id="{code}"' in front
        assert f"<loc>https://pakdeon.contoh.invalid/layanan/{code}</loc>" in sitemap
    page = (await rig.http.get("/layanan/kk_hilang")).text
    assert f"https://wa.me/{NUMBER}?text={quote('Saya mau urus KK hilang')}" in page
    assert '<link rel="canonical" href="https://pakdeon.contoh.invalid/layanan/kk_hilang">' in page
    picture = re.search(r'og:image" content="https://pakdeon.contoh.invalid(/gambar/[a-z_]+\.png)"', page)
    assert picture is not None
    shown = await rig.http.get(picture[1])
    assert Image.open(io.BytesIO(shown.content)).size == (1200, 630)
    assert "Sitemap: https://pakdeon.contoh.invalid/sitemap.xml" in (await rig.http.get("/robots.txt")).text


async def test_what_is_not_there_leads_on(rig: Rig) -> None:
    for path in ("/layanan/akta_palsu", "/gambar/akta_palsu.png", "/gambar/kk_hilang", "/gambar/qr/akta_palsu.svg", "/statistik/351999"):
        page = await rig.http.get(path)
        assert page.status_code == 404, path
        assert "Halaman ini tidak ada" in page.text


async def test_without_a_number_pages_lead_to_the_office(rig: Rig) -> None:
    quiet = Rig(rig.wiring.settings.model_copy(update={"whatsapp_number": ""}))
    page = (await quiet.http.get("/")).text
    await quiet.close()
    assert "wa.me" not in page
    assert "Mal Pelayanan Publik" in page


async def test_the_state_of_a_request_by_receipt_and_phone(rig: Rig) -> None:
    request_id, receipt = await receipt_of(rig)
    waiting = await status(rig, receipt.lower(), PHONE[-4:])
    assert waiting.status_code == 200
    assert "Sedang kami periksa" in waiting.text
    await rig.deliver(delivery(RETURNED, request_id, 1, reasons=[{"code": "attachment_unreadable", "field": "answers.surat_kehilangan"}]))
    back = (await status(rig, receipt, PHONE[-4:])).text
    for shown in ("Menunggu Anda", "Surat kehilangan dari kepolisian", "Foto berkas tidak terbaca", "Hitungan waktu kami berhenti dulu"):
        assert shown in back
    for hidden in (NIK, PHONE, "SITI"):
        assert hidden not in back
    assert (await rig.http.get("/status")).headers["cache-control"].startswith("public")


async def test_while_the_register_is_not_to_be_had_it_says_that_nobody_is_late(rig: Rig) -> None:
    """The later word counts, whichever comes last; who has to send something is told that instead."""
    request_id, receipt = await receipt_of(rig)
    paused, again = "2026-11-24T02:20:00Z", "2026-11-24T05:00:00Z"
    await rig.deliver(delivery(REGISTER_STATE, "register", 1, paused_since=paused, changed_at=paused))
    page = (await status(rig, receipt, PHONE[-4:])).text
    assert "Ditunda sebentar" in page
    assert "Selasa, 24 November 2026 pukul 09.20 WIB" in page
    await rig.deliver(delivery(REGISTER_STATE, "register", 3, paused_since=None, changed_at=again))
    await rig.deliver(delivery(REGISTER_STATE, "register", 2, paused_since=paused, changed_at=paused))
    assert "Sedang kami periksa" in (await status(rig, receipt, PHONE[-4:])).text
    await rig.deliver(delivery(REGISTER_STATE, "register", 4, paused_since=again, changed_at="2026-11-24T06:00:00Z"))
    await rig.deliver(delivery(RETURNED, request_id, 1, reasons=[{"code": "attachment_unreadable", "field": "answers.surat_kehilangan"}]))
    assert "Menunggu Anda" in (await status(rig, receipt, PHONE[-4:])).text


async def test_a_reason_that_tells_of_somebodys_data_stays_in_the_chat(rig: Rig) -> None:
    request_id, receipt = await receipt_of(rig)
    await rig.deliver(delivery(RETURNED, request_id, 1, reasons=[{"code": "nik_unknown", "field": "answers.nik"}]))
    page = (await status(rig, receipt, PHONE[-4:])).text
    assert "penjelasannya hanya kami tulis di chat" in page
    assert "NIK itu" not in page


async def test_nobody_learns_which_half_is_wrong(rig: Rig) -> None:
    _, receipt = await receipt_of(rig)
    another = rig.wiring.deps.new_receipt().text
    wrong, unknown = await status(rig, receipt, "0000"), await status(rig, another, PHONE[-4:])
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert wrong.text.replace(receipt, "") == unknown.text.replace(another, "")
    assert "tidak cocok" in wrong.text


async def test_what_is_mistyped_is_said_at_its_field_and_counts_as_no_try(rig: Rig) -> None:
    for _ in range(10):
        page = await status(rig, "MDN-12", "78")
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') == 2


async def test_guessing_ends_for_a_receipt_and_for_an_address(rig: Rig) -> None:
    """Right ones are given back: a village office may ask for all of its people. The pause is over when its time is."""
    _, receipt = await receipt_of(rig)
    for _ in range(6):
        assert (await status(rig, receipt, PHONE[-4:])).status_code == 200
    for number in range(4):
        assert (await status(rig, receipt, f"{number:04}")).status_code == 404
    paused = await status(rig, receipt, PHONE[-4:])
    assert paused.status_code == 429
    assert "Terlalu banyak percobaan" in paused.text
    kept = str(await rig.rows("tries"))
    assert receipt not in kept
    assert "127.0.0.1" not in kept
    rig.clock.at += timedelta(hours=2)
    assert (await status(rig, receipt, PHONE[-4:])).status_code == 200


async def test_an_address_that_may_try_no_more_shuts_nobody_else_out(rig: Rig) -> None:
    _, receipt = await receipt_of(rig)
    for number in range(8):
        await status(rig, receipt, f"{number:04}")
    assert (await status(rig, rig.wiring.deps.new_receipt().text, PHONE[-4:])).status_code == 429
    assert sorted(row["count"] for row in await rig.rows("tries")) == [4, 9], "of the receipt four, of the address all"


async def test_figures_count_what_happened_once(rig: Rig) -> None:
    request_id, _ = await receipt_of(rig)
    life = [delivery(APPROVED, request_id, 1), delivery(ISSUED, request_id, 2), delivery(DELIVERED, request_id, 3, kind="document")]
    await rig.deliver(*life)
    await rig.deliver(delivery(ISSUED, request_id, 2))  # told again, under another id
    funnel, figures = rig.wiring.deps.funnel, rig.wiring.deps.figures
    await funnel.fold(500)
    live = await figures.cells("2026-11")
    cells = {(cell.figure, cell.about): (cell.count, cell.on_time, cell.hours) for cell in live}
    assert cells == {("filed", "kk_hilang"): (1, 0, {}), ("issued", "kk"): (1, 0, {}), ("done", "kk_hilang"): (1, 1, {2: 1})}
    await funnel.rebuild()
    assert await figures.cells("2026-11") == live
    file = (await rig.http.get("/statistik/angka.csv")).text
    assert "2026-11;dokumen terbit;Kartu Keluarga;;\r\n" in file, "a count of one is hidden"
    assert "disembunyikan" in (await rig.http.get("/statistik")).text


async def source(rig: Rig, service: str = "", village: str = "") -> str:
    """A source that was given out; its code."""
    made = OutreachSource(
        checked("K7"), SourceDescription("Poster", "Akta", "print", "poster", service, village), rig.clock.at, "petugas-01"
    )
    await rig.mongo.collection(rig.database, SOURCES.collection).insert_one({"_id": made.code, **SOURCES.to_doc(made)})
    return made.code


async def test_the_page_of_a_source_names_its_village_and_keeps_its_code(rig: Rig) -> None:
    code = await source(rig, service="akta_lahir", village="3519072001")
    page = (await rig.http.get(f"/m/{code.lower()}", headers={"User-Agent": "Mozilla/5.0 (Android 12)"})).text
    for shown in ("Kecamatan Wungu", f"/?s={code}#layanan", "Tidak punya WhatsApp", quote(f"Saya mau urus akta lahir (#{code})", safe="")):
        assert shown in page, shown
    front = (await rig.http.get(f"/?s={code}")).text
    assert quote(f"Saya mau urus KK hilang (#{code})", safe="") in front
    assert "Z9Z9Z" not in (await rig.http.get("/?s=Z9Z9Z")).text, "nobody puts their own text on our page"


async def test_people_are_counted_once_a_day_and_programs_never(rig: Rig) -> None:
    code = await source(rig)
    phone = "Mozilla/5.0 (Android 12)"
    programs = [{"User-Agent": agent} for agent in ("facebookexternalhit/1.1", "WhatsApp/2.23.20.0", "")]
    for headers in (*programs, {"User-Agent": phone, "Sec-Purpose": "prefetch;prerender"}):
        assert (await rig.http.get(f"/m/{code}", headers=headers)).status_code == 200
    assert await rig.rows("funnel_steps") == []
    for _ in range(2):
        await rig.http.get(f"/m/{code}", headers={"User-Agent": phone})
    assert len(await rig.rows("funnel_steps")) == 1


async def test_a_loop_that_names_a_new_browser_each_time_counts_no_crowd(rig: Rig) -> None:
    deps = rig.wiring.deps
    made = await deps.sources.find(await source(rig))
    assert made is not None
    crowd = [PageVisitor("10.0.0.1", f"Mozilla/5.0 (Android {number})") for number in range(deps.visits_an_address + 5)]
    for visitor in [*crowd[:1] * 5, *crowd]:  # who looks again takes nobody's place
        await note_visit(deps, made, visitor)
    assert len(await rig.rows("funnel_steps")) == deps.visits_an_address
    await note_visit(deps, made, replace(crowd[0], address="10.0.0.2"))
    assert len(await rig.rows("funnel_steps")) == deps.visits_an_address + 1


async def test_a_code_that_nobody_knows_helps_all_the_same(rig: Rig) -> None:
    page = await rig.http.get("/m/Z9Z9Z", headers={"User-Agent": "Mozilla/5.0"})
    assert page.status_code == 200
    assert "Apa yang mau diurus?" in page.text
    assert "Z9Z9Z" not in page.text
    assert await rig.rows("funnel_steps") == []


async def _keep(page: Page, name: str) -> None:
    """Save what the page looks like, where `SCREENSHOTS` names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(full_page=True, path=str(Path(folder, "public", name)))


async def test_in_a_browser_every_page_is_read_by_everybody_on_any_screen(rig: Rig) -> None:
    """No complaint of axe-core with every row open, nothing over the edge, the first key leads past the menu."""
    _, receipt = await receipt_of(rig)
    paths = {"awal": "/", "layanan": "/layanan/akta_lahir", "status": "/status", "angka": "/statistik", "kecamatan": "/statistik/351902"}
    async with serving(rig.service.app) as url, chromium() as browser:
        for size in (NARROW, DESK):
            for name, path in (paths | {"tidak-ada": "/tidak-ada"}).items():
                async with visit(browser, url + path, size=size, refused=None) as page:
                    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
                    assert await complaints(page) == [], path
                    assert await page.evaluate(WIDE_THINGS) == 0, path
                    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false })")
                    await _keep(page, f"{name}-{size[0]}.png")
        async with visit(browser, url + "/status", size=NARROW, refused=None) as page:
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
            await page.get_by_label("Nomor resi").fill(receipt)
            await page.get_by_label("4 angka terakhir nomor WhatsApp").fill(PHONE[-4:])
            await page.get_by_role("button", name="Lihat status").click()
            await page.get_by_role("heading", name="Sedang kami periksa").wait_for()
            assert receipt not in page.url
            assert await complaints(page) == []
            await _keep(page, "status-hasil-360.png")
