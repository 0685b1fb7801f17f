"""The pages of the desk through the front door in Chromium: both sizes, keyboard, screen reader, news, and nobody who may not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from deploy.local import journeys
from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.at_the_desk import at_the_desk, look
from tests.support.browser import DESK, NARROW, complaints, visit
from tests.support.persons import Persons
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIZES = {"1280": DESK, "360": NARROW, "640": (640, 400), "1920": (1920, 1080)}
"""An office's screen, a phone, the screen at 200 %, a large one."""
PAGES = {"/dokumen": "Dokumen terbit", "/kartu": "Kartu siap cetak", "/pesan": "Pesan keluar", "/kata": "Kata warga"}
"""Path under /desk -> its heading."""
SMALL_BYTES = 150_000  # of a page when style, script and font are there already


@dataclass(frozen=True)
class Issued:
    """A family card that was issued."""

    holder: str
    number: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def issued(stack: Stack, persons: Persons) -> Issued:
    person = persons("kk_hilang")
    result = await journeys.whatsapp(Places.of(stack.parts, stack.keys.clients["petugas-01"]), person)
    return Issued(str(person["name"]), result.papers[0].number)


@pytest.mark.parametrize("size", ["640", "1920"])  # test_every_page has the two between
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("issued")
async def test_a_page_is_fit_for_everybody(browser: Browser, stack: Stack, issuer: SessionIssuer, path: str, size: str) -> None:
    async with at_the_desk(browser, stack, issuer, path, size=SIZES[size]) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[path])
        await look(page, f"{path.strip('/')}-{size}")


@pytest.mark.parametrize("size", ["1280", "360"])
async def test_what_refuses_is_a_page_too(browser: Browser, stack: Stack, issuer: SessionIssuer, size: str) -> None:
    async with at_the_desk(browser, stack, issuer, "/dokumen", "village", size=SIZES[size], refused=1) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Halaman ini bukan untuk peran Anda")
        await look(page, f"bukan-peran-{size}")


async def test_a_document_is_opened_and_its_holder_shown_by_keys_alone(
    browser: Browser, stack: Stack, issuer: SessionIssuer, issued: Issued
) -> None:
    async with at_the_desk(browser, stack, issuer, f"/dokumen?q={issued.number}") as page:
        assert issued.holder not in await page.content()
        await page.keyboard.press("j")
        await expect(page.locator("[data-row]")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#h-doc")).to_have_text(issued.number)
        await look(page, "dokumen-terbuka-1280")
        await page.keyboard.press("o")
        await expect(page.locator("#nama")).to_have_text(issued.holder)
        await page.keyboard.press("Escape")
        await expect(page.locator("#h-doc")).to_have_count(0)
        assert issued.holder.lower() not in unquote_plus(page.url).lower()


async def test_keys_are_shown_act_outside_of_fields_only_and_can_be_switched_off(
    browser: Browser, stack: Stack, issuer: SessionIssuer, issued: Issued
) -> None:
    async with at_the_desk(browser, stack, issuer, "/dokumen") as page:
        await page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="Semua tombol di halaman ini")
        await expect(keys).to_be_visible()
        await look(page, "tombol-1280")
        await page.get_by_label("Matikan tombol huruf").check()
        await page.keyboard.press("Escape")
        await expect(keys).to_be_hidden()
        box = page.get_by_role("searchbox")
        await page.keyboard.press("f")
        await expect(box).not_to_be_focused()
        await page.get_by_role("link", name="semua tombol").click()
        await page.get_by_label("Matikan tombol huruf").uncheck()
        await page.keyboard.press("Escape")
        await page.keyboard.press("f")
        await expect(box).to_be_focused()
        await box.press_sequentially(issued.holder.lower())
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await box.press("Enter")
        await expect(page.get_by_role("link", name=issued.number)).to_be_visible()
        assert urlsplit(page.url).query == "", "no name in the address"


async def test_the_help_says_what_a_page_is_for(browser: Browser, stack: Stack, issuer: SessionIssuer) -> None:
    async with at_the_desk(browser, stack, issuer, "/pesan") as page:
        await page.get_by_role("link", name="Bantuan halaman ini").click()
        help_text = page.get_by_role("dialog", name="Bantuan: Pesan keluar")
        await expect(help_text).to_contain_text("sejauh apa sampainya")
        await look(page, "bantuan-1280")
        await help_text.get_by_role("link", name="Tutup").click()
        await expect(help_text).to_be_hidden()


async def test_a_phone_has_the_menu_and_the_account(browser: Browser, stack: Stack, issuer: SessionIssuer) -> None:
    async with at_the_desk(browser, stack, issuer, "/dokumen", size=NARROW) as page:
        await page.get_by_role("link", name="Menu", exact=True).click()
        side = page.get_by_role("navigation", name="Utama")
        await expect(side).to_be_visible()
        await look(page, "menu-360")
        await side.get_by_role("link", name="Pesan").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Pesan keluar")
        await page.locator("summary.who").click()
        await expect(page.get_by_role("button", name="Keluar")).to_be_visible()
        await look(page, "akun-360")


async def test_news_are_said_and_shown_when_asked_for(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places, persons: Persons
) -> None:
    async with at_the_desk(browser, stack, issuer, "/dokumen") as page:
        top = await page.locator("[data-row]").first.inner_text()
        bar = page.locator(".newbar")
        await expect(bar).to_be_hidden()
        await journeys.whatsapp(places, persons("kk_hilang"))
        await expect(bar).to_contain_text(re.compile(r"[1-9]\d* baru"))  # what others asked for before may come meanwhile
        await expect(page.locator("[data-row]").first).to_have_text(top)
        await look(page, "dokumen-baru-1280")
        await page.keyboard.press(".")
        await expect(page.locator("[data-row]").first).not_to_have_text(top)
        await expect(bar).to_be_hidden()


async def test_what_was_typed_stays_where_the_session_has_ended(browser: Browser, stack: Stack, issuer: SessionIssuer) -> None:
    async with at_the_desk(browser, stack, issuer, "/dokumen", refused=2) as page:  # the renewal, and a sign-in elsewhere
        await page.context.clear_cookies()
        await page.clock.install()
        await page.clock.fast_forward("20:00")
        box = page.get_by_role("searchbox")
        await box.fill("siti aminah")
        await box.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Yang Anda tulis masih ada di sini")
        await expect(box).to_have_value("siti aminah")
        await expect(page.get_by_role("link", name="Masuk di tab baru")).to_have_attribute("target", "_blank")


@pytest.mark.usefixtures("issued")
async def test_without_a_script_there_is_everything_to_read_and_to_do(browser: Browser, stack: Stack, issuer: SessionIssuer) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": NARROW[0], "height": NARROW[1]}, locale="id-ID")
    try:
        await context.add_cookies([{"name": "desk", "value": issuer.token(issuer.member("section_head")), "url": stack.desk_page}])
        page = await context.new_page()
        await page.goto(f"{stack.desk_page}/dokumen")
        await page.get_by_label("Keadaan").select_option("Berlaku")
        await page.get_by_role("button", name="Saring").click()
        await page.wait_for_url(lambda url: urlsplit(url).query.count("keadaan=berlaku") == 1)
        await page.locator("[data-row]").first.click()
        await page.get_by_role("button", name="Buka").click()
        await expect(page.locator("#nama")).not_to_contain_text("•")
        await page.get_by_role("link", name="Bantuan halaman ini").click()
        await expect(page.get_by_text("Semua dokumen yang nomornya sudah diberikan")).to_be_visible()
        await page.get_by_role("link", name="Tutup", exact=False).last.click()
        await page.get_by_role("link", name="Menu", exact=True).click()
        await page.get_by_role("navigation", name="Utama").get_by_role("link", name="Pesan").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Pesan keluar")
    finally:
        await context.close()


async def test_nobody_is_led_to_the_sign_in_and_back(stack: Stack) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=60, headers={"Accept": "text/html"}) as http:
        answer = await http.get(f"{stack.desk_page}/dokumen?keadaan=tertahan")
    assert answer.status_code == httpx.codes.SEE_OTHER
    assert answer.headers["location"] == "/desk/masuk?next=%2Fdesk%2Fdokumen%3Fkeadaan%3Dtertahan"


async def test_pages_come_compressed_and_are_small_after_the_first(stack: Stack, issuer: SessionIssuer) -> None:
    cookies = {"desk": issuer.token(issuer.member("section_head"))}
    async with httpx.AsyncClient(trust_env=False, timeout=60, headers={"Accept": "text/html"}, cookies=cookies) as http:
        for path in PAGES:
            async with http.stream("GET", stack.desk_page + path) as answer:
                size = sum([len(chunk) async for chunk in answer.aiter_raw()])
            assert answer.headers["content-encoding"] in {"gzip", "zstd"}
            assert size < SMALL_BYTES


async def test_a_page_works_on_its_services_own_port(browser: Browser, stack: Stack, issuer: SessionIssuer) -> None:
    """But for how many wait at other services' pages: those are behind the front door."""
    member = issuer.member("operator")
    address = f"{stack.part('issuance').url}/desk/dokumen"
    async with visit(browser, address, size=DESK, cookies={"desk": issuer.token(member)}) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Dokumen terbit")
        assert await complaints(page) == []
