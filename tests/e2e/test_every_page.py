"""Every page of the desk, as its first role meets it by following links: a screen and a phone, axe-core, nothing wider than the window.

Links are read off the page as it is sent; Chromium opens what it has to look at.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from deploy.keys import COURT
from deploy.local import journeys
from deploy.local.parts import ROOT
from deploy.local.stack import Stack
from deploy.local.travel import Places
from shared.reference.roles import roles
from tests.support.browser import DESK, NARROW, comes_true, complaints, visit
from tests.support.consoles import file_unproven
from tests.support.persons import Persons
from tests.support.sessions import SessionIssuer

ROLES = ("section_head", "admin", "auditor", "village", "operator", "verifier", "head", "court", "outreach")
SIDOREJO = "3519072001"
AREAS = {"village": frozenset({SIDOREJO})}
COURTS = {"court": COURT}
OPENED = "buka"
MOST = 150  # addresses opened as one role
SIZES = {"desk": DESK, "phone": NARROW}
PARTS = {
    "langsung",
    "jumlah",
    "unduh",
    "unduh-xlsx",
    "unduh-pdf",
    "angka",
    "isi",
    "lain",
    "sesi",
    "{name}",
    "halaman",
    "berkas",
    "putusan",
    "{number}",
    "{file_id}",
    "qr.svg",
    "pratinjau",
    "{form_code}",
}
"""Last words of addresses that are no page: streams, counts, files, pieces of a page."""
SEEN_ELSEWHERE = {
    "/desk/masuk": "test_accounts, test_first_decision: whoever is signed in is led on",
    "/desk/masuk/kode": "test_accounts",
    "/desk/akun": "test_accounts: who is signed in here has no account",
    "/desk/undangan": "test_accounts",
    "/desk/desa/ajukan/{draft_id}": "test_desk_chats: a village files",
    "/desk/desa/{receipt}": "test_desk_chats: a village files",
    "/desk/perkara/isi/{draft_id}": "test_desk_court: a clerk types a decision",
    "/desk/perkara/isi/{draft_id}/kirim": "test_desk_court",
    "/desk/perkara/{case_id}": "test_desk_court: what came of it",
    "/desk/perkara/{case_id}/tanda-terima": "test_desk_court",
    "/desk/sumber/{code}": "integration/intake/test_outreach_browser: a source is made",
    "/desk/konten/karya/{piece_id}": "integration/intake/test_studio_browser: a piece is made",
    "/desk/konten/paket/{bundle_id}": "integration/intake/test_studio_browser: posters are ordered",
    "/desk/pekerjaan/{task_id}/banding/{other_id}": "integration/verification/test_together_browser",
    "/desk/macet/{part}/{stuck_id}": "integration/notifier/test_stuck_browser",
    "/desk/dokumen/{document_id}/hangus": "integration/issuance/test_desk_browser: only what is held can be given up",
    "/desk/siaran/{broadcast_id}": "test_broadcasts",
    "/desk/kartu/{document_id}": "integration/issuance/test_desk_browser",
    "/desk/jemput-bola/{trip_id}": "integration/intake/test_next_steps",
    "/desk/jemput-bola/{trip_id}/ubah": "integration/intake/test_next_steps",
    "/desk/uji/{trial_id}": "integration/intake/test_next_steps",
    "/desk/uji/baru": "integration/intake/test_next_steps: where pages are visited and nobody chats",
    "/desk/siaran/banding/{trial_id}": "integration/notifier/test_broadcast_pages",
    "/desk/posting/{post_id}": "integration/notifier/test_posting_pages",
    "/desk/posting/{post_id}/perbaiki": "integration/notifier/test_posting_pages",
    "/desk/komentar/{remark_id}": "integration/notifier/test_posting_pages",
}
"""What no link leads to where nothing is stuck, doubled or half filed -> where it is looked at."""
LEADS_ON = {"/desk", "/desk/jejak"}
"""What leads to another page, each role to its first."""


class Links(HTMLParser):
    """Where a page leads within the desk, and the pieces that it loads; what is only downloaded is no page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        href = named.get("href") or ""
        if tag == "a" and href.startswith("/desk") and "download" not in named:
            self.found.append(href)
        elif piece := named.get("data-part"):
            self.found.append(piece)


def pages() -> dict[str, str]:
    """Each page's address with its gaps -> the first role that may open it, as docs/desk/roles.md says."""
    table = (ROOT / "docs" / "desk" / "roles.md").read_text()
    named = {role.name: code for code, role in roles().items()}
    heads: list[str] = []
    found: dict[str, str] = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "layanan":
            heads = [named.get(cell, "") for cell in cells]
        if heads and cells[1].startswith("`GET /desk"):
            path = cells[1].strip("`").removeprefix("GET ")
            may = {heads[place] for place, cell in enumerate(cells) if cell == "ya"}
            found[path] = next((role for role in ROLES if role in may), "")
    return {path: role for path, role in found.items() if path.rpartition("/")[2] not in PARTS}


PAGES = pages()
PATTERNS = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in sorted(PAGES, key=lambda each: each.count("{"))}


def template(address: str) -> str | None:
    """Which page it is; a list beside which a row is opened is one of its own."""
    there = urlsplit(address)
    found = next((each for each, pattern in PATTERNS.items() if pattern.fullmatch(there.path)), None)
    return f"{found}?{OPENED}" if found and OPENED in parse_qs(there.query) else found


def is_elsewhere(path: str) -> bool:
    return re.sub(r"/macet/\w+/\{", "/macet/{part}/{", path) in SEEN_ELSEWHERE


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worked(stack: Stack, persons: Persons) -> None:
    """A document that was issued, and a task that waits."""
    await journeys.whatsapp(Places.of(stack.parts, stack.keys.clients["petugas-01"]), persons("kk_hilang"))
    await file_unproven(stack, persons("kk_hilang"))


def least_seen(addresses: Sequence[str], opened: AbstractSet[str], seen: Counter[str], *, wanted: AbstractSet[str]) -> str | None:
    """Return what to open next: of the kind of page that was opened least, for another document may lead to what a revoked one does not.

    Once all that is `wanted` was seen, only what no page of its kind was seen of.
    """
    left = {address: path for address in addresses if address not in opened and (path := template(address)) and not is_elsewhere(path)}
    address = min(left, key=lambda each: seen[left[each]], default=None)
    return None if address is None or (seen[left[address]] and wanted <= set(seen)) else address


async def look(page: Page, path: str) -> None:
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        await comes_true(page, "Array.from(document.images).every(each => each.complete || each.loading === 'lazy')")
        if pictures := os.environ.get("SCREENSHOTS"):
            name = "-".join(word for word in path.removeprefix("/desk").split("/") if word) or "awal"
            where = Path(pictures) / "desk" / f"{re.sub(r'[{}]', '', name).replace('?', '-')}-{size}.png"
            if not where.exists():  # another test had more to show
                await page.screenshot(path=where)
        assert await complaints(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (path, size)
        assert await page.locator("h1").count() == 1, path
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("worked")
async def test_each_page_fits_both_sizes_and_a_screen_reader(stack: Stack, issuer: SessionIssuer, browser: Browser, role: str) -> None:
    own = {path for path, first in PAGES.items() if first == role and not is_elsewhere(path)}
    member = issuer.member(role, areas=AREAS.get(role, frozenset()), court=COURTS.get(role))
    start = stack.desk_page
    origin = start.removesuffix("/desk")
    async with visit(browser, start, size=DESK, cookies={"desk": issuer.token(member)}, refused=None) as page:
        seen: Counter[str] = Counter()
        opened: set[str] = set()
        waiting = [urlsplit(page.url).path]
        while (address := least_seen(waiting, opened, seen, wanted=own)) is not None and len(opened) < MOST:
            path = template(address)
            assert path is not None
            opened.add(address)
            answer = await page.request.get(origin + address, headers={"Accept": "text/html"})
            assert answer.ok, (address, answer.status)
            assert template(answer.url) == path or path in LEADS_ON, (address, answer.url)
            waiting += Links(await answer.text()).found
            if path.partition("?")[0] in own and path not in seen:
                await page.goto(origin + address)
                await page.locator("body[data-ready]").wait_for()
                await look(page, path)
            seen[path] += 1
    assert own <= set(seen), sorted(own - set(seen))


def test_every_page_is_somebodys_and_what_is_looked_at_elsewhere_is_a_page() -> None:
    assert set(PAGES.values()) <= {*ROLES, ""}
    assert {path for path, role in PAGES.items() if not role and not is_elsewhere(path)} == set()
    assert {each for each in SEEN_ELSEWHERE if "{part}" not in each} <= set(PAGES)
