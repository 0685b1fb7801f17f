"""`/desk/konten` in Chromium: a poster for one village, its QR code read from its picture and followed, the village in the funnel."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect

from services.intake.jobs import BundlePacking
from tests.integration.intake.desk import LiveDesk
from tests.integration.intake.rig import Rig, only
from tests.integration.intake.test_outreach import finish
from tests.support.browser import DESK, NARROW, complaints, visit
from tests.support.pdf import links_in, pages_of, text_of
from tests.support.studio import make_poster

STUDIO = "/desk/konten"
PAGES = {
    "": "Konten",
    "/ide?layanan=kk_hilang": "Ide konten",
    "/karya": "Karya",
    "/desa?kecamatan=351907&layanan=kk_hilang": "Poster per desa",
}
"""Path -> its heading; the last one is where it ends."""
VILLAGE = "3519072001"  # Sidorejo, Wungu


async def look(page: Page, name: str) -> None:
    """What every page has to be; its picture where `SCREENSHOTS` names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(full_page=True, path=Path(folder, "desk", f"{name}.png"))
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


async def test_from_a_poster_on_the_wall_to_the_funnel_of_its_village(live: LiveDesk, rig: Rig) -> None:
    async with live.at(f"{STUDIO}/baru?bentuk=poster&layanan=kk_hilang", DESK, refused=1) as page:
        pdf = await make_poster(page)
        await look(page, "konten-karya-1280")
    assert "Warga Desa Sidorejo, Kecamatan Wungu" in text_of(pdf)
    link = urlsplit(only(links_in(only(pages_of(pdf)))))
    (sentence,) = parse_qs(link.query)["text"]
    code = sentence.rpartition("#")[2].removesuffix(")")
    async with visit(live.browser, f"{live.url}/m/{code}", size=NARROW, refused=None) as landed:
        await expect(landed.get_by_text("Desa Sidorejo, Kecamatan Wungu")).to_be_visible()
        href = await landed.get_by_role("link", name="Mulai di WhatsApp").first.get_attribute("href")
        assert href == link.geturl(), "the page leads into the same chat as the code on the wall"
    await rig.say(sentence)
    await rig.file_request()
    request = only(await rig.rows("requests"))
    assert request["outreach_source"] == code
    await finish(rig, request["_id"])
    await rig.wiring.deps.funnel.fold(500)
    async with live.at("/desk/corong?menurut=sumber", DESK) as page:
        row = page.get_by_role("row", name=f"Poster: Kartu syarat: KK hilang, Sidorejo (Wungu) {code}")
        assert (await row.get_by_role("cell").all_text_contents())[2:6] == ["1", "1", "1", "1"]
        await page.get_by_label("Wilayah").select_option(VILLAGE)
        await expect(page.get_by_role("heading", name="1 dari 1 orang")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "phone"])
async def test_every_page_of_the_studio_is_fit_for_everybody(live: LiveDesk, rig: Rig, size: tuple[int, int]) -> None:
    async with live.at(f"{STUDIO}/baru?bentuk=village_text&layanan=kk_hilang", size) as page:
        await look(page, f"konten-baru-{size[0]}")
        await page.get_by_label("Desa").fill("Sidorejo, Wungu")
        await page.get_by_role("button", name="Buat").click()
        await expect(page.get_by_role("heading", name="Bahasa Jawa")).to_be_visible()
        await look(page, f"konten-teks-{size[0]}")
        for path, heading in PAGES.items():
            await page.goto(f"{live.url}{STUDIO}{path}")
            await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
            await look(page, f"konten{re.sub('[^a-z]+', '-', path)}-{size[0]}")
        await page.get_by_role("button", name="Siapkan ZIP 14 desa").click()
        await expect(page.get_by_role("heading", name="Sedang disiapkan")).to_be_visible()
        await look(page, f"konten-zip-{size[0]}")
        await BundlePacking(rig.wiring.deps, rig.wiring.units).turn()
        await expect(page.get_by_role("heading", name="Siap diunduh")).to_be_visible()
