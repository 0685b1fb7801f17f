"""The page of words in Chromium: a phrase is tried, refused where it does harm, added, found, taken back; long lists have pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from shared.clock import now
from shared.web.desk.session import SessionCheck, SessionKeys
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import Rig, envelope, only
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.http_server import serving

WORDS = "/desk/kata"
STRANGE = "gegotong pringgo"
SIZES = pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])


@dataclass
class Live:
    """Intake's pages on a port, and a browser."""

    desk: Desk
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, size: tuple[int, int] = DESK, refused: int = 0) -> AsyncIterator[Page]:
        issuer = self.desk.issuer
        cookie = {"desk": issuer.token(issuer.member("operator", at=self.desk.rig.clock()))}
        async with visit(self.browser, self.url + path, size=size, cookies=cookie, refused=refused) as page:
            yield page


@pytest.fixture
async def live(rig: Rig, desk: Desk) -> AsyncIterator[Live]:
    app, rig.clock.at = rig.service.app, now()  # the browser has a clock of its own, by which a session of another day has ended
    app.state.session_check = SessionCheck(SessionKeys(desk.issuer.read), rig.clock, secure=False)
    async with chromium() as browser, serving(app) as url:
        yield Live(desk, url, browser)


async def attempt(page: Page, phrase: str, meaning: str) -> None:
    await page.get_by_label("Kata atau kalimat pendek").fill(phrase)
    await page.get_by_label("Artinya").select_option(meaning)
    await page.get_by_role("button", name="Coba dulu").click()


@SIZES
async def test_a_phrase_is_tried_added_found_and_taken_back(live: Live, rig: Rig, size: tuple[int, int]) -> None:
    await rig.say(f"mau {STRANGE}")
    async with live.at(WORDS, size) as page:
        await page.get_by_role("button", name=f"Beri arti: mau {STRANGE}").click()
        await expect(page.get_by_label("Kata atau kalimat pendek")).to_have_value(f"mau {STRANGE}")
        await attempt(page, STRANGE, "kk_hilang")
        await expect(page.get_by_text("Tidak ada kalimat contoh yang menjadi lebih buruk.")).to_be_visible()
        assert await rig.rows("word_book", {}) == []
        await page.get_by_role("button", name="Tambahkan").click()
        await expect(page.get_by_text("Kata ditambahkan.")).to_be_visible()
        await expect(page.get_by_text("Sekarang: Kartu Keluarga hilang")).to_be_visible()
        assert await complaints(page) == []
        await page.get_by_label("Kata di dalam pesan").fill("PRINGGO")
        await page.get_by_label("Kata di dalam pesan").press("Enter")
        await page.get_by_role("button", name=f"Cabut: {STRANGE}").click()
        await expect(page.get_by_text("Kata dicabut.")).to_be_visible()
        await expect(page.get_by_role("button", name=f"Cabut: {STRANGE}")).to_have_count(0)
    assert only(await rig.rows("word_book", {}))["words"] == []


async def test_a_phrase_that_would_send_others_wrong_is_refused_and_they_are_named(live: Live, rig: Rig) -> None:
    async with live.at(WORDS) as page:
        await attempt(page, "ikut anak", "kk_hilang")
        await expect(page.get_by_text("akan lebih buruk dipahami")).to_be_visible()
        await expect(page.locator("li", has_text="seharusnya").first).to_be_visible()
        await expect(page.get_by_role("button", name="Tambahkan")).to_have_count(0)
        assert await complaints(page) == []
    assert await rig.rows("word_book", {}) == []


@SIZES
async def test_what_is_searched_for_has_pages_too(live: Live, rig: Rig, size: tuple[int, int]) -> None:
    letters = "bcdfghjklmnpqrstvwxz"
    odd = [f"{one}rr{other}gg hijau ungu" for one in letters for other in letters[:3]]
    for number, text in enumerate(odd):
        await rig.post(envelope(messages=[rig.message("text", {"body": text}, f"62812{number:08d}")]))
    await rig.work()
    async with live.at(WORDS, size) as page:
        await page.get_by_label("Kata di dalam pesan").fill("ungu")
        await page.get_by_label("Kata di dalam pesan").press("Enter")
        shown = page.get_by_role("group", name="Pesan yang belum dipahami").locator("tbody th")
        await expect(shown).to_have_count(50)
        first = await shown.all_inner_texts()
        await page.get_by_role("button", name="Berikutnya").click()
        await expect(page.get_by_text("Baris 51\u201360.")).to_be_visible()
        second = await shown.all_inner_texts()
        assert "ungu" not in page.url
        assert sorted(first + second) == sorted(odd)
        assert await complaints(page) == []
        await page.get_by_role("button", name="Dari awal").click()
        await expect(page.get_by_text("Baris 1\u201350.")).to_be_visible()
