"""The pages of the desk through the front door in Chromium: both sizes, keyboard, screen reader, news, and nobody who may not."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from deploy.local import journeys
from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.browser import DESK, NARROW, complaints, visit
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIZES = {"1280": DESK, "360": NARROW}
PICTURES = os.environ.get("SCREENSHOTS")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def issued(stack: Stack) -> str:
    """A family card was issued; its holder's name."""
    person = stack.people()["kk_hilang"][40]
    await journeys.whatsapp(Places.of(stack.parts, stack.keys.clients["petugas-01"]), person)
    return str(person["name"])


@asynccontextmanager
async def at_the_desk(
    browser: Browser, stack: Stack, issuer: SessionIssuer, path: str, *roles: str, size: tuple[int, int] = DESK, refused: int = 0
) -> AsyncIterator[Page]:
    cookie = {"desk": issuer.token(issuer.member(*(roles or ("section_head",))))}
    async with visit(browser, f"{stack.desk_page}{path}", size=size, cookies=cookie, refused=refused) as page:
        yield page


async def look(page: Page, name: str) -> None:
    """What every page has to be; its picture is taken where somebody wants to see it."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")
    assert await complaints(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("path", "heading"), [("/dokumen", "Dokumen terbit"), ("/pesan", "Pesan keluar"), ("/tidak-ada", "Halaman tidak ditemukan")]
)
@pytest.mark.usefixtures("issued")
async def test_a_page_is_fit_for_everybody(
    browser: Browser, stack: Stack, issuer: SessionIssuer, path: str, heading: str, size: str
) -> None:
    refused = 1 if path == "/tidak-ada" else 0
    async with at_the_desk(browser, stack, issuer, path, size=SIZES[size], refused=refused) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        await look(page, f"{path.strip('/')}-{size}")
