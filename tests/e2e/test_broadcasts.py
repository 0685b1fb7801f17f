"""A broadcast from the desk to the phone: who agreed gets it once, its page counts live, and the button under it stops the next."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from deploy.local.chat import Chat, says
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.support.at_the_desk import at_the_desk, look
from tests.support.browser import NARROW
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOLD = "KIA untuk anak di bawah 17 tahun kini bisa diurus lewat chat ini."


async def test_a_broadcast_is_written_counted_started_and_stopped_by_its_reader(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places
) -> None:
    async with Travel(places, lambda _who, _what: None) as travel:
        phone = await Chat.open(travel, "Sumiati")
        await phone.type("mulai kabar")
        await phone.hears(says("BERHENTI"), "that news come")
        async with at_the_desk(browser, stack, issuer, "/siaran", "outreach", name="Dewi Lestari") as page:
            await expect(page.get_by_role("heading", level=1)).to_have_text("Siaran")
            await page.keyboard.press("b")
            await page.get_by_role("link", name="Kabar layanan").click()
            await page.get_by_label("Nama siaran").fill("KIA lewat chat")
            await look(page, "siaran-baru-1280")
            await page.keyboard.press("Control+Enter")
            await expect(page.get_by_role("heading", level=1)).to_have_text("KIA lewat chat")
            start = page.get_by_role("button", name="Mulai kirim")
            await expect(start).to_be_visible()  # by itself, once intake has found the people
            await expect(page.get_by_text("harga belum diatur")).to_be_visible()
            await look(page, "siaran-siap-1280")
            await start.click()
            await expect(page.get_by_text("Siaran dimulai.")).to_be_visible()
            news = await phone.hears(says(TOLD), "the news")
            await expect(page.locator(".st").first).to_have_text("Selesai")
            await expect(page.locator("dd", has_text="1").first).to_be_visible()
            await look(page, "siaran-selesai-1280")
            await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            await look(page, "siaran-selesai-360")
        await phone.press(news, "Berhenti")
        await phone.hears(says("tidak mengirim kabar lagi"), "that none come any more")
        effects = (await travel.call("GET", f"{places.whatsapp}/sim/effects?recipient={phone.phone}&limit=1000"))["effects"]
        mine = [each for each in effects if (each["callback_data"] or "").startswith("broadcast:")]
        assert len(mine) == 1
