"""Chats and villages at the desk, in Chromium through the front door: an officer takes a chat while its citizen writes; a village files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from deploy.local.applications import Application, birth
from deploy.local.chat import PHOTOS, Chat, anything, says, text_of
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.support.at_the_desk import at_the_desk, look
from tests.support.browser import DESK, NARROW
from tests.support.persons import Persons
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHATS, VILLAGE = "/percakapan", "/desa"
SIDOREJO = "3519072001"
SIZES = {"1280": DESK, "360": NARROW}


@asynccontextmanager
async def citizen(places: Places, name: str) -> AsyncIterator[Chat]:
    async with Travel(places, lambda _who, _what: None) as travel:
        yield await Chat.open(travel, name)


async def test_a_chat_is_taken_answered_and_given_back_while_its_citizen_writes(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places
) -> None:
    async with (
        citizen(places, "Parti Suryani") as phone,
        at_the_desk(browser, stack, issuer, CHATS, "operator", name="Bagus Prasetyo") as page,
    ):
        await phone.type("KK hilang")
        await phone.hears(says("NIK"), "the first question")
        bar = page.locator(".newbar")
        await expect(bar).to_contain_text("baru")
        await phone.type("Pak saya sudah tiga hari belum ada kabar, bisa bicara dengan petugas?")
        await phone.hears(says("kami teruskan ke petugas"), "what happens")
        await page.keyboard.press(".")
        row = page.locator("[data-row]").filter(has_text="Parti Suryani")
        await expect(row).to_contain_text("Minta petugas")
        await look(page, "percakapan-1280")
        await row.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Parti Suryani")
        await page.keyboard.press("a")
        await phone.hears(says("Anda sekarang dibantu petugas"), "who helps now")
        await expect(page.get_by_role("button", name="Kirim")).to_be_visible()
        field = page.get_by_label("Balasan untuk Parti Suryani")
        await field.fill("Bu Parti, sedang")
        await phone.type("KK-nya hilang di pasar, Pak")
        await expect(page.get_by_role("log")).to_contain_text("KK-nya hilang di pasar, Pak")
        await expect(field).to_have_value("Bu Parti, sedang")  # what is typed stays while lines come
        await phone.send(PHOTOS / "surat-polisi.jpg")
        await expect(page.get_by_role("log").get_by_role("link", name="Foto")).to_be_visible()
        await field.fill("Bu Parti, suratnya sudah kami terima. Silakan lanjutkan.")
        await page.keyboard.press("Control+Enter")
        heard = await phone.hears(anything, "the officer")
        assert text_of(heard) == "Bu Parti, suratnya sudah kami terima. Silakan lanjutkan."
        await page.get_by_label("Balasan untuk Parti Suryani").fill("Sudah dicek, aman.")
        await page.get_by_role("button", name="Catatan").click()
        await expect(page.get_by_text("Catatan, tidak dikirim · Bagus Prasetyo")).to_be_visible()
        await look(page, "percakapan-terbuka-1280")
        await page.keyboard.press("m")
        await phone.hears(says("kembali dijawab otomatis"), "that the machine is back")
        await expect(page.get_by_role("button", name="Ambil percakapan")).to_be_visible()
        await phone.type("halo")
        assert "NIK" in text_of(await phone.hears(anything, "the question that was open"))


async def test_a_second_officer_sees_who_has_a_chat(browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places) -> None:
    async with citizen(places, "Hadi Santoso") as phone:
        await phone.type("petugas")
        await phone.hears(anything, "what happens")
        async with (
            at_the_desk(browser, stack, issuer, CHATS, "operator", name="Bagus Prasetyo", staff_id="s-bagus") as first,
            at_the_desk(browser, stack, issuer, CHATS, "operator", name="Sulastri Wati", staff_id="s-sulastri", refused=1) as second,
        ):
            for page in (first, second):
                await page.locator("[data-row]").filter(has_text="Hadi Santoso").click()
                await expect(page.get_by_role("heading", level=1)).to_have_text("Hadi Santoso")
            await first.keyboard.press("a")
            await expect(first.get_by_role("button", name="Kirim")).to_be_visible()
            async with second.expect_response(lambda answer: answer.status == 409):
                await second.keyboard.press("a")
            await expect(second.get_by_role("alert")).to_contain_text("Rekan lain baru saja mengambil")
            await expect(second.get_by_text("Dipegang Bagus Prasetyo").first).to_be_visible()
            await expect(second.get_by_text("Kirim terkunci")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
async def test_a_chat_is_fit_for_everybody(browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places, size: str) -> None:
    async with citizen(places, f"Wiwik Handayani {size}") as phone:
        await phone.type("petugas")
        await phone.hears(anything, "what happens")
        async with at_the_desk(browser, stack, issuer, CHATS, "operator", size=SIZES[size]) as page:
            await look(page, f"daftar-percakapan-{size}")
            await page.locator("[data-row]").filter(has_text=f"Handayani {size}").click()
            await page.get_by_role("button", name="Ambil percakapan").click()
            await expect(page.get_by_role("button", name="Kirim")).to_be_visible()
            await look(page, f"percakapan-dipegang-{size}")
            await page.get_by_role("link", name="/salam").click()
            await expect(page.get_by_label("Balasan untuk")).to_have_value(
                f"Selamat datang, Wiwik Handayani {size}. Saya Rina Widyastuti dari Disdukcapil Kabupaten Madiun. Apa yang bisa kami bantu?"
            )


async def answer(page: Page, application: Application, photo: int) -> None:
    """Answer the open question as the registrar of a village does, on the page that is there."""
    path = await page.locator("input[name=tanya]").first.input_value()
    name, _, rest = path.partition("[")
    if await page.locator("#berkas").count():
        content = (PHOTOS / "surat-polisi.jpg").read_bytes() + f"page {photo}".encode()
        await page.locator("#berkas").set_input_files({"name": "surat.jpg", "mimeType": "image/jpeg", "buffer": content})
    else:
        row, _, cell = rest.partition("].")
        value = application.answers.get(name)
        if cell:
            value = value[int(row)][cell] if value and int(row) < len(value) else None
        elif rest:
            value = "tidak"
        text = {"True": "ya", "False": "tidak", "None": ""}.get(str(value), str(value))
        options = page.locator(f"input[type=radio][value='{text}']")
        if await options.count():
            await options.check()
        else:
            await page.locator("#jawaban").fill(text)
        await page.get_by_role("button", name="Lanjut").click()
    await expect(page.locator(f"input[name=tanya][value='{path}']")).to_have_count(0)
    await page.wait_for_load_state("domcontentloaded")  # what follows is counted


async def test_a_village_registrar_files_a_birth_on_a_phone(
    browser: Browser, stack: Stack, issuer: SessionIssuer, persons: Persons
) -> None:
    application = birth(persons("akta_lahir"), "Kirana Putri Sutaji")
    async with at_the_desk(browser, stack, issuer, VILLAGE, "village", size=NARROW, refused=1, village=SIDOREJO) as page:
        await look(page, "desa-kosong-360")
        await page.get_by_role("link", name="Ajukan untuk warga").click()
        await look(page, "desa-layanan-360", shows="input[type=radio][value=akta_lahir]")
        await page.locator("input[type=radio][value=akta_lahir]").check()
        await page.get_by_role("button", name="Lanjut").click()
        await look(page, "desa-pilihan-360", shows="input[name=tanya]")
        for number in range(40):
            if not await page.locator("input[name=tanya]").count():
                break
            path = await page.locator("input[name=tanya]").first.input_value()
            if path == "child_name":
                await page.locator("#jawaban").fill("Kirana")
                await page.get_by_role("button", name="Lanjut").click()
                await expect(page.get_by_role("alert")).to_contain_text("paling sedikit dua kata")
                await look(page, "desa-salah-360")
            if path == "surat_kelahiran":
                await look(page, "desa-foto-360")
                large: FilePayload = {"name": "besar.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + bytes(12 * 1024 * 1024)}
                await page.locator("#berkas").set_input_files(large)
                await expect(page.get_by_role("alert")).to_contain_text("terlalu besar (12 MB). Pilih foto atau PDF di bawah 10 MB")
                await look(page, "desa-foto-besar-360")
            await answer(page, application, number)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Periksa dan kirim")
        await look(page, "desa-periksa-360")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Kirim permohonan").click()
        await expect(page.get_by_text("Nomor resi MDN")).to_be_visible()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Akta kelahiran untuk Kirana Putri Sutaji")
        await look(page, "desa-permohonan-360")
    async with at_the_desk(browser, stack, issuer, VILLAGE, "village", village=SIDOREJO) as page:
        await expect(page.locator("[data-row]").first).to_have_text("Akta kelahiran")
        await look(page, "desa-1280")
        await page.get_by_role("link", name="Ajukan untuk warga").click()
        await page.locator("input[type=radio][value=kk_hilang]").check()
        await page.get_by_role("button", name="Lanjut").click()
        await look(page, "desa-pertanyaan-1280", shows="input[name=tanya]")
