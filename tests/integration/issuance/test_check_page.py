"""The page behind the QR code, over real HTTP: whether a document is genuine, and whether it is still valid."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Page

from services.issuance import handlers
from services.issuance.domain.document import Document
from shared.clock import WIB
from tests.integration.issuance.office import Desk, FakePress, issued_one, superseded
from tests.support.approvals import WIFE, approval
from tests.support.browser import DESK, NARROW, PHONE, WIDE_THINGS, chromium
from tests.support.documented import documented
from tests.support.http_server import serving

MONTHS: Final = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
MASKED: Final = "S*** C***** W********"


@pytest.fixture
async def everybody(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with serving(app) as url, httpx.AsyncClient(base_url=url, event_hooks=documented(app), timeout=60) as client:
        yield client


def day(document: Document, name: str) -> str:
    on = getattr(document, name).astimezone(WIB)
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


async def in_state(desk: Desk, state: str) -> Document:
    """A document in that state."""
    units, deps = desk.parts.units, desk.parts.deps
    match state:
        case "issued":
            document = await issued_one(desk)
        case "superseded":
            document, _ = await superseded(desk)
        case "revoked":
            key = (await issued_one(desk)).document_id
            document = await units.run(lambda tx: handlers.revoke_document(tx, deps, key, desk.revocation()))
        case "held":
            broken = desk.with_renderer(FakePress(never="kk"))
            async with broken.printing():
                document = await broken.reaches(await desk.claim(), state)
        case _:
            document = await desk.document(await desk.claim())
    if state == "void":
        return await units.run(lambda tx: handlers.void_document(tx, deps, document.document_id, reason="wrong_data"))
    if state == "rendering":
        return await units.run(lambda tx: handlers.begin_printing(tx, deps, document.document_id))
    return document


@pytest.mark.parametrize(
    ("product", "name"), [("kk", "Kartu Keluarga"), ("ktp", "Bukti pengambilan KTP-el"), ("akta_kematian", "Kutipan Akta Kematian")]
)
async def test_it_vouches_for_an_issued_document(desk: Desk, everybody: httpx.AsyncClient, product: str, name: str) -> None:
    document = await issued_one(desk, product)
    page = await everybody.get(f"/v/{document.token}")
    assert page.status_code == 200
    assert document.pdf is not None
    for shown in ("SAH: dokumen terdaftar", name, document.number, document.pdf.sha256, day(document, "claimed_at"), "bukan BSrE"):
        assert shown in page.text, shown
    for hidden in ("SITI", "BUDI", WIFE["nik"], document.request_id, document.token, "DIGANTIKAN", "DICABUT"):
        assert hidden not in page.text


@pytest.mark.parametrize(
    ("state", "verdict", "since"),
    [("superseded", "DIGANTIKAN pada ", "superseded_at"), ("revoked", "DICABUT pada ", "revoked_at")],
)
async def test_it_says_since_when_a_document_is_no_longer_valid(
    desk: Desk, everybody: httpx.AsyncClient, state: str, verdict: str, since: str
) -> None:
    document = await in_state(desk, state)
    page = await everybody.get(f"/v/{document.token}")
    assert page.status_code == 200
    assert document.pdf is not None
    for shown in (f"<h1>{verdict}{day(document, since)}</h1>", document.number, document.pdf.sha256, MASKED, "sudah tidak berlaku"):
        assert shown in page.text, shown
    for hidden in ("SAH:", "SITI", "Putusan", "court", str(document.superseded_by), document.token):
        assert hidden not in page.text


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("claimed", "BELUM TERBIT"), ("rendering", "BELUM TERBIT"), ("held", "BELUM TERBIT"), ("void", "BATAL: tidak pernah terbit")],
)
async def test_it_vouches_for_nothing_that_was_not_issued(desk: Desk, everybody: httpx.AsyncClient, state: str, verdict: str) -> None:
    document = await in_state(desk, state)
    page = await everybody.get(f"/v/{document.token}")
    assert page.status_code == 404
    assert f"<h1>{verdict}</h1>" in page.text
    for hidden in ("SAH", MASKED, document.number, "sidik"):
        assert hidden not in page.text


@pytest.mark.parametrize("token", ["AAAAAAAAAAAAAAAAAAAAAA", "x", "<script>", "%00", "$ne"])
async def test_unknown_token_is_a_friendly_404(everybody: httpx.AsyncClient, token: str) -> None:
    page = await everybody.get(f"/v/{token}")
    assert page.status_code == 404
    assert "Kode ini tidak pernah kami terbitkan" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("state", ["issued", "superseded", "void"])
async def test_it_needs_no_script_and_loads_its_own_stylesheet_alone(desk: Desk, everybody: httpx.AsyncClient, state: str) -> None:
    page = await everybody.get(f"/v/{(await in_state(desk, state)).token}")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; ")
    assert "script-src" not in policy
    for forbidden in ("<script", "<style", " style=", "src=", " on"):
        assert forbidden not in page.text, forbidden
    style = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    loaded = await everybody.get(style)
    assert (loaded.status_code, loaded.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in loaded.headers["cache-control"]
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="viewport"' in page.text
    assert '<html lang="id">' in page.text


async def test_whoever_asks_how_is_told_what_the_address_must_begin_with(everybody: httpx.AsyncClient) -> None:
    page = await everybody.get("/v")
    assert page.status_code == 200
    assert "https://cek.contoh.invalid/v/" in page.text


CONTRAST: Final = """() => {
  const channel = (value) => { const part = value / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4 }
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map(Number)
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  }
  const verdict = getComputedStyle(document.querySelector('.verdict'))
  const [dark, bright] = [light(verdict.color), light(verdict.backgroundColor)].sort((one, other) => one - other)
  return (bright + 0.05) / (dark + 0.05)
}"""


async def _keep(page: Page, name: str) -> None:
    """Save what the page looks like, where `SCREENSHOTS` names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / name))


async def test_in_a_browser_every_verdict_is_read_at_a_glance_on_any_screen(desk: Desk, everybody: httpx.AsyncClient) -> None:
    """No script runs; nothing reaches over the edge; the verdict is a heading, in a contrast of WCAG AA."""
    wanted = {"issued": "SAH", "superseded": "DIGANTIKAN", "revoked": "DICABUT", "rendering": "BELUM TERBIT", "void": "BATAL"}
    tokens = {state: (await in_state(desk, state)).token for state in wanted}
    async with chromium() as browser:
        for size in (NARROW, PHONE, DESK):
            context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="id-ID")
            page: Page = await context.new_page()
            for state, word in wanted.items():
                await page.goto(str(everybody.base_url.join(f"/v/{tokens[state]}")))
                await _keep(page, f"check-{state}-{size[0]}.png")
                heading = page.get_by_role("heading", level=1)
                assert (await heading.inner_text()).startswith(word)
                box = await heading.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] < size[1], "seen without scrolling"
                assert await page.evaluate(WIDE_THINGS) == 0
                assert await page.evaluate(CONTRAST) >= 4.5
            await context.close()


async def test_a_page_is_found_among_many(desk: Desk, everybody: httpx.AsyncClient) -> None:
    documents = await desk.issue(*(approval() for _ in range(3)))
    for document in documents:
        assert document.number in (await everybody.get(f"/v/{document.token}")).text
