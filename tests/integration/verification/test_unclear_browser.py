"""The sheet of a request about whose family the register says nonsense, in Chromium: what it said, what to do, and after the mending."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from services.verification.desk.unclear_words import label
from shared.clock import now
from tests.integration.verification.test_work_browser import FAMILIES, SIZES, Live, browser, keep, live, lost_card
from tests.support.browser import NARROW, complaints

__all__ = ["browser", "live"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
NONSENSE = {"members.0.born_on": "2026-13-45", "members.1.nik": "35190812", "members.1.relation": "NYONYA", "village_code": "MADIUN"}


@SIZES
async def test_the_sheet_shows_what_the_register_said_and_what_to_do(live: Live, size: tuple[int, int]) -> None:
    family = FAMILIES[12]
    row = live.office.mongo.collection(live.office.database, "families")
    await row.update_one({"_id": family.kk_number}, {"$set": NONSENSE})
    [task_id] = await live.tasks(lost_card(family, submitted_at=now()))
    async with live.at(f"/desk/pekerjaan/{task_id}", size=size) as page:
        await page.keyboard.press("a")
        await expect(page.get_by_text("Anda pegang sampai")).to_be_visible()
        await expect(page.get_by_role("heading", name="Jawaban register yang tidak bisa dipahami")).to_be_visible()
        await expect(page.get_by_text("Belum bisa disetujui.")).to_be_visible()
        flawed = page.get_by_role("table", name="Yang tidak bisa dipahami")
        for place in ("members[0].born_on", "members[1].nik", "members[1].relation", "village_code"):
            await expect(flawed.get_by_role("rowheader", name=label(place), exact=True)).to_be_visible()
        await expect(flawed.get_by_text("Ini bukan tanggal.")).to_be_visible()
        assert NONSENSE["members.1.nik"] not in await page.content(), "what may be a number is masked"
        await flawed.scroll_into_view_if_needed()
        await keep(page, f"register-tidak-dipahami-{'phone' if size == NARROW else 'desk'}.png")
        assert await complaints(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        await page.keyboard.press("o")
        await expect(flawed.get_by_text(NONSENSE["members.1.nik"])).to_be_visible()
        await page.get_by_text("Yang lain dari jawaban itu").first.click()
        await expect(page.get_by_role("table", name="Yang lain dari jawaban itu").get_by_text(family.head.name)).to_be_visible()
        assert await complaints(page) == []
        await live.office.load(family)
        await page.reload()
        await expect(page.get_by_text("Register sudah diperbaiki.")).to_be_visible()
        await expect(page.get_by_role("heading", name="Yang akan terbit bila disetujui")).to_be_visible()
        assert await complaints(page) == []
