"""A court's clerk at the desk, in Chromium through the front door: decisions typed by hand, from the paper to the issued documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from deploy.keys import COURT
from deploy.local.office import Officer
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from services.intake.domain.clerk import CUSTODY, groups, paths
from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import decision_kinds
from tests.support.at_the_desk import at_the_desk, look
from tests.support.browser import DESK, NARROW
from tests.support.eventually import eventually
from tests.support.photos import pdf
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = "/perkara"
SIZES = {"1280": DESK, "360": NARROW}
BY_HAND = [kind for kind, known in decision_kinds().items() if known.court is CourtKind.RELIGIOUS]
PAPER: FilePayload = {"name": "putusan.pdf", "mimeType": "application/pdf", "buffer": pdf("putusan")}


async def sample(places: Places, kind: str, index: int) -> dict[str, Any]:
    """A decision about a couple of the sample register that no other test has."""
    async with Travel(places, lambda _who, _what: None) as travel:
        page = await travel.call("GET", f"{places.court}/sim/families", params={"limit": 200, "kind": kind})
    families = [each["decision"] for each in page["families"]]
    fewest = {group.name: group.count[0] for group in groups(decision_kinds()[kind])}
    whole = (each for each in (*families[index:], *families) if all(len(each[name]) >= least for name, least in fewest.items()))
    found: dict[str, Any] = next(whole)
    return found


def texts(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a clerk types: each field's path with its text."""
    kind = decision_kinds()[sent["kind"]]
    roles = {sent[role]["nik"]: role for role in kind.served if sent.get(role)}
    for path, each in paths(kind, {group.name: len(sent.get(group.name) or ()) for group in groups(kind)}):
        owner, _, inner = path.partition(".")
        name, _, row = owner.partition("[")
        value = sent.get(name)
        if row:
            value = value[int(row[:-1])].get(inner) if value else None
        elif inner:
            value = (value or {}).get(inner)
        if value is not None:
            said = ("ya" if value else "tidak") if isinstance(value, bool) else str(value)
            yield path, roles[value] if each.name == CUSTODY else said


async def begin(page: Page, kind: str) -> None:
    await page.get_by_role("link", name="Perkara baru").click()
    await page.locator(f"input[name=jenis][value={kind}]").check()
    await page.get_by_role("button", name="Lanjut").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(decision_kinds()[kind].name)


async def type_in(page: Page, sent: Mapping[str, Any]) -> None:
    for group in groups(decision_kinds()[sent["kind"]]):
        wanted = len(sent.get(group.name) or ())
        for row in range(int(await page.locator(f"input[name='baris:{group.name}']").input_value()), wanted):
            await page.locator(f"button[value='tambah:{group.name}']").click()
            await expect(page.locator(f"[name='{group.name}[{row}].{group.fields[0].name}']")).to_be_focused()
    for path, text in texts(sent):
        field = page.locator(f"[name='{path}']")
        if await field.evaluate("each => each.tagName") == "SELECT":
            await field.select_option(text)
        else:
            await field.fill(text)


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Periksa dan lanjut").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Periksa dan kirim")
    await page.get_by_role("button", name="Kirim ke dinas").click()
    await expect(page.get_by_text("Terkirim ke dinas.")).to_be_visible()


async def comes_to(page: Page, words: str, times: int) -> None:
    """Wait until so many parties have come to a state."""

    async def there() -> bool:
        await page.reload()
        return await page.get_by_role("article").filter(has_text=words).count() == times

    await eventually(there, 90)


async def test_a_divorce_typed_by_hand_becomes_documents(browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places) -> None:
    sent = await sample(places, "cerai_gugat", 40)
    sent["children"] = sent["children"][:1]
    async with at_the_desk(browser, stack, issuer, CASES, "court", court=COURT, refused=1) as page:
        await begin(page, "cerai_gugat")
        await look(page, "perkara-isian-kosong-1280")
        await page.locator("[name='husband.nik']").fill("3519")
        await page.locator("[name='husband.name']").focus()
        await expect(page.locator("#e-f-husband-nik")).to_have_text("NIK harus 16 angka.")
        await expect(page.locator("#e-f-wife-nik")).to_be_empty()
        await type_in(page, sent)
        await page.locator("[name='deed_serial']").focus()
        await expect(page.locator("#e-f-husband-nik")).to_be_empty()
        await page.locator("[name='final_on']").fill(sent["decided_on"])
        await page.locator("#berkas").set_input_files(PAPER)
        await page.get_by_role("button", name="Periksa dan lanjut").click()
        await expect(page.get_by_role("alert")).to_contain_text("paling cepat 14 hari")
        await look(page, "perkara-isian-salah-1280")
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        await look(page, "perkara-isian-salah-360")
        await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        await page.locator("[name='final_on']").fill(sent["final_on"])
        await expect(page.get_by_role("link", name="Buka PDF yang terlampir")).to_be_visible()
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("PDF salinan putusan terlampir")).to_be_visible()
        await look(page, "perkara-periksa-1280")
        await send_from_summary(page)
        await comes_to(page, "Dokumen terbit", 2)
        await expect(page.get_by_role("article", name="Suami")).to_contain_text("Kartu Keluarga")
        for size, (width, height) in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            await look(page, f"perkara-selesai-{size}")
        await page.get_by_role("link", name="Tanda terima").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Tanda terima putusan")
        await look(page, "perkara-tanda-terima-360")
        await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        await look(page, "perkara-tanda-terima-1280")
        assert sent["husband"]["nik"] not in await page.content()
        await page.emulate_media(media="print")
        await expect(page.get_by_role("button", name="Cetak")).to_be_hidden()
        await expect(page.get_by_role("table")).to_be_visible()


async def send_from_summary(page: Page) -> None:
    await page.get_by_role("button", name="Kirim ke dinas").click()
    await expect(page.get_by_text("Terkirim ke dinas.")).to_be_visible()


@pytest.mark.parametrize("kind", BY_HAND)
async def test_each_kind_is_typed_by_hand_and_sent(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places, kind: str
) -> None:
    sent = await sample(places, kind, 100 + 5 * BY_HAND.index(kind))
    async with at_the_desk(browser, stack, issuer, CASES, "court", court=COURT) as page:
        await begin(page, kind)
        await type_in(page, sent)
        await page.evaluate("scrollTo(0, 0)")  # what stands half under the bar at the top has half its size
        await look(page, f"perkara-{kind}-1280")
        await send(page)
        await expect(page.get_by_role("heading", level=1)).to_contain_text(sent["case_number"])


async def test_a_returned_decision_is_corrected_on_a_phone(browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places) -> None:
    sent, other = await sample(places, "cerai_gugat", 80), await sample(places, "cerai_gugat", 81)
    wrong = sent | {"husband": other["husband"]}
    async with at_the_desk(browser, stack, issuer, CASES, "court", court=COURT, size=NARROW) as page:
        await begin(page, "cerai_gugat")
        await look(page, "perkara-isian-kosong-360")
        await type_in(page, wrong)
        await send(page)
        await look(page, "perkara-terkirim-360")
        receipt = await page.get_by_role("article", name="Suami").locator(".mono").first.inner_text()
        async with Travel(places, lambda _who, _what: None) as travel:
            reason = {"code": "decision_dates_disorder", "field": "decision.deed_on"}
            await Officer(travel).send_back(receipt, [reason], "Periksa suaminya.")
        await comes_to(page, "Dikembalikan, perlu diperbaiki", 2)
        await look(page, "perkara-dikembalikan-360")
        await page.get_by_role("button", name="Perbaiki").click()
        await expect(page.locator("[name='wife.nik']")).to_have_value(sent["wife"]["nik"])
        for path, text in texts(sent):
            if path.startswith("husband."):
                await page.locator(f"[name='{path}']").fill(text)
        await send(page)
        async with Travel(places, lambda _who, _what: None) as travel:
            await Officer(travel).approve(receipt)  # what an officer returned comes back to one
        await comes_to(page, "Dokumen terbit", 2)


async def test_two_tabs_send_once_and_a_colleague_goes_on(browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places) -> None:
    sent = await sample(places, "dispensasi_kawin", 85)
    async with (
        at_the_desk(browser, stack, issuer, CASES, "court", court=COURT, name="Ratna Dewi", staff_id="s-ratna", refused=None) as mine,
        at_the_desk(browser, stack, issuer, CASES, "court", court=COURT, name="Joko Susilo", staff_id="s-joko", refused=None) as theirs,
    ):
        await begin(mine, "dispensasi_kawin")
        await theirs.goto(mine.url)
        await theirs.locator("[name='candidate.name']").fill("NAMA DARI JOKO")
        await theirs.locator("[name='candidate.nik']").focus()
        await expect(theirs.locator("#versi input")).to_have_value("2")
        await mine.locator("[name='candidate.name']").fill("NAMA DARI RATNA")
        await mine.locator("[name='candidate.nik']").focus()
        await expect(mine.get_by_role("alert")).to_contain_text("Joko Susilo menyimpan isian ini")
        await mine.get_by_role("button", name="Simpan", exact=True).last.click()
        await expect(mine.get_by_role("alert")).to_contain_text("di tempat Joko Susilo NAMA DARI JOKO")
        await look(mine, "perkara-bersama-1280")
        await type_in(mine, sent)
        await mine.get_by_role("button", name="Periksa dan lanjut").click()
        await expect(mine.get_by_role("heading", level=1)).to_have_text("Periksa dan kirim")
        await theirs.goto(mine.url)
        for page in (mine, theirs):
            await page.get_by_role("button", name="Kirim ke dinas").click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text(sent["case_number"])
        assert mine.url == theirs.url


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_is_fit_for_everybody_and_another_courts_clerk_finds_nothing(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places, size: str
) -> None:
    sent = await sample(places, "wali_adhal", 88 + len(size))
    async with at_the_desk(browser, stack, issuer, CASES, "court", court=COURT, size=SIZES[size]) as page:
        await begin(page, "wali_adhal")
        await type_in(page, sent)
        draft = page.url
        await send(page)
        case = page.url.partition("?")[0]
        await page.goto(f"{stack.desk_page}{CASES}")
        await page.locator("#q").fill(sent["bride"]["nik"])
        await page.locator("#q").press("Enter")
        await expect(page.locator("[data-row]").first).to_have_text(sent["case_number"])
        assert sent["bride"]["nik"] not in page.url
        await look(page, f"perkara-cari-{size}")
        await page.get_by_role("link", name="Semua", exact=True).click()
        await begin(page, "wali_adhal")
        await page.goto(f"{stack.desk_page}{CASES}")
        await expect(page.get_by_text("Belum selesai diisi")).to_be_visible()
        await look(page, f"perkara-{size}")
        await page.goto(f"{stack.desk_page}{CASES}/baru")
        await look(page, f"perkara-baru-{size}")
    async with at_the_desk(browser, stack, issuer, CASES, "court", court="PA.Mn", size=SIZES[size], refused=None) as page:
        await expect(page.get_by_text("0 perkara")).to_be_visible()
        await look(page, f"perkara-kosong-{size}")
        for address in (case, f"{case}/tanda-terima", draft):
            answer = await page.goto(address)
            assert answer is not None
            assert answer.status == 404
