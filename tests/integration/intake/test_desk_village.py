"""A village registrar files for villagers: question by question, of their own village alone, told by phone or at the village."""

import httpx

from shared.contracts.verification import Reason, RequestReturned
from tests.integration.intake.desk import PATH, VILLAGE, Desk, act, answer, asked, begin, file_at_the_village, filled, page, show
from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, only

OTHER = "3519011001"


def registrar(desk: Desk, village: str = VILLAGE, name: str = "Sri Utami") -> httpx.AsyncClient:
    return desk.browser("village", name=name, areas=frozenset({village}))


async def test_a_registrar_files_for_a_villager_who_is_told_at_the_village(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    where = await file_at_the_village(browser)
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    assert where == f"{PATH}/{submitted['receipt']}"
    assert submitted["channel"] == "desk"
    assert submitted["vouching"] == {"by": "desk", "link_id": None, "level": None, "village": VILLAGE}
    assert submitted["personal"]["contact"]["channel"] == "desk"
    assert submitted["personal"]["contact"]["address"] == VILLAGE
    assert submitted["personal"]["answers"] == {"nik": NIK, "kk_number": KK}
    assert len(submitted["attachments"]) == 2
    words = await page(browser, where)
    assert "Sedang diperiksa" in words
    assert "disampaikan di desa" in words
    assert NIK not in words
    assert await rig.rows("village_drafts") == []


async def test_with_a_phone_the_villager_is_told_by_whatsapp(rig: Rig, desk: Desk) -> None:
    await file_at_the_village(registrar(desk), phone="0812-3456-7890")
    contact = only(await rig.told_data("intake.request_submitted.v1"))["personal"]["contact"]
    assert (contact["channel"], contact["address"]) == ("whatsapp", "6281234567890")


async def test_the_registrar_must_have_seen_the_person(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    form = await filled(browser)
    refused = await act(browser, f"{form}/kirim", 422, telepon="")
    assert "melihat KTP-el" in refused.text
    wrong = await act(browser, f"{form}/kirim", 422, telepon="12345", dilihat="ya")
    assert "bukan nomor Indonesia" in wrong.text
    assert 'value="12345"' in wrong.text
    assert await rig.told_data("intake.request_submitted") == []


async def test_a_wrong_answer_is_said_in_a_sentence_and_stays_in_the_field(desk: Desk) -> None:
    browser = registrar(desk)
    form = await begin(browser)
    wrong = await answer(browser, form, "12345", 422)
    assert "NIK harus 16 angka" in wrong.text
    assert 'value="12345"' in wrong.text
    assert await asked(browser, form) == "nik"


async def test_an_answer_can_be_changed_and_the_others_stay(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    form = await filled(browser)
    other = "3519082004200011"
    change = await browser.get(f"{form}?ubah=kk_number")
    assert 'name="ubah" value="kk_number"' in change.text
    await act(browser, form, tanya="kk_number", jawaban=other, ubah="kk_number")
    assert await asked(browser, form) == ""
    await act(browser, f"{form}/kirim", dilihat="ya")
    assert only(await rig.told_data("intake.request_submitted.v1"))["personal"]["answers"]["kk_number"] == other


async def test_a_photo_that_can_t_be_used_is_said_with_what_to_do_and_not_kept(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    form = await begin(browser)
    await answer(browser, form, NIK)
    await answer(browser, form, KK)
    assert "terlalu besar" in (await show(browser, form, JPEG + bytes(30_000), expected=422)).text
    assert "bukan foto JPG" in (await show(browser, form, b"GIF89a" * 99, expected=422)).text
    await show(browser, form, JPEG)
    assert "sudah dipakai" in (await show(browser, form, JPEG, expected=422)).text
    assert len(await rig.rows("files.files")) == 1
    await act(browser, f"{form}/batal")
    assert await rig.rows("files.files") == []


async def test_of_other_villages_nothing_is_there(desk: Desk) -> None:
    browser, stranger = registrar(desk), registrar(desk, OTHER, "Tono Hadi")
    form, where = await filled(browser), await file_at_the_village(browser)
    for address in (form, where):
        assert (await stranger.get(address)).status_code == 404
    await act(stranger, f"{form}/kirim", 404, dilihat="ya")
    await act(stranger, f"{form}/batal", 404)
    assert "0 permohonan" in await page(stranger, PATH)
    assert "1 permohonan" in await page(browser, PATH)
    assert (await desk.browser("village").get(PATH)).status_code == 200, "without an area a registrar sees nothing"
    assert "0 permohonan" in await page(desk.browser("village"), PATH)
    assert (await desk.browser("operator").get(PATH)).status_code == 403


async def test_a_village_finds_its_requests_by_receipt_and_nik(desk: Desk) -> None:
    browser = registrar(desk)
    receipt = (await file_at_the_village(browser)).rsplit("/", 1)[-1]
    found = await act(browser, f"{PATH}/cari", q=receipt)
    assert found.headers["location"] == f"{PATH}?q={receipt}"
    assert "1 permohonan" in await page(browser, found.headers["location"])
    assert "1 permohonan" in (await act(browser, f"{PATH}/cari", 200, q=NIK)).text
    assert "0 permohonan" in (await act(browser, f"{PATH}/cari", 200, q="Nama Orang Lain")).text


async def test_the_same_request_is_not_filed_twice(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    first = await file_at_the_village(browser)
    assert await file_at_the_village(registrar(desk, name="Wati Ningsih")) == first
    assert len(await rig.rows("requests")) == 1


async def test_what_was_begun_is_gone_on_with_by_a_colleague(desk: Desk) -> None:
    form = await begin(registrar(desk))
    colleague = registrar(desk, name="Wati Ningsih")
    assert "Belum selesai diisi" in await page(colleague, PATH)
    await answer(colleague, form, NIK)


async def test_a_returned_request_is_mended_under_its_receipt(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    where = await file_at_the_village(browser)
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    returned = RequestReturned.model_validate(
        {
            "request_id": submitted["request_id"],
            "receipt": submitted["receipt"],
            "channel": submitted["channel"],
            "service": submitted["service"],
            "case_id": None,
            "round": 1,
            "products": submitted["products"],
            "reasons": [Reason(code="document_unreadable", field="answers.ktp")],
            "returned_at": rig.clock.at,
            "officer_id": "petugas-01",
            "personal": {"contact": submitted["personal"]["contact"], "note": None},
        }
    )
    await rig.tell(returned)
    assert "Perlu dilengkapi" in await page(browser, where)
    form = (await act(browser, f"{where}/perbaiki")).headers["location"]
    assert await asked(browser, form) == "ktp"
    await show(browser, form, PNG + b"again")
    again = await act(browser, f"{form}/kirim", dilihat="ya")
    assert again.headers["location"] == where
    assert [each["round"] for each in await rig.told_data("intake.request_submitted.v1")] == [1, 2]


async def test_every_look_and_act_is_written_down(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    await page(browser, await file_at_the_village(browser))
    acts = [row["act"] for row in await rig.rows("audit")]
    for expected in ("village.begin", "village.answer", "village.attach", "village.file", "village.request_read"):
        assert expected in acts
    for row in await rig.rows("audit"):
        assert NIK not in str({name: value for name, value in row.items() if name != "personal"})


async def test_who_saw_a_villager_is_found_by_their_nik_however_they_were_looked_for(rig: Rig, desk: Desk) -> None:
    browser = registrar(desk)
    form = await filled(browser)
    await page(registrar(desk, name="Wati Ningsih"), form)
    await file_at_the_village(browser)
    await page(browser, PATH)
    for typed in (NIK, "Budi"):
        await act(browser, f"{PATH}/cari", 200, q=typed)
    seen = {(row["act"], row["actor"]) for row in await rig.rows("audit") if NIK in str(row.get("personal"))}
    expected = {("village.draft_read", "staff-wati"), ("village.file", "staff-sri"), ("village.list", "staff-sri")}
    assert expected | {("village.search", "staff-sri")} <= seen
    assert any("Budi" in str(row.get("personal")) for row in await rig.rows("audit") if row["act"] == "village.search")
