"""The chat page in Chromium: whatever a phone sends, what is done to a message later, and several people at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import NARROW, PHONE, WIDE_THINGS, complaints, visit
from tests.support.eventually import eventually
from tests.support.simulators import Phone, whatsapp

pytestmark = pytest.mark.asyncio(loop_scope="module")
WIDE = (1680, 900)
MIDDLE = (1180, 800)
SITI, BUDI, WATI = "6281234567890", "6289911112222", "6285233334444"


@pytest_asyncio.fixture(loop_scope="module")
async def phone() -> AsyncIterator[Phone]:
    async with whatsapp() as running:
        yield running


async def _people(phone: Phone, *phones: str) -> list[dict[str, Any]]:
    names = {SITI: "Siti Aminah", BUDI: "Budi Santoso", WATI: "Wati Lestari"}
    return [await phone.citizen(number, name=names[number]) for number in phones]


async def _open(page: Page, name: str) -> Locator:
    """Open somebody's conversation in place of what is open."""
    await page.get_by_role("list", name="Warga").get_by_role("button", name=name).click()
    return page.get_by_role("region", name=f"Chat {name}")


async def _beside(page: Page, name: str) -> Locator:
    """Open somebody's conversation beside what is open."""
    await page.get_by_role("button", name="Buka warga lain di samping").first.click()
    dialog = page.get_by_role("dialog", name="Buka warga lain di samping")
    await dialog.get_by_label("Warga").select_option(label=name)
    await dialog.get_by_role("button", name="Buka").click()
    await expect(dialog).to_be_hidden()
    return page.get_by_role("region", name=f"Chat {name}")


async def _write(chat: Locator, text: str) -> None:
    await chat.get_by_label("Tulis pesan").fill(text)
    await chat.get_by_role("button", name="Kirim", exact=True).click()


async def _attach(page: Page, item: str) -> None:
    await page.get_by_role("button", name="Lampirkan").click()
    await page.get_by_role("menuitem", name=item, exact=True).click()


async def _arrived(phone: Phone, kind: str, count: int = 1) -> dict[str, Any]:
    """What the business was told last of a kind."""

    def found() -> list[dict[str, Any]] | None:
        of_kind = [each for each in phone.business.changes("messages") if each["type"] == kind]
        return of_kind if len(of_kind) >= count else None

    return ((await eventually(found)) or [])[-1]


async def test_voice_sticker_video_contact_place_call_and_poll_are_sent(browser: Browser, phone: Phone) -> None:
    await _people(phone, SITI)
    async with visit(browser, phone.url, size=NARROW) as page:
        log = (await _open(page, "Siti Aminah")).get_by_role("log")
        for item, kind, shown in (("Pesan suara", "audio", "Pesan suara"), ("Stiker", "sticker", "Stiker"), ("Video", "video", "Video")):
            await _attach(page, item)
            part = (await _arrived(phone, kind))[kind]
            assert phone.carrier.files.get(part["id"])
            await expect(log.get_by_role("link", name=shown)).to_be_visible()
        await _attach(page, "Polling")
        assert (await _arrived(phone, "unsupported"))["unsupported"] == {"type": "poll"}
        await expect(log.get_by_text("Polling (WhatsApp tidak meneruskannya ke dinas)")).to_be_visible()
        await _attach(page, "Panggilan suara")
        await expect(log.get_by_text("Panggilan suara tidak terjawab")).to_be_visible()
        calls = await eventually(lambda: phone.business.changes("calls"))
        assert calls[0]["event"] == "connect"

        await _attach(page, "Kontak…")
        dialog = page.get_by_role("dialog", name="Kirim kontak")
        await dialog.get_by_label("Nama").fill("Pak Lurah")
        await dialog.get_by_label("Nomor HP").fill("0812 9999 0000")
        await dialog.get_by_role("button", name="Kirim kontak").click()
        (card,) = (await _arrived(phone, "contacts"))["contacts"]
        assert card["name"]["formatted_name"] == "Pak Lurah"
        await expect(log.get_by_text("Kontak: Pak Lurah")).to_be_visible()

        await _attach(page, "Lokasi…")
        dialog = page.get_by_role("dialog", name="Kirim lokasi")
        await dialog.get_by_label("Lintang").fill("-7.62")
        await dialog.get_by_role("button", name="Kirim lokasi").click()
        assert (await _arrived(phone, "location"))["location"]["latitude"] == -7.62
        await expect(log.get_by_text("-7.62")).to_be_visible()
        assert await page.evaluate(WIDE_THINGS) == 0
        assert await complaints(page) == []


async def test_messages_get_reactions_and_own_ones_are_edited_and_deleted_by_keyboard(browser: Browser, phone: Phone) -> None:
    await _people(phone, SITI)
    async with visit(browser, phone.url) as page:
        chat = await _open(page, "Siti Aminah")
        log = chat.get_by_role("log")
        await _write(chat, "NIK saya 123")
        await phone.sent(SITI, text={"body": "NIK harus 16 angka."})
        await expect(log.get_by_text("NIK harus 16 angka.")).to_be_visible()

        await chat.get_by_label("Isi percakapan").focus()
        await page.keyboard.press("Tab")  # to the last message's button: one stop for all of them
        await expect(log.get_by_role("button", name="Tindakan untuk pesan ini").last).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem", name="Ubah pesan…")).to_be_hidden()  # it is the office's
        assert await complaints(page) == []
        await page.keyboard.press("Enter")
        reaction = (await _arrived(phone, "reaction"))["reaction"]
        assert reaction["emoji"] == "👍"
        await expect(log.get_by_text("Reaksi Anda: 👍")).to_be_visible()

        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await page.keyboard.press("End")
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("menuitem", name="Ubah pesan…")).to_be_focused()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Ubah pesan")
        await expect(dialog.get_by_label("Pesan")).to_have_value("NIK saya 123")
        await dialog.get_by_label("Pesan").fill("NIK saya 3519")
        await page.keyboard.press("Enter")
        assert (await _arrived(phone, "edit"))["edit"]["message"]["text"]["body"] == "NIK saya 3519"
        await expect(log.get_by_text("NIK saya 3519")).to_be_visible()
        await page.reload()
        for left in ("diubah", "Reaksi Anda: 👍"):  # as it was
            await expect(log.get_by_text(left)).to_be_visible()
        await log.get_by_role("listitem").filter(has_text="NIK saya 3519").get_by_role("button").click()
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        assert (await _arrived(phone, "revoke"))["revoke"]["original_message_id"]
        await expect(log.get_by_text("Pesan ini sudah dihapus")).to_be_visible()
        await expect(log.get_by_text("NIK saya 3519")).to_have_count(0)


async def test_escape_closes_the_menu_of_a_message_and_goes_back(browser: Browser, phone: Phone) -> None:
    await _people(phone, SITI)
    async with visit(browser, phone.url) as page:
        chat = await _open(page, "Siti Aminah")
        await _write(chat, "halo")
        button = chat.get_by_role("button", name="Tindakan untuk pesan ini")
        await button.click()
        await page.keyboard.press("Escape")
        await expect(button).to_be_focused()
        await expect(page.get_by_role("menu", name="Tindakan untuk pesan ini")).to_be_hidden()
        await button.click()
        await page.get_by_role("menuitem", name="hati").click()
        await expect(chat.get_by_text("Reaksi Anda: ❤️")).to_be_visible()
        await button.click()
        await page.get_by_role("menuitem", name="Tarik reaksi").click()
        await expect(chat.get_by_text("Reaksi Anda")).to_have_count(0)
        assert "emoji" not in (await _arrived(phone, "reaction", 2))["reaction"]


async def test_three_people_stand_side_by_side_on_a_wide_screen(browser: Browser, phone: Phone) -> None:
    await _people(phone, SITI, BUDI, WATI)
    async with visit(browser, phone.url, size=WIDE) as page:
        chats = [await _open(page, "Siti Aminah"), await _beside(page, "Budi Santoso"), await _beside(page, "Wati Lestari")]
        for chat in chats:
            await expect(chat).to_be_visible()
        await expect(page.get_by_role("navigation", name="Percakapan yang terbuka")).to_be_hidden()
        await expect(page.get_by_role("button", name="Buka warga lain di samping")).to_have_count(0)
        for chat, text in zip(chats, ("saya Siti", "saya Budi", "saya Wati"), strict=True):
            await _write(chat, text)
            await expect(chat.get_by_role("log").get_by_text(text)).to_be_visible()
        await eventually(lambda: len(phone.business.changes("messages")) == len(chats))
        senders = phone.business.changes("messages")
        assert {each["from"]: each["text"]["body"] for each in senders} == {SITI: "saya Siti", BUDI: "saya Budi", WATI: "saya Wati"}
        wamid = await phone.sent(BUDI, text={"body": "untuk Budi"})
        await expect(chats[1].get_by_text("untuk Budi")).to_be_visible()
        await expect(chats[0].get_by_text("untuk Budi")).to_have_count(0)
        await eventually(lambda: "read" in phone.business.statuses(wamid))
        assert await complaints(page) == []
        assert await page.evaluate(WIDE_THINGS) == 0

        await page.reload()
        for chat in chats:  # the same three, in the same order
            await expect(chat).to_be_visible()
        assert [await each.get_attribute("aria-label") for each in await page.locator(".panes > .chat").all()] == [
            "Chat Siti Aminah",
            "Chat Budi Santoso",
            "Chat Wati Lestari",
        ]
        await chats[1].get_by_role("button", name="Tutup percakapan ini").click()
        await expect(chats[1]).to_have_count(0)
        await expect(chats[2].get_by_label("Tulis pesan")).to_be_focused()


async def test_a_narrower_screen_shows_two_and_the_third_in_a_tab(browser: Browser, phone: Phone) -> None:
    await _people(phone, SITI, BUDI, WATI)
    async with visit(browser, phone.url, size=MIDDLE) as page:
        siti, budi = await _open(page, "Siti Aminah"), await _beside(page, "Budi Santoso")
        wati = await _beside(page, "Wati Lestari")
        await expect(siti).to_be_hidden()
        tabs = page.get_by_role("navigation", name="Percakapan yang terbuka")
        await tabs.get_by_role("button", name="Siti Aminah").click()
        for chat, seen in ((siti, True), (budi, False), (wati, True)):
            await expect(chat).to_be_visible(visible=seen)
        await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        for chat in (siti, budi, wati):
            await expect(chat).to_be_visible()
        await expect(tabs).to_be_hidden()


async def test_people_are_tabs_on_a_phone(browser: Browser, phone: Phone) -> None:
    await _people(phone, SITI, BUDI)
    async with visit(browser, phone.url, size=PHONE) as page:
        siti, budi = await _open(page, "Siti Aminah"), await _beside(page, "Budi Santoso")
        await expect(siti).to_be_hidden()
        await expect(budi.get_by_label("Tulis pesan")).to_be_focused()
        await _write(budi, "saya Budi")
        tabs = page.get_by_role("navigation", name="Percakapan yang terbuka")
        await phone.writes({"id": (await phone.citizen(SITI))["id"]}, "halo")
        hidden = await phone.sent(SITI, text={"body": "untuk Siti"})
        tab = tabs.get_by_role("button", name="Siti Aminah")
        await expect(tab).to_contain_text("1 belum dibaca")
        assert "read" not in phone.business.statuses(hidden)
        assert await complaints(page) == []
        assert await page.evaluate(WIDE_THINGS) == 0
        await tab.focus()
        await page.keyboard.press("Enter")
        await expect(siti.get_by_text("untuk Siti")).to_be_visible()
        await expect(budi).to_be_hidden()
        await eventually(lambda: "read" in phone.business.statuses(hidden))
        await expect(tab).not_to_contain_text("belum dibaca")

        await page.get_by_role("button", name="Kembali ke daftar warga").click()
        await expect(siti).to_be_hidden()
        row = page.get_by_role("list", name="Warga").get_by_role("button", name="Budi Santoso")
        await row.click()
        await expect(budi.get_by_text("saya Budi")).to_be_visible()
