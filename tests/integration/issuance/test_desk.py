"""The register at the desk: found by number, receipt and name, paged, counted, told of, sent as a file; nobody stands in an address."""

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from services.issuance import handlers
from services.issuance.domain.claim import Approval
from tests.integration.issuance.desk_app import OpenBrowser
from tests.integration.issuance.office import Desk, superseded
from tests.support.approvals import approval, order
from tests.support.http_server import serving


def numbers(page: httpx.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r"data-row>([^<]+)<", page.text)


def counted(page: httpx.Response) -> str:
    found = re.search(r"([\d.]+ dari [\d.]+) dokumen", page.text)
    assert found
    return found[1]


def held_by(name: str, **other: Any) -> Approval:
    return approval(order("kk", holder_name=name), **other)


async def test_the_newest_is_first_and_names_are_masked(desk: Desk, browser: OpenBrowser) -> None:
    documents = await desk.issue(*(held_by(name) for name in ("SITI AMINAH", "BUDI SANTOSO", "CITRA DEWI")))
    page = await browser().get("/desk/dokumen")
    assert numbers(page) == [document.number for document in reversed(documents)]
    assert counted(page) == "3 dari 3"
    assert "SITI" not in page.text
    assert "S•••••" in page.text
    assert page.text.count("</svg>Berlaku</span>") == 3


async def test_every_row_is_on_one_page_and_the_count_is_of_all(desk: Desk, browser: OpenBrowser) -> None:
    await desk.take_in(*(approval() for _ in range(120)))
    client = browser()
    seen: list[str] = []
    address: str | None = "/desk/dokumen?keadaan=dibuat"
    while address:
        page = await client.get(address)
        assert counted(page) == "120 dari 120"
        seen += numbers(page)
        found = re.search(r'href="([^"]+)"[^>]*rel="next"', page.text)
        address = html.unescape(found[1]) if found else None
    assert "Baris 101\N{EN DASH}120." in page.text
    assert seen == sorted((document.number for document in await desk.documents()), reverse=True)


async def test_a_document_is_found_by_its_number_and_its_receipt(desk: Desk, browser: OpenBrowser) -> None:
    first, second = await desk.issue(approval(), approval())
    client = browser()
    for text in (first.number, first.number.lower(), first.receipt):
        answer = await client.post("/desk/dokumen/cari", data={"q": text})
        assert answer.status_code == 303
        assert numbers(await client.get(answer.headers["location"])) == [first.number]
    beginning = await client.get(f"/desk/dokumen?q={first.number[:16]}")
    assert set(numbers(beginning)) == {first.number, second.number}


async def test_a_name_is_found_and_stands_in_no_address(desk: Desk, browser: OpenBrowser) -> None:
    siti, _ = await desk.issue(held_by("SITI AMINAH"), held_by("BUDI SANTOSO"))
    answer = await browser().post("/desk/dokumen/cari", data={"q": " siti am"})
    assert numbers(answer) == [siti.number]
    addresses = re.findall(r'(?:href|action|data-live)="([^"]*)"', answer.text)
    assert not [address for address in addresses if "siti" in unquote(address).lower()]


async def test_a_beginning_that_fits_many_asks_for_more_letters(desk: Desk, browser: OpenBrowser) -> None:
    await desk.take_in(*(held_by(f"SITI {chr(65 + index // 26)}{chr(65 + index % 26)}") for index in range(52)))
    client = browser()
    by_name = await client.post("/desk/dokumen/cari", data={"q": "siti"})
    assert len(numbers(by_name)) == 50
    assert counted(by_name) == "52 dari 52"
    assert "tulis lebih lengkap" in by_name.text
    by_number = await client.get("/desk/dokumen?q=3519-KK")
    assert numbers(by_number) == sorted((document.number for document in await desk.documents()), reverse=True)[:50]
    assert "tulis lebih lengkap" in by_number.text
    assert 'rel="next"' not in by_name.text + by_number.text


async def test_a_search_by_form_needs_the_forms_token(browser: OpenBrowser) -> None:
    client = browser()
    client.headers["X-Form-Token"] = "another"
    assert (await client.post("/desk/dokumen/cari", data={"q": "SITI"})).status_code == 403


async def test_filters_are_what_they_say(desk: Desk, browser: OpenBrowser) -> None:
    old, new = await superseded(desk)
    waiting = await desk.document(await desk.claim("akta_kelahiran"))
    client = browser()
    found = {
        "keadaan=diganti": [old.number],
        "keadaan=berlaku": [new.number],
        "keadaan=dibuat": [waiting.number],
        "jenis=akta_kelahiran": [waiting.number],
        "jenis=akta_kelahiran&keadaan=berlaku": [],
        "waktu=hari-ini": [waiting.number, new.number, old.number],
    }
    for query, expected in found.items():
        page = await client.get(f"/desk/dokumen?{query}")
        assert numbers(page) == expected, query
        assert counted(page) == f"{len(expected)} dari 3"
    desk.clock.forward(days=8)
    later = browser()  # a session of that day
    assert numbers(await later.get("/desk/dokumen")) == []
    assert len(numbers(await later.get("/desk/dokumen?waktu=semua"))) == 3


async def test_one_document_says_what_became_of_it(desk: Desk, browser: OpenBrowser) -> None:
    old, new = await superseded(desk)
    page = await browser().get(f"/desk/dokumen?buka={old.document_id}")
    assert "Sudah diganti" in page.text
    assert new.number in page.text
    for step in ("Permohonan disetujui", "Nomor diberikan", "Terbit dan ditandatangani", "Diganti dokumen yang lebih baru"):
        assert step in page.text
    assert (await browser().get("/desk/dokumen?buka=x")).status_code == 404


async def test_a_name_is_opened_by_a_form_and_by_whoever_may(desk: Desk, browser: OpenBrowser, capsys: pytest.CaptureFixture[str]) -> None:
    [document] = await desk.issue(held_by("SITI AMINAH"))
    path = f"/desk/dokumen/{document.document_id}/nama"
    client = browser("verifier")
    part = await client.post(path, headers={"HX-Request": "true"})
    assert part.text.strip() == "SITI AMINAH"
    whole = await client.post(path)
    assert "SITI AMINAH" in whole.text
    assert "<html" in whole.text
    assert capsys.readouterr().out.count("document.name_read") == 2
    assert (await browser("auditor").post(path)).status_code == 403
    assert f"{document.document_id}/nama" not in (await browser("auditor").get(f"/desk/dokumen?buka={document.document_id}")).text


async def test_the_document_itself_is_shown_to_whoever_may(desk: Desk, browser: OpenBrowser) -> None:
    [document] = await desk.issue(approval())
    path = f"/desk/dokumen/{document.document_id}/berkas"
    answer = await browser("verifier").get(path)
    assert answer.content == await desk.content(document)
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == ("no-store", "application/pdf")
    assert (await browser("auditor").get(path)).status_code == 403
    unprinted = await browser("verifier").get(f"/desk/dokumen/{await desk.claim()}/berkas")
    assert unprinted.status_code == 303


async def test_who_saw_a_name_or_a_file_is_found_under_the_document_its_receipt_and_its_holder(desk: Desk, browser: OpenBrowser) -> None:
    [document] = await desk.issue(held_by("SITI AMINAH"))
    client, here = browser("verifier"), f"/desk/dokumen/{document.document_id}"
    await client.post(f"{here}/nama")
    for _ in range(2):
        await client.get(f"{here}/berkas")
    for export in ("unduh", "unduh-xlsx"):
        await browser().get(f"/desk/dokumen/{export}")
    await client.post("/desk/dokumen/cari", data={"q": "budi santoso"})
    rows = await desk.rows("audit")
    of_it = [row["act"] for row in rows if row["about"] == f"document/{document.document_id}"]
    assert of_it == ["document.name_read", "document.file_read", "document.file_read"]
    assert [row["act"] for row in rows if row["detail"].get("receipt") == document.receipt] == [*of_it, *["documents.exported"] * 2]
    seen = {row["act"]: row["personal"]["persons"] for row in rows if "personal" in row}
    assert {each["name"] for act in (*of_it, "documents.exported") for each in seen[act]} == {"SITI AMINAH"}
    assert [each["name"] for each in seen["documents.searched"]] == ["BUDI SANTOSO"]


async def test_the_file_has_the_rows_of_the_filter_in_full(desk: Desk, browser: OpenBrowser) -> None:
    siti, _ = await desk.issue(held_by("SITI AMINAH"), held_by("BUDI SANTOSO"))
    await desk.claim("akta_kelahiran")
    answer = await browser().get("/desk/dokumen/unduh?keadaan=berlaku")
    assert answer.headers["content-disposition"] == 'attachment; filename="dokumen-terbit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["Nama"] for row in rows] == ["BUDI SANTOSO", "SITI AMINAH"]
    assert rows[1]["Nomor"] == siti.number
    assert rows[1]["Keadaan"] == "Berlaku"
    assert (await browser("verifier").get("/desk/dokumen/unduh")).status_code == 403


async def test_a_page_is_told_how_much_is_new(desk_pages: FastAPI, desk: Desk, browser: OpenBrowser) -> None:
    await desk.claim()
    client = browser()
    found = re.search(r'data-live="([^"]+)"', (await client.get("/desk/dokumen")).text)
    assert found
    cookies = {"Cookie": f"__Host-desk={client.cookies['__Host-desk']}", "Accept": "text/event-stream"}
    async with (
        serving(desk_pages) as url,
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
        http.stream("GET", url + html.unescape(found[1]), headers=cookies) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        await desk.take_in(approval(), approval())
        assert await anext(line async for line in stream.aiter_lines() if line == "data: 2")


async def test_a_made_up_place_is_refused_before_the_stream(browser: OpenBrowser) -> None:
    answer = await browser().get("/desk/dokumen/langsung?sejak=xx", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_malformed")


@pytest.mark.parametrize("role", ["village", "court", "outreach", "admin"])
async def test_who_has_nothing_to_do_with_documents_sees_none(browser: OpenBrowser, role: str) -> None:
    answer = await browser(role).get("/desk/dokumen")
    assert answer.status_code == 403
    assert "Halaman ini bukan untuk peran Anda" in answer.text


async def test_an_empty_register_says_when_it_will_not_be(browser: OpenBrowser) -> None:
    assert "Belum ada dokumen" in (await browser().get("/desk/dokumen")).text


async def test_the_heads_view_counts_todays_documents_by_kind(desk: Desk, browser: OpenBrowser) -> None:
    assert "Belum ada dokumen hari ini" in (await browser("head").get("/desk/ringkasan/dokumen")).text
    tally = await desk.parts.deps.register.tally(("kk", "kia"), since=desk.clock() - timedelta(hours=1))
    assert (tally.by_product, tally.making) == ({}, 0)
    await desk.take_in(held_by("SITI AMINAH"))
    tally = await desk.parts.deps.register.tally(("kk", "kia"), since=desk.clock() - timedelta(hours=1))
    assert {product: each.today for product, each in tally.by_product.items()} == {"kk": 1}
    assert "Sedang dibuat" in (await browser("head").get("/desk/dokumen?keadaan=dibuat&waktu=semua")).text
    assert (await browser("operator").get("/desk/ringkasan/dokumen")).status_code == 403


async def test_the_workbook_has_the_same_rows_and_explains_the_numbers(desk: Desk, browser: OpenBrowser) -> None:
    siti, _ = await desk.issue(held_by("SITI AMINAH"), held_by("=BUDI()"))
    given_up = await desk.document(await desk.claim())
    await desk.parts.units.run(lambda tx: handlers.void_document(tx, desk.parts.deps, given_up.document_id, reason="ordered_twice"))
    client = browser()
    answer = await client.get("/desk/dokumen/unduh-xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="dokumen-terbit.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    lines = list(csv.reader(io.StringIO((await client.get("/desk/dokumen/unduh")).content.decode("utf-8-sig")), delimiter=";"))
    rows = [[cell or "" for cell in row] for row in book["Dokumen"].iter_rows(values_only=True)]
    assert rows == [[cell.removeprefix("'") for cell in line] for line in lines]
    assert {cell.data_type for row in book["Dokumen"].iter_rows() for cell in row} <= {"s", "inlineStr", "n"}, "no name is a formula"
    [numbers_row] = list(book["Nomor"].iter_rows(min_row=2, values_only=True))
    assert numbers_row[2:7] == (1, 3, 3, 2, 1)
    assert numbers_row[7] == "0003 hangus: Permohonan yang sama sudah diproses"
    one = load_workbook(io.BytesIO((await client.get(f"/desk/dokumen/unduh-xlsx?q={siti.receipt}")).content))
    assert one.sheetnames == ["Dokumen"], "beside one document all others would seem to be gaps"
    assert (await browser("verifier").get("/desk/dokumen/unduh-xlsx")).status_code == 403


async def test_the_numbers_of_a_day_are_shown_with_their_gaps(desk: Desk, browser: OpenBrowser) -> None:
    await desk.issue(held_by("SITI AMINAH"))
    given_up = await desk.document(await desk.claim())
    await desk.parts.units.run(lambda tx: handlers.void_document(tx, desk.parts.deps, given_up.document_id, reason="ordered_twice"))
    page = await browser("auditor").get("/desk/dokumen/nomor")
    assert re.findall(r"data-row>([^<]+)</a> ([^<]+)<", page.text) == [(given_up.number, "hangus: Permohonan yang sama sudah diproses")]
    day_before = re.search(r'href="([^"]+)" data-key="\["', page.text)
    assert day_before
    assert "Hari itu belum ada nomor" in (await browser().get(day_before[1])).text
    assert given_up.number in (await browser().get("/desk/dokumen/nomor?hari=bukan-hari")).text
    for day in ("0001-01-01", "9999-12-31"):
        assert (await browser().get(f"/desk/dokumen/nomor?hari={day}")).status_code == 200


async def test_what_no_pattern_can_hold_finds_what_is_left_of_it(desk: Desk, browser: OpenBrowser) -> None:
    [document] = await desk.issue(held_by("SITI AMINAH"))
    for path, field in (("/desk/dokumen/cari", "q"), ("/desk/cari/dokumen", "q")):
        page = await browser().post(path, data={field: "Siti\0 Aminah"})
        assert page.status_code == 200
        assert document.number in page.text
