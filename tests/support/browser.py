"""Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.support.eventually import eventually

ROOT: Final = Path(__file__).resolve().parents[2]
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no network but this machine's services
)
PHONE: Final = (390, 844)
NARROW: Final = (360, 740)  # the narrowest phone that people still use
DESK: Final = (1280, 800)
PATIENCE_MS: Final = 60_000  # a busy machine; what is there ends the wait at once
WIDE_THINGS: Final = "[...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).length"
"""A script: how many elements reach over the right edge of the window, scrolled to or not."""

expect.set_options(timeout=PATIENCE_MS)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser that ends with the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE_MS)
        try:
            yield browser
        finally:
            await browser.close()


async def comes_true(page: Page, script: str, given: object = None) -> None:
    """Wait until a script of the page answers something true.

    Playwright's own wait evaluates text within the page from its second look on, which our pages forbid (`unsafe-eval`).
    """
    await eventually(lambda: page.evaluate(script, given))


@contextlib.asynccontextmanager
async def visit(
    browser: Browser, url: str, *, size: tuple[int, int] = PHONE, refused: int | None = 0, cookies: Mapping[str, str] | None = None
) -> AsyncIterator[Page]:
    """A page of ours, ready for use, with cookies and storage of its own; errors of its scripts and requests elsewhere fail the block.

    Args:
        browser: From `chromium`.
        url: Where it is.
        size: Of the window, in CSS pixels.
        refused: How many of its calls the test makes the server refuse; the browser writes each to the console. None: any number.
        cookies: Set before it is opened.

    Raises:
        AssertionError: a script failed, something else was written to the console as an error, or another host was asked for something.
    """
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="id-ID", timezone_id="Asia/Jakarta", reduced_motion="reduce"
    )
    await context.add_cookies([{"name": name, "value": value, "url": _origin(url)} for name, value in (cookies or {}).items()])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if _is_elsewhere(request.url, url) else None)
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" and not _is_uncounted(message) else None)
    await page.goto(url)
    await page.locator("body[data-ready]").wait_for()
    try:
        yield page
    finally:
        await context.close()
    assert not elsewhere, elsewhere
    refusals = [each for each in trouble if each.startswith("Failed to load resource")]
    assert refused in (None, len(refusals)), trouble
    assert len(trouble) == len(refusals), trouble


async def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is: rule, weight, and the first place."""
    await page.wait_for_load_state()
    if not await page.evaluate("'axe' in window"):  # a page is looked at in several sizes
        await page.evaluate(AXE.read_text())
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
    found = await page.evaluate("(options) => axe.run(document, options)", options)
    return [f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


def _is_uncounted(message: ConsoleMessage) -> bool:
    """Whether it says that how many wait at another service's page is not to be had at this service's own port."""
    return "404" in message.text and urlsplit(message.location["url"]).path.endswith("/jumlah")


def _origin(url: str) -> str:
    """The address without its path: a cookie that was set for a path is not sent with what lies beside it."""
    there = urlsplit(url)
    return f"{there.scheme}://{there.netloc}/"


def _is_elsewhere(asked: str, page: str) -> bool:
    there, here = urlsplit(asked), urlsplit(page)
    return there.scheme not in ("data", "blob") and (there.scheme, there.netloc) != (here.scheme, here.netloc)
