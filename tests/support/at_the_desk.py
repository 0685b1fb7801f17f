"""Pages of the desk through the front door of a running system, for somebody who is signed in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from playwright.async_api import Browser, Page

from deploy.local.stack import Stack
from tests.support.browser import DESK, complaints, visit
from tests.support.sessions import SessionIssuer


@asynccontextmanager
async def at_the_desk(
    browser: Browser,
    stack: Stack,
    issuer: SessionIssuer,
    path: str,
    *roles: str,
    size: tuple[int, int] = DESK,
    refused: int | None = 0,
    name: str = "Rina Widyastuti",
    staff_id: str = "staff-1",
    village: str = "",
    court: str | None = None,
) -> AsyncIterator[Page]:
    """A page below /desk. `refused`: as `visit` takes it; `village`, `court`: the account's area and court, where it has one."""
    areas = frozenset({village}) if village else frozenset()
    member = replace(issuer.member(*(roles or ("section_head",)), areas=areas, name=name, court=court), staff_id=staff_id)
    async with visit(browser, f"{stack.desk_page}{path}", size=size, cookies={"desk": issuer.token(member)}, refused=refused) as page:
        yield page


async def look(page: Page, name: str, *, shows: str = "") -> None:
    """What every page has to be; its picture is taken where somebody wants to see it. `shows`: by what one knows that it is there."""
    if shows:
        await page.locator(shows).first.wait_for(state="attached")
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / "desk" / f"{name}.png")
    found = await complaints(page)
    assert found == [], found
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
