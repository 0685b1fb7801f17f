"""The head's view in Chromium: pictures drawn and read, services that do not answer, refresh without a jump, paper, and both sizes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from services.verification.store.schema import TASKS
from shared.clock import now
from tests.integration.verification.conftest import Office, open_office
from tests.integration.verification.overview_office import full_office
from tests.integration.verification.work_desk import officer, work_app
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.eventually import eventually
from tests.support.harness import Clock
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
SIZES = {"desk": DESK, "phone": NARROW}
OWN = ("layanan", "janji", "petugas", "umur", "antrean", "desa")
ELSEWHERE = ("permohonan", "pesan", "dokumen", "blangko", "masuk")
PAGE = "/desk/ringkasan"
TOP = "document.querySelector('#pic-umur').getBoundingClientRect().top"
CUT_OFF = """[...document.querySelectorAll('.chart:not([hidden])')].filter((box) => {
  const svg = box.querySelector('svg'), seen = box.getBoundingClientRect(), sheet = svg.getBoundingClientRect();
  const over = (it, edge) => it.bottom > edge.bottom + 2 || it.right > edge.right + 2;
  return over(sheet, seen) || [...svg.querySelectorAll('text')].some((each) => over(each.getBoundingClientRect(), sheet));
}).map((box) => box.closest('.pic').id)"""
"""A script: pictures of which the edge hides a part."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@dataclass
class Live:
    """An office that is open now, its pages on a port, and its head, who is signed in."""

    office: Office
    url: str
    cookies: dict[str, str]


@pytest_asyncio.fixture(loop_scope="module")
async def live(mongo_url: str, database: str) -> AsyncIterator[Live]:
    async with open_office(mongo_url, database, Clock()) as office:
        issuer = SessionIssuer()
        async with serving(work_app(office, issuer, secure=False)) as url:
            yield Live(office, url, {"desk": issuer.token(officer(office, issuer, "sari", "head"))})


async def look(page: Page, name: str) -> None:
    if pictures := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(pictures) / "desk" / f"{name}.png", full_page=True)
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("size", SIZES)
async def test_every_picture_is_drawn_from_its_table_and_says_its_finding(browser: Browser, live: Live, size: str) -> None:
    await full_office(live.office)
    async with visit(browser, live.url + PAGE, size=SIZES[size], cookies=live.cookies, refused=len(ELSEWHERE)) as page:
        await expect(page.locator("[data-drawn]")).to_be_attached()
        for name in OWN:
            await expect(page.locator(f"#pic-{name} .chart svg")).to_be_visible()
        await expect(page.locator(".pic-down")).to_have_count(len(ELSEWHERE))
        await expect(page.locator("#pic-pesan .pic-down")).to_contain_text("tidak menjawab")
        await look(page, f"ringkasan-{size}")


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_office_is_taught_what_will_stand_there(browser: Browser, live: Live, size: str) -> None:
    async with visit(browser, live.url + PAGE, size=SIZES[size], cookies=live.cookies, refused=len(ELSEWHERE)) as page:
        await expect(page.locator("#pic-layanan h2")).to_have_text("Tidak ada permohonan yang terbuka")
        await expect(page.locator("#pic-layanan .pic-empty")).to_contain_text("Begitu ada permohonan")
        await expect(page.locator(".chart")).to_have_count(0)
        await look(page, f"ringkasan-kosong-{size}")


async def _says_anew(page: Page, finding: str) -> bool:
    """Let it count anew, which the service does every few seconds at most, and wait for the answer; whether it says something else."""
    async with page.expect_response(lambda answer: answer.url.endswith("/ringkasan/layanan")):
        await page.evaluate("document.dispatchEvent(new Event('overview:refresh'))")
    return await page.locator("#pic-layanan h2").inner_text() != finding


async def test_a_refresh_changes_what_changed_and_nothing_jumps(browser: Browser, live: Live) -> None:
    await full_office(live.office)
    async with visit(
        browser, live.url + PAGE, size=NARROW, cookies=live.cookies, refused=None
    ) as page:  # others' pictures, at each refresh
        await expect(page.locator("[data-drawn]")).to_be_attached()
        await expect(page.locator(".pic-down")).to_have_count(len(ELSEWHERE))
        await page.locator("#pic-umur summary").click()
        await page.locator("#pic-umur summary").evaluate("each => each.scrollIntoView()")
        before = await page.evaluate(TOP)
        kept = await page.locator("#pic-umur").element_handle()
        finding = await page.locator("#pic-layanan h2").inner_text()
        tasks = live.office.mongo.collection(live.office.database, TASKS)
        await tasks.update_many({"state": "open"}, {"$set": {"due_at": now() - timedelta(hours=1)}})
        await eventually(lambda: _says_anew(page, finding))
        await expect(page.locator("#pic-umur details")).to_have_attribute("open", "")
        assert abs(await page.evaluate(TOP) - before) < 1, "what somebody looks at stays where it is, whatever grew above it"
        assert kept is not None
        assert await kept.evaluate("each => each.isConnected"), "what says the same stays as it is"


async def test_a_bar_and_a_link_lead_to_a_list_that_filters(browser: Browser, live: Live) -> None:
    await full_office(live.office)
    async with visit(browser, live.url + PAGE, size=DESK, cookies=live.cookies, refused=None) as page:
        late = await page.locator(".tile.is-bad b").inner_text()
        await page.locator("#pic-layanan .pic-lead").click()
        await expect(page.locator("tr.group")).to_contain_text(f"· {late}")
        await page.go_back()
        await page.locator("#pic-petugas summary").click()
        await page.locator("#t-petugas tbody a").first.click()
        await expect(page.locator(".note.info")).to_contain_text("dipegang")


async def test_it_prints_every_picture_with_its_table(browser: Browser, live: Live) -> None:
    await full_office(live.office)
    async with visit(browser, live.url + PAGE, size=DESK, cookies=live.cookies, refused=len(ELSEWHERE)) as page:
        await expect(page.locator(".pic-down")).to_have_count(len(ELSEWHERE))
        await page.evaluate("dispatchEvent(new Event('beforeprint'))")
        await page.emulate_media(media="print")
        for name in OWN:
            await expect(page.locator(f"#pic-{name} table")).to_be_visible()
            await expect(page.locator(f"#pic-{name} .chart svg")).to_be_visible()
        assert await page.evaluate(CUT_OFF) == []
        await expect(page.locator(".side")).to_be_hidden()
        if pictures := os.environ.get("SCREENSHOTS"):
            await page.pdf(path=Path(pictures) / "desk" / "ringkasan.pdf", format="A4")
        await page.evaluate("dispatchEvent(new Event('afterprint'))")
        await expect(page.locator("#pic-umur table")).to_be_hidden()


async def test_without_a_script_the_figures_are_there(browser: Browser, live: Live) -> None:
    await full_office(live.office)
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    await context.add_cookies([{"name": name, "value": value, "url": live.url} for name, value in live.cookies.items()])
    page = await context.new_page()
    await page.goto(live.url + PAGE)
    for name in OWN:
        await expect(page.locator(f"#t-{name}")).to_be_visible()
    await expect(page.locator("#pic-pesan .pic-lead")).to_have_attribute("href", "/desk/ringkasan/pesan")
    await context.close()


async def test_a_picture_alone_fits_a_phone(browser: Browser, live: Live) -> None:
    await full_office(live.office)
    for name in OWN:
        async with visit(browser, f"{live.url}{PAGE}/{name}", size=NARROW, cookies=live.cookies, refused=None) as page:
            await look(page, f"ringkasan-{name}-phone")
