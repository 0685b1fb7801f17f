"""The clerk's page in Chromium: a decision out, what came back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import DESK, visit
from tests.support.simulators import DECISION_SECRET, call_back, religious_court

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for the module: starting one takes seconds
DOCUMENTS = [(party, product) for party in ("husband", "wife") for product in ("kk", "ktp")]
REGISTER = (
    "kk_number,address,rt,rw,village_code,postal_code,nik,name,sex,birth_place,born_on,occupation,marital,relation\n"
    "3519010101200001,JL,001,002,3519012001,63171,3519010101800001,BUDI SANTOSO,L,MADIUN,1980-01-01,PETANI,KAWIN TERCATAT,KEPALA KELUARGA\n"
    "3519010101200001,JL,001,002,3519012001,63171,3519014202820001,SITI AMINAH,P,MADIUN,1982-02-02,GURU,KAWIN TERCATAT,ISTRI\n"
    "3519010101200001,JL,001,002,3519012001,63171,3519014303150001,ANI SANTOSO,P,MADIUN,2015-03-03,PELAJAR,BELUM KAWIN,ANAK\n"
)


def answer(number: int) -> dict[str, object]:
    """What intake says to a decision."""
    party, product = DOCUMENTS[number]
    return {"party": party, "product": product, "receipt": f"MDN-{number}", "request_id": f"r{number}"}


async def test_a_clerk_sends_a_decision_and_sees_the_documents_come(browser: Browser, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    async with religious_court(registry_csv=register) as court, visit(browser, court.url, size=DESK) as page:
        court.intake.body = {"case_id": "case-1", "requests": [answer(number) for number in range(4)]}
        await expect(page.get_by_role("group", name="Suami").get_by_label("NIK")).to_have_value("3519010101800001")
        await page.get_by_label("Jenis").select_option("cerai_talak")
        await page.get_by_label("ANI SANTOSO, hak asuh pada").select_option("husband")
        number = await page.get_by_label("Nomor perkara").input_value()
        await page.get_by_role("button", name="Kirim putusan").click()

        card = page.get_by_role("article", name=f"Putusan {number}")
        await expect(card.get_by_text("Diterima dinas")).to_be_visible()
        sent = json.loads(court.intake.posts[0][0])
        assert (sent["kind"], sent["court_code"], sent["husband"]["name"]) == ("cerai_talak", "PA.Kab.Mn", "BUDI SANTOSO")
        assert sent["pledge_on"] == sent["deed_on"]
        assert sent["children"] == [{"nik": "3519014303150001", "name": "ANI SANTOSO", "custody_nik": "3519010101800001"}]

        await call_back(court, "received:case-1", data={"reference": sent["decision_id"]})
        for each in range(4):
            paper = {"receipt": f"MDN-{each}", "document_number": f"3519-KK-24112026-000{each}", "check_url": f"http://127.0.0.1/v/{each}"}
            await call_back(court, f"document:{each}", kind="document.issued", data={"reference": sent["decision_id"], **paper})
        await expect(card.get_by_text("Selesai, semua dokumen terbit")).to_be_visible()
        await expect(card.get_by_role("row", name="Istri Kartu Keluarga")).to_contain_text("3519-KK-24112026-0002")
        links = await card.get_by_role("link", name="Periksa keaslian").all()
        assert [await link.get_attribute("href") for link in links] == [f"http://127.0.0.1/v/{each}" for each in range(4)]
        await expect(page.locator("#total")).to_have_text("5")

        await call_back(court, "forged", secret=DECISION_SECRET)
        await expect(page.locator("#bad_signatures")).to_have_text("1")
        await page.reload()
        await expect(card.get_by_text("Selesai, semua dokumen terbit")).to_be_visible()
        await expect(page.locator("#bad_signatures")).to_have_text("1")


async def test_without_sample_families_the_clerk_types_and_reads_why_it_was_refused(browser: Browser) -> None:
    async with religious_court() as court, visit(browser, court.url) as page:
        court.intake.answers = [422]
        court.intake.body = {"title": "Unprocessable", "errors": [{"field": "husband.nik", "code": "x", "detail": "16 digits"}]}
        await expect(page.get_by_text("Daftar keluarga contoh belum ada")).to_be_visible()
        texts = {"Nomor perkara": "1/Pdt.G/2026/PA.Kab.Mn", "Nomor akta cerai": "1/AC/2026/PA.Kab.Mn"}
        dates = ("Tanggal putusan", "Berkekuatan hukum tetap (BHT)", "Tanggal akta cerai")
        for label, value in (texts | dict.fromkeys(dates, "2026-10-01")).items():
            await page.get_by_label(label).fill(value)
        for party in ("Suami", "Istri"):
            await page.get_by_role("group", name=party).get_by_label("NIK").fill("123")
            await page.get_by_role("group", name=party).get_by_label("Nama", exact=True).fill("NAMA CONTOH")
        await page.get_by_role("button", name="Kirim putusan").click()
        card = page.get_by_role("article", name="Putusan 1/Pdt.G/2026/PA.Kab.Mn")
        await expect(card.get_by_text("Ditolak", exact=True)).to_be_visible()
        await expect(card.get_by_text("husband.nik: 16 digits")).to_be_visible()
        assert json.loads(court.intake.posts[0][0])["children"] == []
