"""Stuck work in Chromium: a message is replayed from the page by keys alone; a part whose service is down says so; both sizes, axe-core."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi.responses import PlainTextResponse
from playwright.async_api import Browser, Page, expect

from services.notifier import desk
from services.notifier.api import stuck
from services.notifier.domain.job import JobState
from shared.health import Health
from shared.web import FastAPI, create_app
from shared.web.desk import shell
from tests.integration.notifier.rig import PHONE, Rig, make_rig, running
from tests.integration.notifier.test_stuck_page import OTHER, THIRD, in_state
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.eventually import eventually
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
SIZES = pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
PICTURES = os.environ.get("SCREENSHOTS")
DOWN = ("permohonan", "verifikasi", "dokumen")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@dataclass
class Live:
    """A notifier with three refused messages, its pages on a port; the three other services are down."""

    rig: Rig
    issuer: SessionIssuer
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, role: str = "section_head", size: tuple[int, int] = DESK, refused: int = 0) -> AsyncIterator[Page]:
        cookie = {"desk": self.issuer.token(self.issuer.member(role))}
        async with visit(self.browser, self.url + path, size=size, cookies=cookie, refused=refused) as page:
            yield page


def served(rig: Rig, issuer: SessionIssuer) -> FastAPI:
    settings = rig.settings.model_copy(update={"desk_secure": False})
    app = create_app(settings, Health(), title="test")
    shell.install(app, settings, Health(), issuer.read, desk.TEMPLATES)
    desk.install(app, rig.parts.units, rig.parts.deps)
    desk.install_stuck(app, stuck.FailedJobs(rig.parts.units, rig.parts.deps), stuck.PERSONAL)

    @app.get("/desk/macet/{page}/jumlah", include_in_schema=False)
    @app.get("/desk/{page}/jumlah", include_in_schema=False)
    async def counted_elsewhere(page: str) -> dict[str, object]:
        """Answer for the other services, which count at the side of every page."""
        return {"page": page, "waiting": 0, "urgent": False}

    for name in DOWN:

        @app.get(f"/desk/macet/{name}", include_in_schema=False)
        async def nobody() -> PlainTextResponse:
            """As the front door answers for a service that is down."""
            return PlainTextResponse("Bagian ini sedang tidak menjawab.", 502)

    return app


@pytest_asyncio.fixture(loop_scope="module")
async def live(mongo_url: str, database: str, browser: Browser) -> AsyncIterator[Live]:
    async with make_rig(mongo_url, database, work=False) as rig:
        for wanted, (code, phone) in enumerate(((131026, PHONE), (131026, OTHER), (132001, THIRD)), start=1):
            await rig.fault("error", code=code, http_status=400, count=1)
            await rig.tell(rig.reply("Halo", phone))
            async with running(rig.parts):
                await eventually(partial(in_state, rig, JobState.FAILED, wanted))
        issuer = SessionIssuer()
        async with serving(served(rig, issuer)) as url:
            yield Live(rig, issuer, url, browser)


async def look(page: Page, name: str) -> None:
    """What every page has to be; its picture is taken where somebody wants to see it."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / "desk" / f"{name}.png")
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@SIZES
async def test_the_page_of_all_says_whose_service_is_down(live: Live, size: tuple[int, int]) -> None:
    name = "desk" if size == DESK else "phone"
    async with live.at("/desk/macet", size=size, refused=len(DOWN)) as page:
        await expect(page.get_by_role("alert")).to_have_count(len(DOWN))
        await expect(page.get_by_role("alert").first).to_contain_text("Penerimaan sedang tidak menjawab.")
        await expect(page.locator("[data-row]")).to_have_count(3)
        await look(page, f"macet-semua-{name}")


@SIZES
async def test_its_own_pages_are_fit_for_everybody(live: Live, size: tuple[int, int]) -> None:
    name = "desk" if size == DESK else "phone"
    async with live.at("/desk/macet/pesan", size=size) as page:
        await expect(page.locator("[data-row]")).to_have_count(3)
        await page.get_by_role("button", name="Pilih semua").first.click()
        await expect(page.locator("[data-picked]")).to_have_text("2 dipilih")
        await look(page, f"macet-{name}")
        await page.locator("[data-row]").first.click()
        await expect(page.get_by_role("heading", name="Isi", exact=True)).to_be_visible()
        await look(page, f"macet-isi-{name}")
    for path, heading in (("/desk/pesan", "Pesan keluar"), ("/desk/pesan/orang", "Pesan kepada seseorang")):
        async with live.at(path, size=size) as page:
            await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
            await look(page, f"{path.rpartition('/')[2]}-{name}")
    async with live.at("/desk/pengiriman", "admin", size=size) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Pengiriman WhatsApp")
        await look(page, f"pengiriman-{name}")


async def test_stuck_messages_of_one_cause_are_replayed_from_the_page_by_keys_alone(live: Live) -> None:
    async with live.at("/desk/macet/pesan") as page:
        await page.keyboard.press("j")
        await expect(page.locator("[data-row]").first).to_be_focused()
        await page.keyboard.press("a")
        await expect(page.locator("[data-picked]")).to_have_text("2 dipilih")
        await page.keyboard.press("r")
        await expect(page.locator("[data-said]")).to_contain_text("2 diulang.")
        await expect(page.locator("[data-row]")).to_have_count(1)
        await expect(page.locator("[data-part]").first).to_be_focused()  # the last thing that the page does with an answer
        await page.keyboard.press("j")
        await expect(page.locator("[data-row]").first).to_be_focused()
        await page.keyboard.press("i")
        await expect(page.get_by_role("heading", name="Isi", exact=True)).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await page.keyboard.press("r")
        await expect(page.locator("[data-said]")).to_contain_text("1 diulang.")
        await expect(page.get_by_text("Tidak ada yang macet di Pesan")).to_be_visible()
    async with running(live.rig.parts):
        await eventually(lambda: in_state(live.rig, JobState.DONE, 3))


async def test_one_is_discarded_with_a_note_that_is_asked_for(live: Live) -> None:
    async with live.at("/desk/macet/pesan", refused=1) as page:
        await page.keyboard.press("j")
        await expect(page.locator("[data-row]").first).to_be_focused()
        await page.keyboard.press(" ")
        await page.get_by_role("link", name="Buang dengan catatan…").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        assert await complaints(page) == []
        await dialog.get_by_role("button", name="Buang").click()
        await expect(page.locator("[data-said]")).to_contain_text("Catatan belum ditulis.")
        await page.get_by_role("link", name="Buang dengan catatan…").click()
        await page.get_by_label("Mengapa dibuang").fill("nomor salah; diputus Dwi")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("[data-said]")).to_contain_text("1 dibuang.")
    await eventually(lambda: in_state(live.rig, JobState.DISCARDED, 1))
