"""The clerk's page in Chromium: a decision out, what came back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import DESK, NARROW, WIDE_THINGS, visit
from tests.support.simulators import DECISION_SECRET, Court, call_back, religious_court

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for the module: starting one takes seconds
PARTIES = ("husband", "wife")
DOCUMENTS = [(receipt, product) for receipt in ("MDN-0", "MDN-1") for product in ("kk", "ktp")]
REGISTER = (
    "kk_number,address,rt,rw,village_code,postal_code,nik,name,sex,birth_place,born_on,occupation,marital,relation\n"
    "3519010101200001,JL,001,002,3519012001,63171,3519010101800001,BUDI SANTOSO,L,MADIUN,1980-01-01,PETANI,KAWIN TERCATAT,KEPALA KELUARGA\n"
    "3519010101200001,JL,001,002,3519012001,63171,3519014202820001,SITI AMINAH,P,MADIUN,1982-02-02,GURU,KAWIN TERCATAT,ISTRI\n"
    "3519010101200001,JL,001,002,3519012001,63171,3519014303150001,ANI SANTOSO,P,MADIUN,2015-03-03,PELAJAR,BELUM KAWIN,ANAK\n"
)


def given(number: int) -> dict[str, object]:
    """What intake says to a decision, for each party."""
    return {"party": PARTIES[number], "receipt": f"MDN-{number}", "request_id": f"r{number}"}


async def test_a_clerk_sends_a_decision_and_sees_the_documents_come(browser: Browser, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    async with religious_court(registry_csv=register) as court, visit(browser, court.url, size=DESK) as page:
        court.intake.body = {"case_id": "case-1", "requests": [given(number) for number in range(2)]}
        await expect(page.get_by_role("group", name="Suami").get_by_label("NIK")).to_have_value("3519010101800001")
        await page.get_by_label("Jenis").select_option("cerai_talak")
        await page.get_by_label("ANI SANTOSO, hak asuh pada").select_option("husband")
        number = await page.get_by_label("Nomor perkara").input_value()
        await send(page)

        card = page.get_by_role("article", name=f"Putusan {number}")
        await expect(card.get_by_text("Diterima dinas")).to_be_visible()
        sent = json.loads(court.intake.posts[0][0])
        assert (sent["kind"], sent["court_code"], sent["husband"]["name"]) == ("cerai_talak", "PA.Kab.Mn", "BUDI SANTOSO")
        assert sent["pledge_on"] == sent["deed_on"]
        assert sent["children"] == [{"nik": "3519014303150001", "name": "ANI SANTOSO", "custody_nik": "3519010101800001"}]

        await call_back(court, "received:case-1", data={"reference": sent["decision_id"]})
        for each, (receipt, product) in enumerate(DOCUMENTS):
            await expect(card.get_by_text("Selesai, semua dokumen terbit")).to_be_hidden()
            facts = {"receipt": receipt, "product": product, "documents": 2, "document_number": f"3519-KK-24112026-000{each}"}
            paper = {"reference": sent["decision_id"], "check_url": f"http://127.0.0.1/v/{each}", **facts}
            await call_back(court, f"document:{each}", kind="document.issued", data=paper)
            await expect(card.get_by_role("link", name="Periksa keaslian")).to_have_count(each + 1)
        await expect(card.get_by_text("Selesai, semua dokumen terbit")).to_be_visible()
        await expect(card.get_by_role("row", name="Istri MDN-1")).to_contain_text("Kartu Keluarga: 3519-KK-24112026-0002")
        links = await card.get_by_role("link", name="Periksa keaslian").all()
        assert [await link.get_attribute("href") for link in links] == [f"http://127.0.0.1/v/{each}" for each in range(4)]
        await expect(page.locator("#total")).to_have_text("5")

        await call_back(court, "forged", secret=DECISION_SECRET)
        await expect(page.locator("#bad_signatures")).to_have_text("1")
        await page.reload()
        await expect(card.get_by_text("Selesai, semua dokumen terbit")).to_be_visible()
        await expect(page.locator("#bad_signatures")).to_have_text("1")


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Kirim putusan").click()
    await page.get_by_role("dialog", name="Kirim putusan ini ke dinas?").get_by_role("button", name="Ya, kirim").click()


def refuse(court: Court, *errors: tuple[str, str]) -> None:
    court.intake.answers = [422]
    court.intake.body = {"code": "decision_refused", "errors": [{"field": field, "code": code, "detail": ""} for field, code in errors]}


async def test_without_sample_families_the_clerk_types_and_reads_why_it_was_refused(browser: Browser) -> None:
    async with religious_court() as court, visit(browser, court.url) as page:
        refuse(court, ("husband.nik", "nik_not_16_digits"), ("court_code", "court_unknown"), ("final_on", "a_code_of_tomorrow"))
        await expect(page.get_by_text("Daftar keluarga contoh belum ada")).to_be_visible()
        await fill_in(page)
        await send(page)
        card = page.get_by_role("article", name="Putusan 1/Pdt.G/2026/PA.Kab.Mn")
        await expect(card.get_by_text("Ditolak", exact=True)).to_be_visible()
        await expect(card.get_by_text("Suami, NIK: NIK harus 16 angka.")).to_be_visible()
        await expect(card.get_by_text("Kode pengadilan: Pengadilan ini tidak terdaftar")).to_be_visible()
        await expect(card.get_by_text("(BHT): Tidak diterima dinas (kode a_code_of_tomorrow).")).to_be_visible()
        assert json.loads(court.intake.posts[0][0])["children"] == []


async def fill_in(page: Page) -> None:
    texts = {"Nomor perkara": "1/Pdt.G/2026/PA.Kab.Mn", "Nomor akta cerai": "1/AC/2026/PA.Kab.Mn"}
    dates = ("Tanggal putusan", "Berkekuatan hukum tetap (BHT)", "Tanggal akta cerai")
    for label, value in (texts | dict.fromkeys(dates, "2026-10-01")).items():
        await page.get_by_label(label, exact=True).fill(value)
    for party in ("Suami", "Istri"):
        await page.get_by_role("group", name=party).get_by_label("NIK").fill("123")
        await page.get_by_role("group", name=party).get_by_label("Nama", exact=True).fill("NAMA CONTOH")


@pytest.mark.parametrize("size", [NARROW, DESK])
async def test_what_was_refused_is_mended_in_the_form_that_still_holds_it(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    async with religious_court(registry_csv=register) as court, visit(browser, court.url, size=size) as page:
        refuse(court, ("husband.nik", "nik_date_impossible"), ("children[0].custody_nik", "custody_unknown"))
        husband = page.get_by_role("group", name="Suami").get_by_label("NIK")
        number = await page.get_by_label("Nomor perkara").input_value()
        await husband.fill("3519010101800009")
        await send(page)
        answer = page.locator("#answer")
        await expect(answer).to_contain_text(f"Putusan {number} ditolak. Putusan belum dapat dicatat.")
        await expect(answer).to_be_in_viewport(ratio=0.9)
        await expect(husband).to_have_value("3519010101800009")
        await expect(page.get_by_label("Nomor perkara")).to_have_value(number)
        await expect(husband).to_have_attribute("aria-invalid", "true")
        await expect(husband).to_have_accessible_description("Tanggal lahir di dalam NIK tidak mungkin. Periksa kembali NIK ini.")
        await expect(page.get_by_label("ANI SANTOSO, hak asuh pada")).to_have_accessible_description(re.compile("Hak asuh hanya"))
        assert await page.evaluate(WIDE_THINGS) == 0

        await answer.get_by_role("button", name="Suami, NIK").click()
        await expect(husband).to_be_focused()
        await husband.fill("3519010101800001")
        await expect(husband).not_to_have_attribute("aria-invalid", "true")
        court.intake.body = {"case_id": "case-1", "requests": [given(number) for number in range(2)]}
        await send(page)
        await expect(answer).to_contain_text(f"Putusan {number} diterima dinas: 2 permohonan dibuat.")
        await expect(answer).to_be_in_viewport(ratio=0.9)
        await expect(page.get_by_label("Nomor perkara")).not_to_have_value(number)  # ready for the next
        await answer.get_by_role("button", name="Lihat putusan ini").click()
        await expect(page.get_by_role("article", name=f"Putusan {number}").first).to_be_in_viewport()
        assert await page.evaluate(WIDE_THINGS) == 0


async def test_nothing_is_sent_before_the_clerk_has_confirmed_it_by_keyboard_too(browser: Browser, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    async with religious_court(registry_csv=register) as court, visit(browser, court.url, size=NARROW) as page:
        dialog = page.get_by_role("dialog", name="Kirim putusan ini ke dinas?")
        button = page.get_by_role("button", name="Kirim putusan")
        await button.focus()
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_text("BUDI SANTOSO")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Batal")).to_be_focused()
        assert await page.evaluate(WIDE_THINGS) == 0
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden()
        await expect(button).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        assert len(court.room.desk) == 0
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#answer")).to_contain_text("diterima dinas")
        await expect(button).to_be_focused()
        assert len(court.intake.posts) == 1


async def test_what_the_clerk_has_begun_meanwhile_is_not_overwritten_and_an_old_refusal_can_be_mended(
    browser: Browser, tmp_path: Path
) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    async with religious_court(registry_csv=register, retry_first_ms=2_000) as court, visit(browser, court.url, size=DESK) as page:
        refuse(court, ("deed_number", "deed_year_differs"))
        court.intake.answers = [503, 422]
        number = await page.get_by_label("Nomor perkara").input_value()
        await send(page)
        await expect(page.locator("#answer")).to_contain_text("Dikirim ulang sendiri sampai dijawab")
        await page.get_by_label("Nomor perkara").fill("77/Pdt.G/2026/PA.Kab.Mn")
        await expect(page.locator("#answer")).to_contain_text(f"Putusan {number} ditolak.")
        await expect(page.get_by_label("Nomor perkara")).to_have_value("77/Pdt.G/2026/PA.Kab.Mn")
        await expect(page.get_by_label("Nomor akta cerai")).not_to_have_attribute("aria-invalid", "true")
        await page.reload()
        await page.get_by_role("article", name=f"Putusan {number}").get_by_role("button", name="Perbaiki dan kirim lagi").click()
        await expect(page.get_by_label("Nomor perkara")).to_have_value(number)
        await expect(page.get_by_label("Nomor akta cerai")).to_be_focused()
        await expect(page.get_by_label("Nomor akta cerai")).to_have_attribute("aria-invalid", "true")


async def test_decisions_are_searched_and_turned_by_pages(browser: Browser) -> None:
    async with religious_court() as court:
        for number in range(45):
            decision = {"case_number": f"{number}/Pdt.G/2026/PA.Kab.Mn", "husband": {"name": f"SUAMI {'ÉMIL' if number == 7 else number}"}}
            await court.client.post("/sim/decisions", json={"decision": decision})
        async with visit(browser, court.url, size=NARROW) as page:
            cards, found = page.get_by_role("article"), page.locator("#found")
            await expect(found).to_have_text("1-20 dari 45 putusan")
            await expect(cards).to_have_count(20)
            await page.get_by_role("button", name="Berikutnya").click()
            await page.get_by_role("button", name="Berikutnya").click()
            await expect(found).to_have_text("41-45 dari 45 putusan")
            await expect(page.get_by_role("article", name="Putusan 0/Pdt.G/2026/PA.Kab.Mn")).to_be_visible()
            await expect(page.get_by_role("button", name="Berikutnya")).to_be_disabled()
            await page.get_by_label("Cari putusan").fill("émil suami")
            await expect(cards).to_have_count(1)
            await expect(cards).to_contain_text("7/Pdt.G/2026")
            await page.get_by_label("Cari putusan").fill("tidak ada yang begini")
            await expect(page.get_by_text("Tidak ada putusan yang cocok.")).to_be_visible()
            await court.client.post("/sim/decisions", json={"decision": {"case_number": "tidak ada yang begini/1"}})
            await expect(cards).to_have_count(1)  # what happens meanwhile is looked for, too
            assert await page.evaluate(WIDE_THINGS) == 0


async def test_another_kind_has_its_own_fields_and_what_nothing_follows_from_is_recorded(browser: Browser, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    async with religious_court(registry_csv=register) as court, visit(browser, court.url, size=DESK) as page:
        court.intake.body = {"case_id": "case-7", "state": "recorded", "requests": []}
        kinds = page.get_by_label("Jenis")
        await expect(kinds.get_by_role("option", name="Perubahan nama")).to_have_count(0)  # no Pengadilan Negeri signs here
        await kinds.select_option("perwalian")
        await expect(page.get_by_role("group", name="Suami")).to_have_count(0)
        await expect(page.get_by_role("group", name="Wali").get_by_label("Nama", exact=True)).to_have_value("SITI AMINAH")
        await expect(page.get_by_label("Nomor perkara")).to_have_value(re.compile(r"/Pdt\.P/"))
        await send(page)
        await expect(page.locator("#answer")).to_contain_text("diterima dinas")
        sent = json.loads(court.intake.posts[0][0])
        assert (sent["kind"], sent["scope"], sent["guardian"]["nik"]) == ("perwalian", "both", "3519014202820001")
        assert sent["children"] == [{"nik": "3519014303150001", "name": "ANI SANTOSO"}]
        await call_back(court, "recorded:case-7", kind="decision.recorded", data={"reference": sent["decision_id"]})
        await expect(page.get_by_role("article").get_by_text("Selesai, dicatat dinas")).to_be_visible()
