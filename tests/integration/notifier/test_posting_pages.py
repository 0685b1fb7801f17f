"""A post from the desk to everybody and back: written, approved by another, published to the simulator, its numbers and comments read."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from fastapi import FastAPI
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, expect

from services.notifier import desk
from services.notifier.wiring.posting import PICTURES
from shared.health import Health
from shared.web import create_app
from shared.web.desk import shell
from tests.integration.notifier.posting_rig import INSTAGRAM, PAGE, PostingRig, make_posting_rig
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.eventually import eventually
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer

SHOTS = os.environ.get("SCREENSHOTS")
LARGER: Final = (("/desk/posting", 16 * 1024 * 1024),)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@dataclass
class Office:
    """The desk of a notifier that publishes."""

    rig: PostingRig
    issuer: SessionIssuer
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, role: str, name: str, size: tuple[int, int] = DESK, refused: int | None = 0) -> AsyncIterator[Page]:
        member = replace(self.issuer.member(role, name=name), staff_id=name)
        cookies = {"desk": self.issuer.token(member)}
        async with visit(self.browser, self.url + path, size=size, cookies=cookies, refused=refused) as page:
            yield page


def served(rig: PostingRig, issuer: SessionIssuer) -> FastAPI:
    settings = rig.settings.model_copy(update={"desk_secure": False})
    app = create_app(settings, Health(), title="test", larger_bodies=LARGER)
    shell.install(app, settings, Health(), issuer.read, desk.TEMPLATES)
    desk.install(app, rig.parts.units, rig.parts.deps)

    @app.get("/desk/{page}/jumlah", include_in_schema=False)
    async def counted_elsewhere(page: str) -> dict[str, object]:
        """Answer for the other services, which count at the side of every page."""
        return {"page": page, "waiting": 0, "urgent": False}

    return app


@pytest.fixture
async def office(mongo_url: str, database: str, browser: Browser) -> AsyncIterator[Office]:
    issuer = SessionIssuer()
    async with make_posting_rig(mongo_url, database) as rig, serving(served(rig, issuer)) as url:
        yield Office(rig, issuer, url, browser)


def png(width: int = 1080, height: int = 1350) -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(sink, "PNG")
    return sink.getvalue()


async def look(page: Page, name: str) -> None:
    """What every page has to be; its picture is taken where somebody wants to see it."""
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / "desk" / f"{name}.png", full_page=True)
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def write(page: Page, *accounts: str) -> None:
    await page.get_by_label("Judul").fill("Akta lahir dari rumah")
    await page.get_by_label("Teks", exact=True).fill("Akta lahir bisa diurus dari rumah, gratis. #DukcapilMadiun")
    await page.get_by_label("Gambar 1", exact=True).set_input_files({"name": "kartu.png", "mimeType": "image/png", "buffer": png()})
    await page.get_by_label("Yang terlihat di gambar itu").first.fill("Kartu syarat akta lahir")
    await page.get_by_label("Kode sumber").fill("k7q")
    for account in accounts:
        await page.get_by_role("checkbox", name=account).check()


async def there(office: Office, path: str, count: int) -> None:
    async def enough() -> bool:
        office.rig.later(2)
        return len(office.rig.shown(path)) == count

    await eventually(enough)


async def posted_by_hand(page: Page) -> None:
    """The link of what somebody posted is pasted, and what they read there typed."""
    await page.get_by_label("Tautan kirimannya").fill("https://example.com/x/1")
    await page.get_by_role("button", name="Sudah terbit").click()
    await expect(page.get_by_text("Tautan itu bukan ke akun ini.")).to_be_visible()
    await page.get_by_label("Tautan kirimannya").fill("https://www.tiktok.com/@dukcapil/video/7300000000000000000")
    await page.get_by_role("button", name="Sudah terbit").click()
    await expect(page.get_by_text("Dihitung sudah terbit.")).to_be_visible()
    await page.get_by_text("Catat angkanya").click()
    await page.get_by_label("Tayangan").fill("900")
    await page.get_by_role("button", name="Catat", exact=True).click()
    await expect(page.get_by_text("Angka dicatat.")).to_be_visible()


async def test_a_post_goes_from_the_desk_to_everybody_and_its_numbers_come_back(office: Office) -> None:
    rig = office.rig
    async with office.at("/desk/posting", "outreach", "Dewi") as page:
        await look(page, "posting-kosong-1280")
        await page.keyboard.press("b")
        await write(page, "Instagram", "Facebook", "TikTok")
        await look(page, "posting-baru-1280")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Rencana disimpan.")).to_be_visible()
        address = page.url.partition("?")[0].removeprefix(office.url)
    async with office.at(address, "section_head", "Budi") as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Akta lahir dari rumah")
        await look(page, "posting-menunggu-1280")
        await page.keyboard.press("s")
        await expect(page.get_by_text("Disetujui. Terbit pada waktunya.")).to_be_visible()
        await there(office, INSTAGRAM, 1)
        await there(office, PAGE, 1)
        await expect(page.locator(".st", has_text="Terbit")).to_have_count(2)  # by itself
    (post,) = rig.shown(INSTAGRAM)
    assert post["pictures"][0]["alt"] == "Kartu syarat akta lahir"
    await rig.meta.put(f"/sim/posts/{post['id']}/numbers", json={"reach": 3870, "views": 5412, "likes": 215})
    await rig.parts.measurer.measure()
    async with office.at(address, "outreach", "Dewi", refused=1) as page:
        await expect(page.get_by_text("5.412")).to_be_visible()
        await expect(page.get_by_role("link", name="Lihat di Instagram")).to_have_attribute("href", post["link"])
        await posted_by_hand(page)
        await look(page, "posting-terbit-1280")
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        await look(page, "posting-terbit-360")
    told = [event for event in await rig.told() if event["type"] == "notifier.post_measured.v1"]
    assert {(event["data"]["platform"], event["data"]["source"]) for event in told} >= {("instagram", "K7Q"), ("tiktok", "K7Q")}
    assert [event["data"]["seen"] for event in told if event["data"]["platform"] == "instagram"] == [5412]
    for path, name in (("/desk/posting", "posting-daftar"), ("/desk/posting/kalender?bulan=2026-11", "posting-kalender")):
        for size in (DESK, NARROW):
            async with office.at(path, "head", "Kepala", size=size) as page:
                await expect(page.get_by_role("link", name="Akta lahir dari rumah").first).to_be_visible()
                await look(page, f"{name}-{size[0]}")


async def test_what_is_wrong_is_said_and_the_picture_is_kept(office: Office) -> None:
    async with office.at("/desk/posting/baru", "outreach", "Dewi", refused=None) as page:
        await write(page, "Instagram")
        await page.get_by_label("Kode sumber").fill("0O1")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Kode sumber untuk Instagram belum benar.")).to_be_visible()
        await look(page, "posting-salah-1280")
        await page.get_by_label("Kode sumber").fill("K7Q")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Rencana disimpan.")).to_be_visible()
        await expect(page.get_by_alt_text("Kartu syarat akta lahir")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await page.keyboard.press("p")
        await page.wait_for_url("**/perbaiki")
        await look(page, "posting-perbaiki-1280")
    async with office.at("/desk/posting/baru", "outreach", "Dewi", refused=None) as page:
        await write(page, "Instagram")
        picture = FilePayload(name="tinggi.png", mimeType="image/png", buffer=png(500, 1350))
        await page.get_by_label("Gambar 1", exact=True).set_input_files(picture)
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("terlalu tinggi atau terlalu lebar untuk Instagram")).to_be_visible()
    assert len(await office.rig.rows(f"{PICTURES}.files")) == 2


async def test_a_comment_waits_with_a_clock_and_is_answered_from_the_desk(office: Office) -> None:
    rig = office.rig
    post = await rig.approved(await rig.content("ig"))
    await rig.becomes(post, ig="done")
    (shown,) = rig.shown(INSTAGRAM)
    await rig.meta.post(f"/sim/posts/{shown['id']}/comments", json={"text": "Kantornya buka jam berapa kak?"})
    await eventually(lambda: rig.parts.mongo.collection(rig.database, "remarks").count_documents({}))
    async with office.at("/desk/komentar", "operator", "Rina") as page:
        await look(page, "komentar-1280")
        await page.get_by_role("link", name="Kantornya buka jam berapa").click()
        await page.get_by_label("Jawaban").fill("Senin sampai Jumat, 08.00-15.00 WIB.")
        await look(page, "komentar-jawab-1280")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Jawaban dikirim.")).to_be_visible()
        await eventually(lambda: [each for each in rig.shown(INSTAGRAM)[0]["comments"] if each["ours"]])
        await page.reload()
        await expect(page.locator(".st", has_text="Terkirim")).to_be_visible()
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        await look(page, "komentar-dijawab-360")
