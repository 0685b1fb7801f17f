"""`/desk/sumber` and `/desk/corong` in Chromium: a source is made, its QR code read from the picture and followed, and its funnel seen."""

import io
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from shared.clock import WIB
from tests.integration.intake.desk import LiveDesk
from tests.integration.intake.rig import Rig, only
from tests.integration.intake.test_outreach import finish
from tests.support.browser import DESK, NARROW, complaints

SOURCES, FUNNEL = "/desk/sumber", "/desk/corong"


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


async def test_from_a_new_poster_to_its_funnel(live: LiveDesk, rig: Rig) -> None:
    async with live.at(SOURCES, NARROW, refused=1) as page:
        link = urlsplit(await made(page))
        assert await complaints(page) == []
        await page.get_by_label("Dilihat pada").fill(rig.clock.at.astimezone(WIB).date().isoformat())
        await page.get_by_label("sebanyak").fill("1200")
        await page.get_by_role("button", name="Catat").click()
        await expect(page.get_by_text("Dicatat.")).to_be_visible()
    assert (link.scheme, link.netloc) == ("https", "wa.me")
    (sentence,) = parse_qs(link.query)["text"]
    code = sentence.rpartition("#")[2].removesuffix(")")
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
        await page.wait_for_url("**menurut=desa*")
        await page.get_by_label("Wilayah").select_option("351907")
        await page.wait_for_url("**wilayah=351907*")
        await expect(page.get_by_role("row", name="Sidorejo, Wungu")).to_be_visible()
        async with page.expect_download() as saved:
            await page.get_by_role("link", name="CSV").click()
        assert "Sidorejo, Wungu" in (await (await saved.value).path()).read_text(encoding="utf-8-sig")
    async with live.at(f"{SOURCES}/{code}", DESK) as page:
        await page.get_by_role("button", name="Akhiri sumber ini").click()
        await expect(page.get_by_text("Sumber diakhiri.")).to_be_visible()
    async with live.at(f"{SOURCES}?q=balai&berjalan=ya", NARROW) as page:
        await expect(page.get_by_role("heading", name="Tidak ada sumber dengan saringan ini")).to_be_visible()
