"""A court's clerk types decisions at the desk: kept while they are typed, judged as the API's, sent once, and nobody else's to see."""

import asyncio
import re
from html import unescape
from typing import Any

import httpx
import pytest

from services.intake.store import UsedFiles
from tests.integration.intake.desk import Desk, act, page, words_of
from tests.integration.intake.rig import COURT, Rig, only
from tests.integration.intake.test_court import decision, send
from tests.integration.intake.test_progress import APPROVED, RETURNED, delivery
from tests.support.photos import pdf

PATH = "/desk/perkara"
PDF = pdf("putusan")
HUSBAND, WIFE, CHILD = "3519081708850003", "3519084502880004", "3519080101150002"
OTHER = {"nik": "3519084502880012", "name": "Wati"}
DIVORCE = {
    "case_number": "412/Pdt.G/2026/PA.Kab.Mn",
    "decided_on": "1-10-2026",
    "final_on": "15 Oktober 2026",
    "deed_number": "194/AC/2026/PA.Kab.Mn",
    "deed_on": "20-10-2026",
    "husband.nik": HUSBAND,
    "husband.name": "Budi Santoso",
    "wife.nik": WIFE,
    "wife.name": "Siti Aminah",
}


def clerk(desk: Desk, court: str | None = COURT, name: str = "Ratna Dewi") -> httpx.AsyncClient:
    return desk.browser("court", name=name, court=court)


async def begin(browser: httpx.AsyncClient, kind: str = "cerai_gugat") -> str:
    """Begin a decision; the address of its form."""
    return (await act(browser, f"{PATH}/baru", jenis=kind)).headers["location"]


def hidden(text: str) -> dict[str, str]:
    """What the page itself sends beside what is typed."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {unescape(name): value for name, value in found}


async def drawn(browser: httpx.AsyncClient, form: str) -> dict[str, str]:
    answer = await browser.get(form)
    assert answer.status_code == 200, answer.text[-300:]
    return hidden(answer.text)


async def typed(browser: httpx.AsyncClient, form: str, expected: int = 303, act_of: str = "lanjut", **fields: Any) -> httpx.Response:
    """Type on a page as it is drawn now, and press a button."""
    values = {**await drawn(browser, form), "tindakan": act_of, **fields.pop("values", DIVORCE), **fields}
    answer = await browser.post(form, data=values)
    assert answer.status_code == expected, (answer.status_code, words_of(answer)[-600:])
    return answer


async def sent(browser: httpx.AsyncClient, form: str, **values: str) -> httpx.Response:
    """Type a whole decision, look it through and send it."""
    checked = (await typed(browser, form, values=values or DIVORCE)).headers["location"]
    assert checked == f"{form}/kirim"
    look = await browser.get(checked)
    return await browser.post(checked, data=hidden(look.text))


async def test_a_divorce_typed_by_hand_is_the_one_that_the_api_would_have_sent(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    assert "Perubahan nama" not in await page(browser, f"{PATH}/baru"), "another court's kinds are not offered"
    form = await begin(browser)
    await typed(browser, form, act_of="tambah:children")
    with_child = DIVORCE | {"children[0].nik": CHILD, "children[0].custody_nik": "wife", "husband.village_code": "Sidorejo kec Wungu"}
    answer = await sent(browser, form, **with_child)
    where = answer.headers["location"]
    first, second = await rig.told_data("intake.request_submitted.v1")
    told = first["personal"]["decision"]
    assert (told["case_number"], told["final_on"], told["court_code"]) == (DIVORCE["case_number"], "2026-10-15", COURT)
    assert told["children"] == [{"nik": CHILD, "name": None, "custody_nik": WIFE}]
    assert {each["vouching"]["by"] for each in (first, second)} == {"court"}
    assert {each["channel"] for each in (first, second)} == {"court"}
    words = await page(browser, where)
    assert "Terkirim ke dinas" in words
    assert "Sidorejo, Kecamatan Wungu" in words.title(), "what was understood is shown"
    assert words.count("Sedang diperiksa dinas") == 3
    assert first["receipt"] in words
    husband = only(await rig.rows("cases"))["decision"]["answers"]["husband"]
    body = decision(children=[{"nik": CHILD, "custody_nik": WIFE}], deed_serial=None, wife={"nik": WIFE, "name": "Siti Aminah"})
    body["husband"] |= {"village_code": husband["village_code"]}
    same = await send(rig, body)
    assert (same.status_code, same.json()["case_id"]) == (200, where.rpartition("/")[2].partition("?")[0])
    assert len(await rig.rows("requests")) == 2


async def test_the_pdf_goes_with_the_requests_and_is_kept(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    values = {**await drawn(browser, form), "tindakan": "simpan", **DIVORCE}
    for name, content, said in (("foto.jpg", b"\xff\xd8\xff\xe0jpeg", "bukan PDF"), ("besar.pdf", PDF + bytes(30_000), "terlalu besar")):
        refused = await browser.post(form, data=values, files={"berkas": (name, content, "application/pdf")})
        assert (refused.status_code, said in refused.text) == (422, True)
        values |= hidden(refused.text)
        assert 'value="Budi Santoso"' in refused.text, "what was typed stays"
    taken = await browser.post(form, data=values, files={"berkas": ("putusan.pdf", PDF, "application/pdf")})
    assert taken.status_code == 303
    assert (await browser.get(f"{form}/putusan")).content == PDF
    where = (await sent(browser, form)).headers["location"].partition("?")[0]
    for submitted in await rig.told_data("intake.request_submitted.v1"):
        assert [(each["field"], each["kind"]) for each in submitted["attachments"]] == [("decision", "putusan")]
    shown = await browser.get(f"{where}/putusan")
    assert (shown.content, shown.headers["content-type"]) == (PDF, "application/pdf")
    file_id = only(await rig.rows("cases"))["decision"]["file"]["file_id"]
    assert await UsedFiles(rig.mongo, rig.database).used([file_id]) == {file_id}


async def test_the_check_says_what_is_wrong_beside_each_field_and_keeps_what_is_typed(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    fields = {"case_number": "412/Pdt.G/2026/PA.Mn", "decided_on": "1-10-2026", "final_on": "3-10-2026", "husband.nik": "123"}
    said = await browser.post(f"{form}/periksa", data={**await drawn(browser, form), **fields})
    assert said.status_code == 200
    problems = dict(re.findall(r'id="e-f-([a-z0-9_-]+)"[^>]*>([^<]*)<', said.text))
    assert problems["husband-nik"] == "NIK harus 16 angka."
    assert "menyebut pengadilan lain" in problems["case_number"]
    assert "14 hari" in problems["final_on"]
    assert problems["wife-nik"] == "", "what is not filled in yet is not wrong"
    kept = only(await rig.rows("court_drafts"))
    assert {row["path"]: row["text"] for row in kept["values"]} == fields


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"husband.nik": ""}, "husband-nik", "Belum diisi."),
        ({"final_on": "2-10-2026"}, "final_on", "paling cepat 14 hari"),
        ({"case_number": "412/Pdt.G/2026/PA.Mn"}, "case_number", "menyebut pengadilan lain"),
        ({"deed_number": "194/AC/2025/PA.Kab.Mn"}, "deed_number", "tidak sama dengan tahun"),
        ({"wife.nik": HUSBAND}, "wife-nik", "NIK yang sama"),
        ({"wife.village_code": "Sidorejo"}, "wife-village_code", "Kecamatan Wungu"),
        ({"decided_on": "31-2-2026"}, "decided_on", "tidak ada di kalender"),
    ],
)
async def test_what_the_api_would_refuse_is_said_at_its_field(
    rig: Rig, desk: Desk, changes: dict[str, str], field: str, sentence: str
) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    refused = await typed(browser, form, 422, values=DIVORCE | changes)
    problems = dict(re.findall(r'id="e-f-([a-z0-9_-]+)"[^>]*>([^<]*)<', refused.text))
    assert sentence in problems[field], problems
    assert (await browser.get(f"{form}/kirim")).headers["location"] == f"{form}?kabar=periksa"
    assert (await act(browser, f"{form}/kirim", 422, versi=str(2))).status_code == 422
    assert await rig.rows("cases") == []


async def test_two_clerks_of_a_court_share_what_was_begun_and_lose_nothing(desk: Desk) -> None:
    first, second = clerk(desk), clerk(desk, name="Joko Susilo")
    form = await begin(first)
    assert "Belum selesai diisi" in await page(second, PATH)
    mine, theirs = await drawn(first, form), await drawn(second, form)
    assert (await second.post(form, data={**theirs, "tindakan": "simpan", "case_number": "7/Pdt.G/2026/PA.Kab.Mn"})).status_code == 303
    late = await first.post(form, data={**mine, "tindakan": "simpan", "case_number": "8/Pdt.G/2026/PA.Kab.Mn"})
    assert late.status_code == 409
    assert "Joko Susilo menyimpan isian ini lebih dulu" in words_of(late)
    assert "7/Pdt.G/2026/PA.Kab.Mn" in words_of(late)
    assert 'value="8/Pdt.G/2026/PA.Kab.Mn"' in late.text
    quiet = await first.post(f"{form}/periksa", data={**mine, "case_number": "9/Pdt.G/2026/PA.Kab.Mn"})
    assert "Joko Susilo menyimpan isian ini" in words_of(quiet)
    assert 'value="7/Pdt.G/2026/PA.Kab.Mn"' in (await first.get(form)).text
    knowing = {**hidden(late.text), "tindakan": "simpan", "case_number": "8/Pdt.G/2026/PA.Kab.Mn"}
    assert (await first.post(form, data=knowing)).status_code == 303
    assert 'value="8/Pdt.G/2026/PA.Kab.Mn"' in (await second.get(form)).text


async def test_a_button_pressed_while_a_check_is_on_its_way_is_no_lost_update(desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    mine = await drawn(browser, form)
    await browser.post(f"{form}/periksa", data={**mine, "case_number": "7/Pdt.G/2026/PA.Kab.Mn"})
    pressed = await browser.post(form, data={**mine, "tindakan": "tambah:children", "case_number": "8/Pdt.G/2026/PA.Kab.Mn"})
    assert pressed.status_code == 303
    late = await browser.post(f"{form}/periksa", data={**mine, "case_number": "7/Pdt.G/2026/PA.Kab.Mn"})
    assert "menyimpan isian ini" not in words_of(late), "it is this very page"
    text = (await browser.get(form)).text
    assert 'value="8/Pdt.G/2026/PA.Kab.Mn"' in text
    assert 'name="children[0].nik"' in text


async def test_rows_are_added_and_taken_away_and_the_others_move_up(desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    await typed(browser, form, act_of="tambah:children")
    await typed(browser, form, act_of="tambah:children", values={"children[0].name": "Ani Budi"})
    gone = {"children[0].name": "Ani Budi", "children[1].name": "Beni Budi"}
    await typed(browser, form, act_of="hapus:children:0", values=gone)
    text = (await browser.get(form)).text
    assert 'name="children[0].name" value="Beni Budi"' in text
    assert "children[1]" not in text


async def test_pressed_twice_and_in_two_tabs_it_is_sent_once(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    checked = (await typed(browser, form)).headers["location"]
    tabs = [hidden((await browser.get(checked)).text) for _ in range(2)]
    answers = await asyncio.gather(*(browser.post(checked, data=tab) for tab in (*tabs, tabs[0])))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await rig.told("intake.request_submitted.v1")) == 2
    where = answers[0].headers["location"].partition("?")[0]
    for address in (form, checked):
        assert (await browser.get(address)).headers["location"] == where
    late = await browser.post(form, data={**tabs[0], "tindakan": "simpan", **DIVORCE})
    assert late.headers["location"] == where
    kept = only(await rig.rows("court_drafts"))
    assert (kept["values"], kept["file"]) == ([], None), "nothing of a person is kept twice"


async def test_what_was_looked_through_is_what_is_sent(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    checked = (await typed(browser, form)).headers["location"]
    looked = hidden((await browser.get(checked)).text)
    await typed(clerk(desk, name="Joko Susilo"), form, act_of="simpan", values=DIVORCE | {"deed_number": "195/AC/2026/PA.Kab.Mn"})
    answer = await browser.post(checked, data=looked)
    assert answer.headers["location"] == f"{checked}?kabar=berubah"
    assert "berubah sejak Anda membukanya" in await page(browser, answer.headers["location"])
    assert await rig.rows("cases") == []


async def returned(rig: Rig, where: str) -> None:
    case_id = where.rpartition("/")[2]
    case = only(await rig.rows("cases", {"_id": case_id}))
    for minute, one in enumerate(case["requests"]):
        await rig.deliver(delivery(RETURNED, one["request_id"], minute))


async def test_a_returned_decision_is_corrected_from_what_was_sent(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    await typed(browser, form, act_of="tambah:children")
    whole = DIVORCE | {"children[0].nik": CHILD, "children[0].custody_nik": "wife"}
    where = (await sent(browser, form, **whole)).headers["location"].partition("?")[0]
    assert "Perbaiki" not in await page(browser, where)
    assert (await act(browser, f"{where}/perbaiki", 409)).status_code == 409
    await returned(rig, where)
    assert "Dikembalikan dinas" in await page(browser, where)
    again = (await act(browser, f"{where}/perbaiki")).headers["location"]
    colleague = clerk(desk, name="Joko Susilo")
    assert (await act(colleague, f"{where}/perbaiki")).headers["location"] == again, "one correction, whoever begins it"
    text = (await browser.get(again)).text
    assert f'value="{CHILD}"' in text
    assert '<option value="wife" selected>' in text
    unchanged = await sent(browser, again, **whole)
    assert (unchanged.status_code, "Belum ada yang diperbaiki" in unchanged.text) == (409, True)
    done = await sent(browser, again, **(whole | {"deed_number": "195/AC/2026/PA.Kab.Mn"}))
    assert done.headers["location"].partition("?")[0] == where
    told = await rig.told_data("intake.request_submitted.v1")
    assert [each["round"] for each in told] == [1, 1, 2, 2]
    assert len({each["receipt"] for each in told}) == 2


async def test_what_the_api_sent_is_corrected_by_hand_under_the_courts_own_reference(rig: Rig, desk: Desk) -> None:
    case = (await send(rig, decision())).json()
    where = f"{PATH}/{case['case_id']}"
    await returned(rig, where)
    browser = clerk(desk)
    again = (await act(browser, f"{where}/perbaiki")).headers["location"]
    kept = {row["path"]: row["text"] for row in only(await rig.rows("court_drafts"))["values"]}
    await sent(browser, again, **(kept | {"deed_number": "195/AC/2026/PA.Kab.Mn"}))
    last = (await rig.told_data("intake.request_submitted.v1"))[-1]
    assert (last["round"], last["personal"]["contact"]["reference"]) == (2, "d-1")
    assert last["personal"]["decision"]["deed_serial"] == "J 023719"


async def test_of_another_court_nothing_is_there(rig: Rig, desk: Desk) -> None:
    browser, stranger = clerk(desk), clerk(desk, "PA.Mn", "Tono Hadi")
    form = await begin(browser)
    values = {**await drawn(browser, form), "tindakan": "simpan", **DIVORCE}
    await browser.post(form, data=values, files={"berkas": ("putusan.pdf", PDF, "application/pdf")})
    addresses = [form, f"{form}/putusan", f"{form}/kirim"]
    acts = [(form, values), (f"{form}/periksa", values), (f"{form}/kirim", {"versi": "2"}), (f"{form}/batal", {})]
    for outsider in (stranger, clerk(desk, None)):
        assert [(await outsider.get(address)).status_code for address in addresses] == [404] * 3
        assert [(await outsider.post(address, data=data)).status_code for address, data in acts] == [404] * 4
    where = (await sent(browser, form)).headers["location"].partition("?")[0]
    await returned(rig, where)
    unknown = await stranger.get(f"{PATH}/01900000-0000-7000-8000-000000000000")
    for address in (where, f"{where}/putusan", f"{where}/tanda-terima", form):
        there = await stranger.get(address)
        assert there.status_code == 404
        assert DIVORCE["case_number"] not in there.text
    same = [re.sub(r"jejak [0-9a-f]{32}", "", words_of(answer)) for answer in (await stranger.get(where), unknown)]
    assert same[0] == same[1], "what is another court's looks like what is not there"
    assert (await act(stranger, f"{where}/perbaiki", 404)).status_code == 404
    assert "0 perkara" in await page(stranger, PATH)
    for text in (HUSBAND, "Budi Santoso", DIVORCE["case_number"], "412"):
        assert "0 perkara" in words_of(await act(stranger, f"{PATH}/cari", 200, q=text))
    assert "1 perkara" in await page(browser, PATH)
    assert "belum punya pengadilan" in await page(clerk(desk, None), PATH)
    for role in ("operator", "verifier", "head", "village", "admin", "auditor"):
        assert (await desk.browser(role).get(PATH)).status_code == 403


@pytest.mark.parametrize(
    "typed_in", ["412/Pdt.G/2026/PA.Kab.Mn", "0412/pdt.g/2026/PA Kab Mn", "412/Pdt.G", "412", HUSBAND, "santoso budi", "Siti"]
)
async def test_a_case_is_found_by_number_nik_and_name(rig: Rig, desk: Desk, typed_in: str) -> None:
    await send(rig, decision())
    await send(
        rig, decision(case_number="41/Pdt.G/2026/PA.Kab.Mn", husband={"nik": "3519081708850011", "name": "Eko"}, wife=OTHER), "msg-2"
    )
    found = await act(clerk(desk), f"{PATH}/cari", 200, q=typed_in)
    assert "1 perkara" in words_of(found)
    assert "0412/Pdt.G/2026/PA.Kab.Mn" in words_of(found)


async def test_the_list_is_paged(rig: Rig, desk: Desk) -> None:
    for number in range(1, 53):
        answer = await send(rig, decision(case_number=f"{number}/Pdt.G/2026/PA.Kab.Mn"), f"msg-{number}")
        assert answer.status_code == 200
    browser = clerk(desk)
    text = (await browser.get(PATH)).text
    following = unescape(re.findall(r'href="(/desk/perkara\?setelah=[^"]+)"', text)[0])
    assert "52 perkara" in await page(browser, PATH)
    assert "Baris 51" in await page(browser, following)
    found = (await act(browser, f"{PATH}/cari", 200, q="Budi")).text
    onward = {name: re.findall(rf'name="{name}" value="([^"]*)"', found)[-1] for name in ("setelah", "baris")}
    second = await act(browser, f"{PATH}/cari", 200, q="Budi", **onward)
    assert "Baris 51" in words_of(second)
    assert second.text.count("data-row>") == 2, "the rest of what was found, and nothing twice"
    assert "Berikutnya" not in words_of(second)


async def test_what_is_recorded_only_says_so(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser, "dispensasi_kawin")
    child = {"candidate.nik": "3519085201100003", "candidate.name": "Ayu Lestari", "partner_name": "Dimas Pratama"}
    case = {"case_number": "9/Pdt.P/2026/PA.Kab.Mn", "decided_on": "1-10-2026", "final_on": "1-10-2026"}
    values = {**await drawn(browser, form), "tindakan": "simpan", **case, **child}
    await browser.post(form, data=values, files={"berkas": ("putusan.pdf", PDF, "application/pdf")})
    where = (await sent(browser, form, **case, **child)).headers["location"]
    assert "Tercatat, tanpa dokumen" in await page(browser, where)
    assert len(await rig.told("intake.decision_recorded.v1")) == 1
    file_id = only(await rig.rows("cases"))["decision"]["file"]["file_id"]
    assert await UsedFiles(rig.mongo, rig.database).used([file_id]) == {file_id}, "no request has it, the case does"


async def test_the_receipt_masks_numbers_and_names_each_receipt(rig: Rig, desk: Desk) -> None:
    case = (await send(rig, decision())).json()
    await rig.deliver(delivery(APPROVED, case["requests"][0]["request_id"], 1))
    words = await page(clerk(desk), f"{PATH}/{case['case_id']}/tanda-terima")
    assert "Tanda terima putusan" in words
    assert all(one["receipt"] in words for one in case["requests"])
    assert HUSBAND not in words
    assert "Disetujui, dokumen dibuat" in words


async def test_what_was_dropped_is_gone_with_its_file(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    await browser.post(
        form, data={**await drawn(browser, form), "tindakan": "simpan"}, files={"berkas": ("putusan.pdf", PDF, "application/pdf")}
    )
    await browser.post(
        form,
        data={**await drawn(browser, form), "tindakan": "simpan"},
        files={"berkas": ("baru.pdf", pdf("putusan yang baru"), "application/pdf")},
    )
    assert len(await rig.rows("files.files")) == 1, "the one before is not needed any more"
    await act(browser, f"{form}/batal")
    assert (await rig.rows("files.files"), await rig.rows("court_drafts")) == ([], [])
    assert (await browser.get(form)).status_code == 404


async def test_what_is_kept_while_somebody_types_is_written_down_when_a_colleague_goes_on_and_not_each_time(rig: Rig, desk: Desk) -> None:
    browser, colleague = clerk(desk), clerk(desk, name="Joko Purnomo")
    form = await begin(browser)

    async def type_on(page: httpx.AsyncClient, number: str) -> None:
        said = await page.post(f"{form}/periksa", data={**await drawn(page, form), "case_number": number})
        assert said.status_code == 200

    for number in ("4", "41", "412"):
        await type_on(browser, number)
    rows = await rig.rows("audit")
    assert [row["act"] for row in rows if row["act"] in ("court.begin", "court.save")] == ["court.begin"]
    for number in ("412/Pdt.G", "412/Pdt.G/2026"):
        await type_on(colleague, number)
    rows = await rig.rows("audit")
    assert [row["actor_name"] for row in rows if row["act"] == "court.save"] == ["Joko Purnomo"]


async def test_every_look_and_act_is_written_down_with_who_did_it(rig: Rig, desk: Desk) -> None:
    browser = clerk(desk)
    form = await begin(browser)
    where = (await sent(browser, form)).headers["location"]
    for address in (PATH, where, f"{where.partition('?')[0]}/tanda-terima"):
        await page(browser, address)
    await act(browser, f"{PATH}/cari", 200, q="Budi")
    rows = await rig.rows("audit")
    expected = {"list", "begin", "draft_read", "save", "send", "case_read", "receipt_read", "search"}
    assert {f"court.{each}" for each in expected} <= {row["act"] for row in rows}
    assert {row["actor_name"] for row in rows} == {"Ratna Dewi"}
    for row in rows:
        plain = str({name: value for name, value in row.items() if name != "personal"})
        assert HUSBAND not in plain
        assert "Pdt.G" not in plain
