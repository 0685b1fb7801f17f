"""What a person does on the simulator's chat page, in a browser."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect


async def become(page: Page, name: str, phone: str) -> None:
    """Add somebody with a phone of their own, and be them."""
    await page.get_by_role("button", name="Tambah warga").click()
    dialog = page.get_by_role("dialog", name="Tambah warga")
    await dialog.get_by_label("Nama").fill(name)
    await dialog.get_by_label("Nomor WhatsApp").fill(phone)
    await dialog.get_by_role("button", name="Tambah", exact=True).click()
    await expect(dialog).to_be_hidden()


async def write(page: Page, text: str) -> None:
    """Write and send a message."""
    await page.get_by_label("Tulis pesan").fill(text)
    await page.get_by_role("button", name="Kirim", exact=True).click()


async def send_photo(page: Page, sample: str) -> None:
    """Send one of the sample photos, named by its menu entry."""
    await page.get_by_role("button", name="Lampirkan foto").click()
    await page.get_by_role("menuitem", name=sample).click()
    dialog = page.get_by_role("dialog", name="Kirim foto")
    await dialog.get_by_role("button", name="Kirim foto").click()
    await expect(dialog).to_be_hidden()


async def heard(log: Locator, text: str) -> None:
    """Wait until the office has said it. `text`: a pattern, in either case."""
    await expect(log.get_by_text(re.compile(text, re.IGNORECASE)).last).to_be_visible()


async def file_lost_card(page: Page, log: Locator, nik: str, kk_number: str) -> None:
    """Answer what is asked of whoever lost their family card, from the NIK on, send it, and get the receipt."""
    await write(page, nik)
    await heard(log, "Nomor Kartu Keluarga")
    await write(page, kk_number)
    await heard(log, "surat kehilangan")
    await send_photo(page, "Contoh foto surat polisi")
    await heard(log, "foto.*KTP-el")
    await send_photo(page, "Contoh foto KTP")
    await log.get_by_role("button", name="Kirim", exact=True).last.click()
    await heard(log, "MDN-")
