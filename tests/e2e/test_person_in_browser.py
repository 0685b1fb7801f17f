"""A person in a browser files a request to the end: the chat page, the four services, the document, its signature, its check page."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from deploy.local.stack import Stack
from tests.support.browser import DESK, PHONE, visit
from tests.support.chat_page import become, file_lost_card, heard, write
from tests.support.pdf import codes_of, signature_of, text_of
from tests.support.persons import Persons

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _keep(page: Page, name: str) -> None:
    """Save what the page looks like, where `SCREENSHOTS` names a folder (`make screenshots`)."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        await page.screenshot(path=str(Path(folder) / name))


@pytest.mark.parametrize(("size", "place"), [(PHONE, 20), (DESK, 21)], ids=["phone", "desk"])
async def test_a_person_gets_a_lost_family_card(
    browser: Browser, stack: Stack, size: tuple[int, int], place: int, persons: Persons
) -> None:
    person = persons("kk_hilang")
    counter = {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
    body = {"phone": f"0812 3456 78{place}", "nik": person["nik"]}
    linked = await asyncio.to_thread(httpx.post, f"{stack.part('intake').url}/v1/people/links", json=body, headers=counter)
    assert linked.status_code == 201, linked.text
    async with visit(browser, stack.part("whatsapp").url, size=size) as page:
        await become(page, person["name"].title(), f"0812 3456 78{place}")
        log = page.get_by_role("log", name="Percakapan")
        await write(page, "Halo")
        await heard(log, "Layanan yang dapat diajukan")
        await write(page, "KK hilang")
        await heard(log, "NIK.*16 angka")
        await write(page, "123")
        await heard(log, "16 angka")
        await file_lost_card(page, log, person["nik"], person["kk_number"])
        link = log.get_by_role("link", name=re.compile("Buka dokumen"))
        await expect(link.last).to_be_visible()
        await _keep(page, "chat-phone.png" if size == PHONE else "chat.png")
        answer = await page.request.get(stack.part("whatsapp").url + str(await link.last.get_attribute("href")))
        pdf = await answer.body()
    assert person["kk_number"] in text_of(pdf)
    assert person["name"] in text_of(pdf)
    signature = await signature_of(pdf, stack.state / "ca" / "ca.pem")
    assert signature.intact
    assert signature.trusted
    (code,) = await asyncio.to_thread(codes_of, pdf)
    await _check_page(browser, code.text, person["name"], size)


async def _check_page(browser: Browser, url: str, name: str, size: tuple[int, int]) -> None:
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="id-ID", java_script_enabled=False)
    try:
        page = await context.new_page()
        answer = await page.goto(url)
        assert answer is not None
        assert answer.status == 200
        words = await page.locator("body").inner_text()
        await _keep(page, "check.png" if size == PHONE else "check-desk.png")
    finally:
        await context.close()
    assert re.search(r"3519-KK-\d{8}-\d{4}", words)
    assert name not in words.upper()
    assert name.split(maxsplit=1)[0][0] + "*" in words.upper()
