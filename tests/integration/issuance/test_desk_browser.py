"""The pages of documents and cards in Chromium: by keyboard alone, with what is downloaded compared to the database; both sizes."""

import csv
import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser, Download, Page, expect

from services.issuance.domain.cards import pickup_code
from services.issuance.domain.document import Document
from services.issuance.settings import Settings
from tests.integration.issuance.desk_app import desk_app
from tests.integration.issuance.office import Desk, superseded
from tests.integration.issuance.test_document_page import held
from tests.support.approvals import approval, order
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.timeout(600)
PICTURES = os.environ.get("SCREENSHOTS")


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@dataclass
class Live:
    """Issuance's pages on a port, and people who sign in."""

    desk: Desk
    issuer: SessionIssuer
    url: str
    chrome: Browser

    @asynccontextmanager
    async def at(self, path: str, *roles: str, size: tuple[int, int] = DESK, refused: int = 0) -> AsyncIterator[Page]:
        cookies = {"desk": self.issuer.token(self.issuer.member(*(roles or ("section_head",)), at=self.desk.clock()))}
        async with visit(self.chrome, self.url + path, size=size, cookies=cookies, refused=refused) as page:
            yield page


@pytest.fixture
async def live(desk: Desk, settings: Settings, chrome: Browser) -> AsyncIterator[Live]:
    issuer = SessionIssuer()
    plain = settings.model_copy(update={"desk_secure": False})
    async with serving(desk_app(desk, plain, issuer)) as url:
        yield Live(desk, issuer, url, chrome)


async def look(page: Page, name: str, size: str) -> None:
    """What every page has to be; its picture is taken where somebody wants to see it."""
    if PICTURES:
        folder = Path(PICTURES) / "desk"
        folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=folder / f"{name}-{size}.png")
    assert await complaints(page) == []
    if size == "phone":
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def slips(desk: Desk) -> list[Document]:
    names = (("ktp", "SITI AMINAH"), ("ktp", "BUDI SANTOSO"), ("kia", "CITRA DEWI LESTARI"), ("ktp", "SUNARTI BINTI KASAN"))
    return await desk.issue(*(approval(order(product, holder_name=name)) for product, name in names))


async def test_a_card_goes_from_its_print_to_its_owner_by_keyboard(live: Live) -> None:
    siti, *_ = await slips(live.desk)
    async with live.at("/desk/kartu", "operator", refused=1) as page:
        keys = page.keyboard
        await keys.press("b")
        await page.get_by_label("Banyaknya lembar").fill("500")
        await keys.press("Enter")
        await expect(page.get_by_text("Persediaan blangko dicatat")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        for key in ("l", "Space", "j", "Space", "c"):
            await keys.press(key)
        await expect(page.get_by_text("2 kartu dicetak.")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await expect(page.locator(".lane", has_text="Sudah dicetak").locator(".pc")).to_have_count(2)
        await look(page, "kartu", "desk")
        for key in ("l", "l", "Space", "u"):
            await keys.press(key)
        await expect(page.get_by_text("1 kartu siap diambil.")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await keys.press("r")
        await keys.type(siti.receipt)
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="SITI AMINAH")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await keys.press("r")
        await keys.type("222222")
        for key in ("Tab", "Tab", "Space", "Control+Enter"):
            await keys.press(key)
        await expect(page.get_by_text("Kode ambil tidak cocok.")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await page.get_by_label("Kode ambil di bukti pengambilan").fill(pickup_code(siti.token))
        await page.get_by_label("Ditarik, untuk dimusnahkan").check()
        await look(page, "kartu-serah", "desk")
        await keys.press("Control+Enter")
        await expect(page.get_by_text("Kartu diserahkan.")).to_be_visible()
    [told] = await live.desk.told_data("card_ready")
    assert told["document_id"] == siti.document_id


async def test_a_document_is_revoked_by_keyboard_after_its_message_was_read(live: Live) -> None:
    [document] = await live.desk.issue(approval(order("kk", holder_name="SITI AMINAH")))
    async with live.at(f"/desk/dokumen/{document.document_id}") as page:
        keys = page.keyboard
        await look(page, "dokumen-satu", "desk")
        await keys.press("o")
        await expect(page.get_by_text("SITI AMINAH")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await keys.press("x")
        await expect(page.get_by_role("heading", name="Cabut dokumen ini")).to_be_visible()
        await page.get_by_label("Pengadilan", exact=True).check()
        await page.get_by_label("Putusan pengadilan").check()
        await page.get_by_label("Catatan untuk kantor").fill("Putusan 12/Pdt.P/2026/PN Mjy CONTOH")
        await keys.press("Control+Enter")
        await expect(page.get_by_text("Pencabutan ini berdasarkan putusan pengadilan.")).to_be_visible()
        await look(page, "dokumen-cabut", "desk")
        await page.locator("body[data-ready]").wait_for()
        await keys.press("x")
        await expect(page.get_by_text("Dicabut atas perintah: Pengadilan.")).to_be_visible()
    assert (await live.desk.document(document.document_id)).revocation is not None


async def test_every_page_fits_a_phone_and_says_what_it_is_to_a_screen_reader(live: Live) -> None:
    siti, *_ = await slips(live.desk)
    pages = {
        "kartu": "/desk/kartu",
        "kartu-satu": f"/desk/kartu/{siti.document_id}",
        "dokumen-satu": f"/desk/dokumen/{siti.document_id}",
        "dokumen-cabut": f"/desk/dokumen/{siti.document_id}/cabut",
        "dokumen-hangus": f"/desk/dokumen/{await held(live.desk)}/hangus",
        "nomor": "/desk/dokumen/nomor",
    }
    for name, path in pages.items():
        async with live.at(path, size=NARROW) as page:
            await look(page, name, "phone")
    for name in ("dokumen-hangus", "nomor"):
        async with live.at(pages[name]) as page:
            await look(page, name, "desk")


async def register(desk: Desk) -> list[Document]:
    """Documents of four people; one of them took another's place, so that two states are in the list."""
    await superseded(desk)
    await slips(desk)
    await desk.issue(approval(order("kk", holder_name="SITI AMINAH")), approval(order("akta_kelahiran", holder_name="NUR'AINI RAHAYU")))
    return sorted(await desk.documents(), key=lambda document: (document.claimed_at, document.document_id), reverse=True)


async def test_the_register_is_searched_by_any_word_of_a_name_and_a_document_opened_by_keyboard(live: Live) -> None:
    documents = await register(live.desk)
    async with live.at("/desk/dokumen") as page:
        keys = page.keyboard
        await expect(page.locator("[data-row]")).to_have_count(len(documents))
        await keys.press("f")
        await keys.type("aminnah siti")
        await keys.press("Enter")
        await expect(page.locator("[data-row]")).to_have_count(2)
        assert "aminnah" not in page.url.lower()
        await page.locator("body[data-ready]").wait_for()
        await keys.press("j")
        await keys.press("Enter")
        await expect(page.get_by_role("link", name="Semua tentang dokumen ini")).to_be_visible()
        await look(page, "dokumen", "desk")
    async with live.at("/desk/dokumen", size=NARROW) as page:
        await expect(page.locator("[data-row]")).to_have_count(len(documents))
        await look(page, "dokumen", "phone")
        await page.locator("[data-row]").first.click()
        await expect(page.get_by_role("link", name="Semua tentang dokumen ini")).to_be_visible()
        await look(page, "dokumen-terbuka", "phone")


async def test_the_register_is_downloaded_by_keyboard_and_is_what_the_database_has(live: Live) -> None:
    documents = await register(live.desk)
    expected = [(each.number, each.holder_name, each.receipt) for each in documents]
    async with live.at("/desk/dokumen") as page:
        async with page.expect_download() as sent:
            await page.keyboard.press("e")
        name, content = await downloaded(await sent.value)
        assert name == "dokumen-terbit.csv"
        head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        assert head[:4] == ["Nomor", "Jenis", "Nama", "Resi"]
        assert [(row[0], row[2], row[3]) for row in rows] == expected
        async with page.expect_download() as sent:
            await page.keyboard.press("x")
        name, content = await downloaded(await sent.value)
        assert name == "dokumen-terbit.xlsx"
        book = load_workbook(io.BytesIO(content))
        assert [(row[0], row[2], row[3]) for row in book["Dokumen"].iter_rows(min_row=2, values_only=True)] == expected
        assert sum(int(str(row[4])) for row in book["Nomor"].iter_rows(min_row=2, values_only=True)) == len(documents)


async def downloaded(file: Download) -> tuple[str, bytes]:
    return file.suggested_filename, (await file.path()).read_bytes()
