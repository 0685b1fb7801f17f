"""The pages on which work changes hands, in Chromium: by keyboard, at both sizes, with nothing that a screen reader stumbles over."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from services.verification.domain.task_parts import Outcome
from services.verification.handlers.bulk import is_sampled
from shared.clock import now
from shared.ids import new_id, new_receipt
from tests.integration.verification.test_work_browser import FAMILIES, Live, browser, keep, live, lost_card, unproven
from tests.integration.verification.test_work_together import account
from tests.support import families as people
from tests.support.browser import DESK, NARROW, comes_true, complaints

__all__ = ["browser", "live"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]
ELSEWHERE = '<p class="soft pad">Tidak ada yang cocok di bagian ini.</p>'
"""Intake's and issuance's answer, which is not part of this test."""
SIZES = {"desk": DESK, "phone": NARROW}


async def fit(page: Page, name: str, size: str) -> None:
    await keep(page, f"{name}-{size}.png")
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


async def test_the_box_finds_by_keyboard(live: Live) -> None:
    [task_id, *_] = await live.tasks(*map(lost_card, FAMILIES[40:42]))
    name = FAMILIES[40].head.name
    for size, dimensions in SIZES.items():
        async with live.at("/desk/pekerjaan", size=dimensions) as page:
            for part in ("permohonan", "dokumen"):
                await page.route(f"**/desk/cari/{part}", lambda route: route.fulfill(status=200, content_type="text/html", body=ELSEWHERE))
            if size == "desk":
                await page.keyboard.press("/")
                await expect(page.locator("#cari")).to_be_focused()
                await page.keyboard.type(FAMILIES[40].head.nik)
                await page.keyboard.press("Enter")
            else:
                await page.get_by_role("link", name="Cari", exact=True).click()
                await page.locator("#q-sini").fill(FAMILIES[40].head.nik)
                await page.locator("#q-sini").press("Enter")
            await page.wait_for_url("**/desk/cari")
            await expect(page.get_by_text("Dikenali sebagai")).to_contain_text("NIK atau nomor KK")
            await expect(page.get_by_text("Tidak ada yang cocok di bagian ini.")).to_have_count(2)
            assert name not in await page.content()
            await fit(page, "cari", size)
            await page.keyboard.press("Escape")
            await page.keyboard.press("j")
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"**/desk/pekerjaan/{task_id}")


async def test_a_service_that_does_not_answer_says_so_in_its_own_place(live: Live) -> None:
    [task_id] = await live.tasks(lost_card(FAMILIES[42]))
    context = await live.browser.new_context(locale="id-ID")  # htmx writes each failure to the console, which `visit` would not have
    try:
        token = live.issuer.token(live.issuer.member("verifier", at=live.office.clock()))
        await context.add_cookies([{"name": "desk", "value": token, "url": live.url}])
        page = await context.new_page()
        for wrong in ("503", "lost"):
            await page.route(
                "**/desk/cari/permohonan",
                lambda route, wrong=wrong: (
                    route.abort() if wrong == "lost" else route.fulfill(status=503, body="Bagian ini tidak menjawab")
                ),
            )
            await page.goto(f"{live.url}/desk/cari")
            await page.locator("#cari").fill(FAMILIES[42].head.nik)
            await page.locator("#cari").press("Enter")
            await expect(page.get_by_text("Permohonan dan percakapan sedang tidak menjawab.")).to_be_visible()
            await expect(page.locator(f'a[href="/desk/pekerjaan/{task_id}"]')).to_be_visible()
            await page.unroute("**/desk/cari/permohonan")
    finally:
        await context.close()


async def test_a_search_without_a_script_has_the_own_part_and_a_button_for_each_other(live: Live) -> None:
    [task_id] = await live.tasks(lost_card(FAMILIES[43]))
    context = await live.browser.new_context(java_script_enabled=False, locale="id-ID")
    try:
        token = live.issuer.token(live.issuer.member("verifier", at=live.office.clock()))
        await context.add_cookies([{"name": "desk", "value": token, "url": live.url}])
        page = await context.new_page()
        await page.goto(f"{live.url}/desk/cari")
        await page.locator("#cari").fill(FAMILIES[43].head.nik)
        await page.locator("#cari").press("Enter")
        await expect(page.locator(f'a[href="/desk/pekerjaan/{task_id}"]')).to_be_visible()
        await expect(page.get_by_role("button", name="Cari di bagian ini")).to_have_count(2)  # requests, and documents
    finally:
        await context.close()


@pytest.mark.parametrize("size", SIZES)
async def test_a_shift_is_handed_over_by_keyboard(live: Live, size: str) -> None:
    await account(live.office, "budi")
    ids = await live.tasks(*map(lost_card, FAMILIES[44:47]))
    async with live.at("/desk/pekerjaan", size=SIZES[size]) as page:
        for _ in ids:
            await page.keyboard.press("n")
            await page.wait_for_url(re.compile(r"/desk/pekerjaan/[0-9a-f-]{36}"))
            await page.goto(f"{live.url}/desk/pekerjaan")
        await page.keyboard.press("h")
        await page.wait_for_url("**/desk/pekerjaan/serah")
        await expect(page.get_by_text("3 pekerjaan")).to_be_visible()
        await page.get_by_label("Semua diserahkan kepada").select_option(label="Budi Santoso")
        await page.locator("input[name=catatan]").first.fill("Tinggal mencocokkan swafoto")
        await fit(page, "serah-tugas", size)
        await page.keyboard.press("Control+Enter")
        await page.wait_for_url("**/desk/pekerjaan?ok=diserahkan")
        await expect(page.get_by_text("Pekerjaan sudah diserahkan.")).to_be_visible()
    held = [row["claim"]["officer_id"] for row in await live.office.rows("tasks") if row["_id"] in ids]
    assert held == ["budi"] * 3


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_green_is_approved_row_by_row_after_the_sample_was_opened(live: Live, size: str) -> None:
    live.office.automatic(kk_hilang=False)
    green = [lost_card(family) for family in FAMILIES[48:60]]
    asked = [
        people.lost_card(nik=family.head.nik, kk_number=family.kk_number, request_id=new_id(), receipt=str(new_receipt()))
        for family in FAMILIES[48 : 48 + len(green)]
    ]
    ids = await live.tasks(*(replace(each, submitted_at=now() - timedelta(hours=1)) for each in asked))
    sample = [each for each in ids if is_sampled(each, 4)]
    async with live.at("/desk/pekerjaan", size=SIZES[size]) as page:
        await page.keyboard.press("g")
        await page.wait_for_url("**/hijau*")  # the page before has a choice of that name too
        await page.get_by_label("Layanan", exact=True).select_option("kk_hilang")
        await page.wait_for_url("**/hijau?layanan=kk_hilang")
        await expect(page.locator("[data-green-row]")).to_have_count(len(ids))
        if sample:
            await expect(page.get_by_text(f"{len(sample)} contoh belum diperiksa.").first).to_be_visible()
            await expect(page.get_by_role("button", name="Setujui yang dicentang")).to_be_disabled()
        await fit(page, "setujui-cocok", size)
        for each in sample:
            await page.goto(f"{live.url}/desk/pekerjaan/{each}")
            await page.keyboard.press("a")
            await expect(page.get_by_text("Anda pegang sampai")).to_be_visible()
        await page.goto(f"{live.url}/desk/pekerjaan/hijau?layanan=kk_hilang")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("[data-progress-said]")).to_have_text(f"{len(ids)} dari {len(ids)} disetujui.", timeout=120_000)
        await expect(page.get_by_text("Disetujui, belum dikirim")).to_have_count(len(ids))
        await fit(page, "setujui-cocok-hasil", size)
        await page.get_by_role("button", name="Batalkan").first.click()
        await page.wait_for_url(re.compile(r"/desk/pekerjaan/[0-9a-f-]{36}"))
    held = [row.get("held", {}).get("outcome") for row in await live.office.rows("tasks") if row["_id"] in ids]
    assert held.count(Outcome.APPROVED.value) == len(ids) - 1


@pytest.mark.parametrize("size", SIZES)
async def test_a_head_assigns_and_two_requests_lie_beside_each_other(live: Live, size: str) -> None:
    await account(live.office, "budi")
    family = FAMILIES[61]
    first, second = await live.tasks(unproven(live.office, family), unproven(live.office, family))
    async with live.at("/desk/pekerjaan", "sari", "section_head", size=SIZES[size]) as page:
        await page.goto(f"{live.url}/desk/pekerjaan?atur=ya")
        await page.locator(f'input[value="{first}"]').check()
        await page.get_by_label("Tugaskan yang dicentang kepada").select_option(label="Budi Santoso")
        await fit(page, "tugaskan", size)
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Pekerjaan sudah ditugaskan.")).to_be_visible()
        await page.goto(f"{live.url}/desk/pekerjaan/{second}")
        await page.keyboard.press("d")
        await page.wait_for_url(f"**/banding/{first}")
        await expect(page.locator(".pairing img")).to_have_count(6)
        await comes_true(page, "document.querySelector('.pairing img').naturalWidth > 0")
        await fit(page, "berdampingan", size)
        await page.keyboard.press("Escape")
        await page.wait_for_url(f"**/desk/pekerjaan/{second}", wait_until="commit")  # where the key leads; its pictures are none of this
