"""A poster for one village through the whole system: made at the desk, scanned from its picture, followed into the chat, counted there."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from deploy.local.stack import Stack
from tests.support.browser import DESK, NARROW, PHONE, visit
from tests.support.chat_page import become, file_lost_card, heard, write
from tests.support.eventually import eventually
from tests.support.pdf import links_in, pages_of
from tests.support.persons import Persons
from tests.support.sessions import SessionIssuer
from tests.support.studio import make_poster

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHONE_NUMBER = "0812 3456 7831"
VILLAGE = "3519072001"  # Sidorejo, Wungu


async def _keep(page: Page, name: str) -> None:
    """Save what the page looks like, where `SCREENSHOTS` names a folder (`make screenshots`)."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / "desk" / name))


async def test_a_poster_on_the_wall_brings_a_person_who_is_counted_under_it(
    browser: Browser, stack: Stack, issuer: SessionIssuer, persons: Persons
) -> None:
    person = persons("kk_hilang")
    desk = {"desk": issuer.token(issuer.member("outreach"))}
    form = f"{stack.desk_page}/konten/baru?bentuk=poster&layanan=kk_hilang"
    async with visit(browser, form, size=DESK, cookies=desk, refused=1) as page:
        poster = await make_poster(page)
    (sheet,) = await asyncio.to_thread(pages_of, poster)
    (link,) = await asyncio.to_thread(links_in, sheet)
    (sentence,) = parse_qs(urlsplit(link).query)["text"]
    code = sentence.rpartition("#")[2].removesuffix(")")

    async with visit(browser, f"{stack.desk_page.removesuffix('/desk')}/m/{code}", size=NARROW, refused=None) as page:
        await expect(page.get_by_text("Desa Sidorejo, Kecamatan Wungu")).to_be_visible()
        assert await page.get_by_role("link", name="Mulai di WhatsApp").first.get_attribute("href") == link

    counter = {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
    proof = {"phone": PHONE_NUMBER, "nik": person["nik"]}
    proven = await asyncio.to_thread(httpx.post, f"{stack.part('intake').url}/v1/people/links", json=proof, headers=counter)
    assert proven.status_code == httpx.codes.CREATED, proven.text
    async with visit(browser, stack.part("whatsapp").url, size=PHONE) as page:
        await become(page, person["name"].title(), PHONE_NUMBER)
        log = page.get_by_role("log", name="Percakapan")
        await write(page, sentence)
        await log.get_by_role("button", name="KK hilang", exact=True).click()
        await heard(log, "NIK.*16 angka")
        await file_lost_card(page, log, person["nik"], person["kk_number"])
        await expect(log.get_by_role("link", name=re.compile("Buka dokumen")).last).to_be_visible()

    async with visit(browser, f"{stack.desk_page}/corong?menurut=sumber&wilayah={VILLAGE}", size=DESK, cookies=desk, refused=None) as page:

        async def is_counted() -> bool:
            await page.reload()
            cells = await page.get_by_role("row").filter(has_text=code).get_by_role("cell").all_text_contents()
            return cells[2:6] == ["1", "1", "1", "1"]  # chatted, began, filed, finished

        await eventually(is_counted)
        await _keep(page, "corong-poster.png")
