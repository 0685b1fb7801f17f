"""`/desk/sumber` and `/desk/corong` in Chromium: a source is made, its QR code read from the picture and followed, and its funnel seen."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from shared.clock import now
from shared.web.desk.session import SessionCheck, SessionKeys
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import Rig, only
from tests.integration.intake.test_outreach import finish
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.http_server import serving

SOURCES, FUNNEL = "/desk/sumber", "/desk/corong"


@dataclass
class Live:
    """Intake's pages on a port, and a browser."""

    desk: Desk
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, size: tuple[int, int], refused: int = 0) -> AsyncIterator[Page]:
        issuer = self.desk.issuer
        cookie = {"desk": issuer.token(issuer.member("outreach", at=self.desk.rig.clock()))}
        async with visit(self.browser, self.url + path, size=size, cookies=cookie, refused=refused) as page:
            yield page


@pytest.fixture
async def live(rig: Rig, desk: Desk) -> AsyncIterator[Live]:
    app, rig.clock.at = rig.service.app, now()  # the browser has a clock of its own
    app.state.session_check = SessionCheck(SessionKeys(desk.issuer.read), rig.clock, secure=False)
    async with chromium() as browser, serving(app) as url:
        yield Live(desk, url, browser)


async def made(page: Page) -> str:
    """Make a source; what its QR code says, read from the picture."""
    await page.get_by_role("link", name="Sumber baru").click()
    await page.get_by_label("Nama", exact=True).fill("Poster balai desa Sidorejo")
    await page.get_by_label("Kampanye").fill("KK 2026")
    await page.get_by_label("Saluran").select_option("print")
    await page.get_by_label("Tempat").select_option("poster")
    await page.get_by_label("Layanan").select_option("kk_hilang")
    await page.get_by_label("Desa").fill("Sidorejo")
    await page.get_by_role("button", name="Simpan").click()
    await expect(page.get_by_text("Pilih desa dari daftar, dengan kecamatannya.")).to_be_visible()
    await expect(page.get_by_label("Kampanye")).to_have_value("KK 2026")
    await page.get_by_label("Desa").fill("sidorejo, wungu")
    await page.get_by_role("button", name="Simpan").click()
    await expect(page.get_by_text("Sumber dibuat.")).to_be_visible()
    picture = await page.get_by_role("img", name="Kode QR").screenshot()
    return only(zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))).text


async def test_from_a_new_poster_to_its_funnel(live: Live, rig: Rig) -> None:
    async with live.at(SOURCES, NARROW, refused=1) as page:
        link = urlsplit(await made(page))
        assert await complaints(page) == []
        await page.get_by_label("Dilihat pada").fill(rig.clock.at.date().isoformat())
        await page.get_by_label("sebanyak").fill("1200")
        await page.get_by_role("button", name="Catat").click()
        await expect(page.get_by_text("Dicatat.")).to_be_visible()
    assert (link.scheme, link.netloc) == ("https", "wa.me")
    (sentence,) = parse_qs(link.query)["text"]
    code = sentence[-4:-1]
    await rig.say(sentence)
    await rig.file_request()
    request = only(await rig.rows("requests"))
    assert request["outreach_source"] == code
    await finish(rig, request["_id"])
    await rig.wiring.deps.funnel.fold(500)
    async with live.at(f"{FUNNEL}?menurut=sumber", DESK) as page:
        await expect(page.get_by_role("heading", name="1 dari 1 orang yang memulai percakapan sampai selesai (100,0 %)")).to_be_visible()
        row = page.get_by_role("row", name=f"Poster balai desa Sidorejo {code}")
        assert (await row.get_by_role("cell").all_text_contents())[:7] == ["1.200", "0", "1", "1", "1", "1", "0"]
        assert await complaints(page) == []
        await page.get_by_label("Tabel menurut").select_option("desa")
        await page.get_by_label("Wilayah").select_option("351907")
        await expect(page.get_by_role("row", name="Sidorejo, Wungu")).to_be_visible()
        async with page.expect_download() as saved:
            await page.get_by_role("link", name="CSV").click()
        assert "Sidorejo, Wungu" in (await (await saved.value).path()).read_text(encoding="utf-8-sig")
    async with live.at(f"{SOURCES}/{code}", DESK) as page:
        await page.get_by_role("button", name="Akhiri sumber ini").click()
        await expect(page.get_by_text("Sumber diakhiri.")).to_be_visible()
    async with live.at(f"{SOURCES}?q=balai&berjalan=ya", NARROW) as page:
        await expect(page.get_by_role("heading", name="Tidak ada sumber dengan saringan ini")).to_be_visible()
