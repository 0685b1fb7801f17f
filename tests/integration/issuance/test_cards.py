"""Cards at the desk: the board, the moves of one and of many, the slip's code, blanks, who was told, who may, who was faster."""

import asyncio
import csv
import re

import httpx
import pytest

from services.issuance.desk.overview import picture_of_blanks
from services.issuance.domain.cards import pickup_code
from services.issuance.domain.document import Document
from shared.audit import AuditFilter
from tests.integration.issuance.desk_app import OpenBrowser
from tests.integration.issuance.office import Desk, FakePress
from tests.support.approvals import approval, order


async def cards(desk: Desk, *names: str, product: str = "ktp") -> list[Document]:
    """Issued slips of these people."""
    return await desk.issue(*(approval(order(product, holder_name=name)) for name in names))


def chosen(*documents: Document, seen: int = 0) -> dict[str, list[str]]:
    return {"kartu": [f"{document.document_id}:{seen}" for document in documents]}


def columns(page: httpx.Response) -> dict[str, list[str]]:
    """The names in each column."""
    assert page.status_code == 200, page.text
    lanes = re.findall(r'<h2 id="l-(\w+)">.*?</section>', page.text, re.DOTALL)
    parts = re.split(r'<h2 id="l-\w+">', page.text)[1:]
    return {lane: re.findall(r"data-row><b>([^<]+)<", part) for lane, part in zip(lanes, parts, strict=True)}


async def stocked(client: httpx.AsyncClient, count: int = 10, kind: str = "ktp") -> None:
    assert (await client.post("/desk/kartu/blangko", data={"jenis": kind, "banyak": str(count)})).status_code == 303


async def state(desk: Desk, document: Document) -> str:
    card = (await desk.document(document.document_id)).card
    assert card is not None
    return card.state.value


async def made_ready(client: httpx.AsyncClient, *documents: Document) -> None:
    await client.post("/desk/kartu/cetak", data=chosen(*documents))
    await client.post("/desk/kartu/siap", data=chosen(*documents, seen=1))


async def test_a_card_goes_over_the_board_to_its_owner(desk: Desk, browser: OpenBrowser) -> None:
    siti, budi = await cards(desk, "SITI AMINAH", "BUDI SANTOSO")
    client = browser("operator")
    await stocked(client)
    assert columns(await client.get("/desk/kartu")) == {"cetak": ["SITI AMINAH", "BUDI SANTOSO"], "periksa": [], "siap": [], "serah": []}
    answer = await client.post("/desk/kartu/cetak", data=chosen(siti, budi))
    assert answer.headers["location"] == "/desk/kartu?selesai=printed&jumlah=2"
    await client.post("/desk/kartu/siap", data=chosen(siti, seen=1))
    assert columns(await client.get("/desk/kartu")) == {"cetak": [], "periksa": ["BUDI SANTOSO"], "siap": ["SITI AMINAH"], "serah": []}
    path = f"/desk/kartu/{siti.document_id}/serah"
    form = {"langkah": "2", "penerima": "parent", "kartu_lama": "ditarik"}
    unanswered = await client.post(path, data={"langkah": "2", "penerima": "parent", "kode": pickup_code(siti.token)})
    assert unanswered.status_code == 409
    assert "Kartu lamanya belum dijawab" in unanswered.text
    wrong = await client.post(path, data=form | {"kode": "222222"})
    assert wrong.status_code == 409
    assert "Kode ambil tidak cocok" in wrong.text
    assert await state(desk, siti) == "ready"
    done = await client.post(path, data=form | {"kode": pickup_code(siti.token).lower()})
    assert done.status_code == 303
    history = (await client.get(done.headers["location"])).text
    assert "Diserahkan, orang tua atau wali, kartu lama ditarik" in history
    board = await client.get("/desk/kartu")
    assert columns(board)["serah"] == ["SITI AMINAH"]
    assert "kartu lama ditarik" in board.text
    rows = csv.reader((await client.get("/desk/kartu/unduh?kolom=serah")).text.removeprefix("\ufeff").splitlines(), delimiter=";")
    assert [row[-1] for row in rows] == ["Kartu lama", "kartu lama ditarik"]
    acts = [row["act"] for row in await desk.rows("audit")]
    assert acts.count("card.printed") == 2
    assert acts.count("card.handed_over") == 1
    assert {"card.listed", "card.ready", "blanks.received"} <= set(acts)


async def test_the_holder_is_told_once_where_and_when_and_again_after_a_spoiled_print(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await cards(desk, "SITI AMINAH")
    client = browser("operator")
    await stocked(client, 3)
    await made_ready(client, siti)
    [told] = await desk.told_data("card_ready")
    office = desk.parts.deps.office.pickup
    assert (told["place"], told["office_address"], told["hours"]) == (office.place, office.address, office.hours)
    assert (told["prints"], told["document_number"]) == (1, siti.number)
    assert told["personal"]["holder_name"] == "SITI AMINAH"
    spoiled = await client.post(f"/desk/kartu/{siti.document_id}/rusak", data={"langkah": "2", "alasan": "chip"})
    assert spoiled.status_code == 303
    await client.post("/desk/kartu/cetak", data=chosen(siti, seen=3))
    await client.post("/desk/kartu/siap", data=chosen(siti, seen=4))
    assert [each["prints"] for each in await desk.told_data("card_ready")] == [1, 2]
    assert await desk.parts.deps.cards.blanks() == {"ktp": 1}
    assert "Chip tidak terbaca" in (await client.get(f"/desk/kartu/{siti.document_id}")).text


async def test_without_blanks_nothing_is_printed_and_few_are_said(desk: Desk, browser: OpenBrowser) -> None:
    siti, budi = await cards(desk, "SITI AMINAH", "BUDI SANTOSO")
    client = browser("operator")
    empty = await client.post("/desk/kartu/cetak", data=chosen(siti))
    assert empty.status_code == 409
    assert "Blangko kartu ini habis" in empty.text
    await stocked(client, 1)
    answer = await client.post("/desk/kartu/cetak", data=chosen(siti, budi))
    assert answer.headers["location"] == "/desk/kartu?selesai=printed&jumlah=1&gagal=1"
    assert await state(desk, budi) == "to_print"
    assert "Blangko KTP-el tinggal 0." in (await client.get("/desk/kartu")).text
    assert (await client.get("/desk/kartu/jumlah")).json() == {"waiting": 1, "urgent": True}
    await stocked(client, 1000)
    await stocked(client, 1000, "kia")
    assert "Blangko KTP-el tinggal" not in (await client.get("/desk/kartu")).text
    assert (await client.get("/desk/kartu/jumlah")).json() == {"waiting": 1, "urgent": False}


async def test_that_blanks_run_low_is_said_once_and_stands_on_the_board_and_in_the_heads_view(desk: Desk, browser: OpenBrowser) -> None:
    siti, budi, _ = await cards(desk, "SITI AMINAH", "BUDI SANTOSO", "CITRA LESTARI")
    client, head = browser("operator"), browser("head")
    assert "Blangko KTP-el tinggal 0 dan Kartu Identitas Anak tinggal 0: minta kiriman" in (await head.get("/desk/ringkasan/blangko")).text
    low = desk.parts.deps.blanks_low
    await stocked(client, low + 1)
    answers = [await client.post("/desk/kartu/cetak", data=chosen(each)) for each in (siti, budi)]
    assert [answer.headers["location"] for answer in answers] == [
        "/desk/kartu?selesai=printed&jumlah=1",
        "/desk/kartu?selesai=printed&jumlah=1&menipis=ktp",
    ]
    assert "Blangko KTP-el mulai menipis" in (await client.get(answers[1].headers["location"])).text
    assert f"Blangko KTP-el tinggal {low - 1}." in (await client.get("/desk/kartu")).text
    assert (await browser("operator").get("/desk/ringkasan/blangko")).status_code == 403


def test_the_heads_picture_names_the_kinds_that_are_few() -> None:
    picture = picture_of_blanks({"ktp": 99, "kia": 100}, low=100)
    assert (picture.finding, [line.values for line in picture.lines]) == ("Blangko KTP-el tinggal 99: minta kiriman", [(99,), (100,)])
    assert picture_of_blanks({"ktp": 100, "kia": 100}, low=100).finding == "Blangko cukup"
    assert picture_of_blanks({}, low=100).is_empty


async def test_a_first_card_is_handed_over_without_a_word_of_an_older_one(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await desk.issue(approval(order("kia", holder_name="SITI AMINAH"), service="kia_baru"))
    client = browser("operator")
    await stocked(client, kind="kia")
    await made_ready(client, siti)
    assert "Kartu lamanya?" not in (await client.get(f"/desk/kartu/{siti.document_id}")).text
    form = {"langkah": "2", "penerima": "parent", "kode": pickup_code(siti.token)}
    done = await client.post(f"/desk/kartu/{siti.document_id}/serah", data=form)
    assert done.status_code == 303
    assert "kartu lama" not in (await client.get("/desk/kartu")).text.partition("Diserahkan hari ini")[2]


async def test_of_many_clerks_on_one_card_one_wins(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await cards(desk, "SITI AMINAH")
    clerks = [browser("operator") for _ in range(5)]
    await stocked(clerks[0])
    answers = await asyncio.gather(*(clerk.post("/desk/kartu/cetak", data=chosen(siti)) for clerk in clerks))
    moved = [answer.headers["location"] for answer in answers]
    assert sorted("jumlah=1" in each for each in moved) == [False] * 4 + [True]
    assert await desk.parts.deps.cards.blanks() == {"ktp": 9}
    stale = await clerks[0].post(f"/desk/kartu/{siti.document_id}/rusak", data={"langkah": "0", "alasan": "chip"})
    assert stale.status_code == 409
    assert "baru saja dipindah orang lain" in stale.text


async def test_the_slips_qr_code_opens_the_card_with_its_code_and_a_receipt_without(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await cards(desk, "SITI AMINAH")
    client = browser("operator")
    await stocked(client)
    await made_ready(client, siti)
    code = pickup_code(siti.token)
    scanned = await client.post("/desk/kartu/pindai", data={"q": f"https://cek.contoh.invalid/v/{siti.token}"})
    assert f'value="{code}"' in scanned.text
    for text in (siti.receipt.lower(), siti.number):
        found = await client.post("/desk/kartu/pindai", data={"q": text})
        assert "SITI AMINAH" in found.text
        assert code not in found.text
    assert "Tidak ada kartu dengan bukti itu" in (await client.post("/desk/kartu/pindai", data={"q": "MDN-0000-0000"})).text


async def test_a_card_whose_slip_was_revoked_is_on_no_board_and_can_not_be_moved(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await cards(desk, "SITI AMINAH")
    client = browser("section_head")
    await stocked(client)
    end = {"dasar": "court", "alasan": "court_order", "catatan": "Putusan CONTOH", "yakin": "ya"}
    assert (await client.post(f"/desk/dokumen/{siti.document_id}/cabut", data=end)).status_code == 303
    assert columns(await client.get("/desk/kartu"))["cetak"] == []
    answer = await client.post("/desk/kartu/cetak", data=chosen(siti))
    assert answer.headers["location"] == "/desk/kartu?selesai=printed&gagal=1"
    assert "jangan diserahkan" in (await client.get(f"/desk/kartu/{siti.document_id}")).text


async def test_kinds_are_filtered_and_a_long_column_is_paged(desk: Desk, browser: OpenBrowser) -> None:
    asked = [approval(order("ktp", holder_name=f"WARGA {chr(65 + index // 26)}{chr(65 + index % 26)}")) for index in range(53)]
    press = desk.with_renderer(FakePress())
    await press.take_in(*asked)
    async with press.printing():
        for each in asked:
            await press.printed(f"{each.request_id}.ktp")
    names = sorted(each.orders[0].holder_name for each in asked)
    client = browser("operator")
    board = await client.get("/desk/kartu")
    assert len(columns(board)["cetak"]) == 20
    assert "Semua 53 kartu" in board.text
    assert columns(await client.get("/desk/kartu?jenis=kia"))["cetak"] == []
    first = await client.get("/desk/kartu?kolom=cetak")
    found = re.search(r'href="([^"]+)"[^>]*rel="next"', first.text)
    assert found
    second = await client.get(found[1].replace("&amp;", "&"))
    assert columns(first)["cetak"][:20] == columns(board)["cetak"], "who waits longest is first"
    assert sorted(columns(first)["cetak"] + columns(second)["cetak"]) == names


@pytest.mark.parametrize("role", ["verifier", "head", "auditor", "village", "admin"])
async def test_who_has_nothing_to_do_with_cards_sees_none(browser: OpenBrowser, role: str) -> None:
    assert (await browser(role).get("/desk/kartu")).status_code == 403


async def test_a_form_without_its_token_moves_nothing(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await cards(desk, "SITI AMINAH")
    client = browser("operator")
    await stocked(client)
    client.headers["X-Form-Token"] = "another"
    assert (await client.post("/desk/kartu/cetak", data=chosen(siti))).status_code == 403
    assert await state(desk, siti) == "to_print"


async def test_the_board_is_a_file_of_its_columns_and_whose_names_are_in_it_is_written_down(desk: Desk, browser: OpenBrowser) -> None:
    siti, budi = await cards(desk, "SITI AMINAH", "BUDI SANTOSO")
    await cards(desk, "CITRA LESTARI", product="kia")
    client = browser("operator")
    await stocked(client)
    await client.post("/desk/kartu/cetak", data=chosen(siti))
    answer = await client.get("/desk/kartu/unduh?jenis=ktp")
    assert answer.headers["content-disposition"] == 'attachment; filename="kartu.csv"'
    head, *rows = csv.reader(answer.text.removeprefix("\ufeff").splitlines(), delimiter=";")
    assert [(row[0], row[1], row[3], row[4]) for row in rows] == [
        ("Akan dicetak", "BUDI SANTOSO", budi.receipt, budi.number),
        ("Sudah dicetak", "SITI AMINAH", siti.receipt, siti.number),
    ]
    assert rows[1][head.index("Langkah terakhir")] == "Dicetak"
    [alone] = list(csv.reader((await client.get("/desk/kartu/unduh?kolom=periksa")).text.splitlines(), delimiter=";"))[1:]
    assert alone[1] == "SITI AMINAH"
    noted = [row.entry for row in (await desk.parts.units.audit.page(AuditFilter())).rows if row.entry.act == "card.exported"]
    assert {person.name for entry in noted for person in entry.persons} == {"SITI AMINAH", "BUDI SANTOSO"}
    assert (await browser("auditor").get("/desk/kartu/unduh")).status_code == 403
