"""The chat page in Chromium: a person plays the citizen, the test plays the office."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.support.browser import DESK, PHONE, visit
from tests.support.eventually import eventually
from tests.support.simulators import API, Phone, whatsapp

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for the module: starting one takes seconds
SITI = "6281234567890"
MESSAGES = "**/sim/citizens/*/messages?limit=500"
SAMPLES = Path("deploy/simulators/whatsapp/static")


@pytest_asyncio.fixture(loop_scope="module")
async def phone() -> AsyncIterator[Phone]:
    async with whatsapp() as running:
        yield running


def question(text: str, *titles: str) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"id-{title}", "title": title}} for title in titles]
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}}


async def begin(page: Page, text: str = "Selamat pagi") -> None:
    """Become the sample citizen and write."""
    await page.get_by_role("button", name="Mulai sebagai warga contoh").click()
    await write(page, text)


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Tulis pesan").fill(text)
    await page.get_by_role("button", name="Kirim", exact=True).click()


async def test_what_comes_while_the_chat_is_being_fetched_stays(browser: Browser, phone: Phone) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        asked.set()
        await go_on.wait()
        await route.fulfill(response=answer)

    async with visit(browser, phone.url) as page:
        await begin(page, "Selamat siang")
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("Selamat siang")).to_be_visible()
        await page.route(MESSAGES, late, times=1)
        await page.reload(wait_until="commit")
        await asked.wait()
        await phone.sent(SITI, type="text", text={"body": "Kami sedang memeriksa"})
        await expect(log.get_by_text("Kami sedang memeriksa")).to_be_visible()
        async with page.expect_response(MESSAGES):  # the answer that was asked for before does not have it: asked again
            go_on.set()
        await expect(log.get_by_text("Selamat siang")).to_be_visible()
        await expect(log.get_by_text("Kami sedang memeriksa")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK])
async def test_a_person_writes_taps_sends_photos_and_opens_the_document(browser: Browser, phone: Phone, size: tuple[int, int]) -> None:
    async with visit(browser, phone.url, size=size) as page:
        await begin(page, "KK saya hilang")
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("KK saya hilang")).to_be_visible()
        await expect(log.get_by_role("listitem").filter(has_text="KK saya hilang").get_by_text("Sampai")).to_be_attached()

        await phone.sent(SITI, **question("Layanan *KK hilang*. Lanjutkan?", "Lanjutkan", "Batal"))
        await expect(log.locator("strong", has_text="KK hilang")).to_be_visible()
        await log.get_by_role("button", name="Lanjutkan").click()
        answer = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "interactive"])
        assert answer[0]["interactive"]["button_reply"] == {"id": "id-Lanjutkan", "title": "Lanjutkan"}
        assert answer[0]["context"]["id"]
        await expect(page.get_by_role("button", name="Batal")).to_be_disabled()

        await page.get_by_role("button", name="Lampirkan foto").click()
        await page.get_by_role("menuitem", name="Contoh foto surat polisi").click()
        await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Kirim foto").click()
        picture = log.get_by_role("img", name="Foto yang Anda kirim: contoh-surat-polisi.jpg")
        await expect(picture).to_be_visible()
        image = (await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "image"]))[0]["image"]
        url = (await phone.client.get(f"/v23.0/{image['id']}")).json()["url"]
        assert (await phone.client.get(url)).content == (SAMPLES / "contoh-surat-polisi.jpg").read_bytes()

        pdf = b"%PDF-1.7 a family card"
        media_id = (await phone.upload(pdf)).json()["id"]
        wamid = await phone.sent(SITI, type="document", document={"id": media_id, "filename": "KK_1.pdf", "caption": "Sudah terbit"})
        link = page.get_by_role("link", name="Buka dokumen KK_1.pdf")
        await expect(link).to_be_in_viewport()
        fetched = await page.request.get(phone.url + str(await link.get_attribute("href")))
        assert await fetched.body() == pdf
        await eventually(lambda: "read" in phone.business.statuses(wamid))
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_everything_goes_by_keyboard(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await page.get_by_role("button", name="Mulai sebagai warga contoh").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Tulis pesan")).to_be_focused()
        await page.keyboard.type("halo")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("dua baris")
        await page.keyboard.press("Enter")
        await eventually(lambda: [each["text"]["body"] for each in phone.business.changes("messages")] == ["halo\ndua baris"])

        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name="Lampirkan foto")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("menuitem", name="Contoh swafoto dengan KTP")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Lampirkan foto")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="Kirim foto")).to_be_visible()
        await page.keyboard.type("KTP saya")
        await page.keyboard.press("Enter")
        images = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "image"])
        assert images[0]["image"]["caption"] == "KTP saya"


async def test_ticks_and_typing_follow_what_the_office_does(browser: Browser, phone: Phone) -> None:
    phone.business.answers = [503]
    async with visit(browser, phone.url) as page:
        await begin(page)
        mine = page.get_by_role("log", name="Percakapan").get_by_role("listitem").filter(has_text="Selamat pagi")
        await expect(mine.locator("[data-status=delivered]")).to_be_attached()
        message = phone.business.changes("messages")[-1]
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"], "typing_indicator": {"type": "text"}}
        await phone.client.post(f"{API}/messages", json=receipt)
        await expect(mine.get_by_text("Dibaca")).to_be_attached()
        await expect(page.get_by_text("PAK'DE ON sedang mengetik")).to_be_attached()
        await expect(page.locator("#typing")).to_be_visible()
        await phone.sent(SITI, text={"body": "Selamat pagi juga"})
        await expect(page.get_by_role("log", name="Percakapan").get_by_text("Selamat pagi juga")).to_be_visible()
        await expect(page.locator("#typing")).to_be_hidden()


async def test_a_list_is_chosen_in_a_dialog(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await begin(page)
        action = {
            "button": "Lihat layanan",
            "sections": [{"title": "KK", "rows": [{"id": "kk_hilang", "title": "KK hilang", "description": "Gratis"}]}],
        }
        await phone.sent(SITI, type="interactive", interactive={"type": "list", "body": {"text": "Pilih layanan"}, "action": action})
        await page.get_by_role("button", name="Lihat layanan").click()
        dialog = page.get_by_role("dialog", name="Lihat layanan")
        await dialog.get_by_label("KK hilang").check()
        await dialog.get_by_role("button", name="Kirim pilihan").click()
        answer = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "interactive"])
        assert answer[0]["interactive"]["list_reply"] == {"id": "kk_hilang", "title": "KK hilang"}
        await expect(dialog).to_be_hidden()


async def test_a_second_citizen_and_what_waits_for_the_first(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url, size=DESK) as page:
        await begin(page)
        await page.get_by_role("button", name="Tambah warga").click()
        dialog = page.get_by_role("dialog", name="Tambah warga")
        await dialog.get_by_label("Nama").fill("Budi Santoso")
        await dialog.get_by_label("Nomor WhatsApp").fill("0899 1111 2222")
        await dialog.get_by_label("Yang terlihat oleh dinas").select_option("bsuid")
        await dialog.get_by_role("button", name="Tambah", exact=True).click()
        await expect(dialog).to_be_hidden()  # Playwright types into what has the focus, and a modal dialog keeps it
        await write(page, "saya Budi")
        last = (await eventually(lambda: [each for each in phone.business.changes("messages") if each["text"]["body"] == "saya Budi"]))[0]
        assert "from" not in last
        assert last["from_user_id"].startswith("ID.")

        wamid = await phone.sent(SITI, text={"body": "untuk Siti"})
        row = page.get_by_role("list", name="Warga").get_by_role("button", name="Siti Aminah")
        await expect(row).to_contain_text("1 belum dibaca")
        assert "read" not in phone.business.statuses(wamid)
        await row.click()
        await expect(page.get_by_role("log", name="Percakapan").get_by_text("untuk Siti")).to_be_visible()
        await expect(row).not_to_contain_text("belum dibaca")
        await eventually(lambda: "read" in phone.business.statuses(wamid))


async def test_the_conversation_is_there_again_after_a_reload(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await begin(page, "pesan pertama")
        await phone.sent(SITI, **question("Lanjut?", "Ya", "Tidak"))
        await page.get_by_role("button", name="Ya", exact=True).click()
        await page.reload()
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("pesan pertama")).to_be_visible()
        await expect(page.get_by_role("button", name="Tidak")).to_be_disabled()


async def test_a_file_from_the_device_and_one_that_is_refused(browser: Browser, phone: Phone, tmp_path: Path) -> None:
    good, bad = tmp_path / "surat.png", tmp_path / "surat.txt.jpg"
    good.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    bad.write_bytes(b"x" * (5 * 1024 * 1024 + 1))
    async with visit(browser, phone.url, refused=1) as page:
        await begin(page)
        for path in (good, bad):
            await page.locator("#file").set_input_files(path)
            await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Kirim foto").click()
            if path is good:
                await expect(page.get_by_role("dialog", name="Kirim foto")).to_be_hidden()
        await expect(page.get_by_role("alert").filter(has_text="Belum berhasil")).to_be_visible()
        await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Batal").click()
        images = [each for each in phone.business.changes("messages") if each["type"] == "image"]
        assert [each["image"]["mime_type"] for each in images] == ["image/png"]
