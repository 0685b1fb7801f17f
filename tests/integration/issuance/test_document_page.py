"""One document at the desk: all about it, the document as pictures, and its end: what is asked, what is told, who may, what is written."""

import html
import re
from dataclasses import replace

import httpx
import pytest

from services.notifier.adapters.wording import load_texts
from shared.reference.catalogue import catalogue
from shared.reference.revocations import REVOKED, end_reasons
from tests.integration.issuance.desk_app import OpenBrowser
from tests.integration.issuance.office import Desk, FakePress, issued_one, superseded
from tests.support.approvals import approval

ORDER = {"dasar": "court", "alasan": "court_order", "catatan": "Putusan 12/Pdt.P/2026/PN Mjy CONTOH"}


def told(page: httpx.Response) -> str:
    """The message that the page says its holder will get."""
    found = re.search(r'<blockquote class="bubble said">(.*?)</blockquote>', page.text, re.DOTALL)
    assert found, page.text
    return html.unescape(found[1]).strip()


async def held(desk: Desk) -> str:
    """A document that never prints; its id."""
    document_id = await desk.claim()
    failing = desk.with_renderer(FakePress(never="kk"))
    async with failing.printing():
        await failing.reaches(document_id, "held")
    return document_id


async def test_a_document_says_what_it_took_the_place_of_and_what_took_its(desk: Desk, browser: OpenBrowser) -> None:
    old, new = await superseded(desk)
    first = await browser().get(f"/desk/dokumen/{old.document_id}")
    assert f'href="/desk/dokumen/{new.document_id}"' in first.text
    assert "Cabut…" not in first.text
    second = await browser().get(f"/desk/dokumen/{new.document_id}")
    assert f'href="/desk/dokumen/{old.document_id}"' in second.text
    assert new.holder_name not in second.text
    assert (await browser().get("/desk/dokumen/x")).status_code == 404


async def test_a_held_document_is_found_by_the_filter_and_says_why(desk: Desk, browser: OpenBrowser) -> None:
    document_id = await held(desk)
    await desk.claim()
    listed = await browser().get("/desk/dokumen?keadaan=tertahan")
    assert re.findall(r"buka=([^&\"]+)", listed.text) == [document_id]
    for page in (f"/desk/dokumen?buka={document_id}", f"/desk/dokumen/{document_id}"):
        assert "isinya tidak muat atau tidak dapat dicetak" in (await browser().get(page)).text


async def test_a_document_is_revoked_in_two_steps_and_the_row_is_written_with_it(desk: Desk, browser: OpenBrowser) -> None:
    document = await issued_one(desk)
    client, path = browser(), f"/desk/dokumen/{document.document_id}/cabut"
    assert (await client.get(path)).status_code == 200
    message = await client.post(path, data=ORDER)
    assert message.status_code == 200
    assert (await desk.document(document.document_id)).revoked_at is None, "the first step changes nothing"
    assert "Pencabutan ini berdasarkan putusan pengadilan." in told(message)
    answer = await client.post(path, data={**ORDER, "yakin": "ya"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/dokumen/{document.document_id}?selesai=cabut")
    revocation = (await desk.document(document.document_id)).revocation
    assert revocation is not None
    assert (revocation.authority, revocation.reason, revocation.by) == ("court", "court_order", "staff-1")
    assert revocation.note == ORDER["catatan"]
    [event] = await desk.told_data("document_revoked")
    assert event["reason"] == "court_order"
    [row] = [row for row in await desk.rows("audit") if row["act"] == "document.revoked"]
    assert row["about"] == f"document/{document.document_id}"
    after = await client.get(answer.headers["location"])
    assert "Dicabut atas perintah: Pengadilan." in after.text
    assert ORDER["catatan"] in after.text


@pytest.mark.parametrize("left_out", ["dasar", "alasan", "catatan"])
async def test_what_is_not_filled_in_is_named_and_nothing_typed_is_lost(desk: Desk, browser: OpenBrowser, left_out: str) -> None:
    document = await issued_one(desk)
    page = await browser().post(f"/desk/dokumen/{document.document_id}/cabut", data={**ORDER, left_out: "", "yakin": "ya"})
    assert page.status_code == 422
    assert f'<a href="#{left_out}">' in page.text
    assert left_out == "catatan" or ORDER["catatan"] in page.text
    assert (await desk.document(document.document_id)).revocation is None


async def test_a_held_number_is_given_up(desk: Desk, browser: OpenBrowser) -> None:
    document_id = await held(desk)
    client, path = browser("head"), f"/desk/dokumen/{document_id}/hangus"
    message = await client.post(path, data={"alasan": "sheet_unprintable"})
    assert told(message).startswith("Mohon maaf, Kartu Keluarga dari permohonan ")
    assert (await client.post(path, data={"alasan": "sheet_unprintable", "yakin": "ya"})).status_code == 303
    assert (await desk.document(document_id)).state.value == "void"
    assert len(await desk.told("document_voided")) == 1
    again = await client.post(path, data={"alasan": "wrong_data", "yakin": "ya"})
    assert again.status_code == 409
    assert "Nomor ini sudah hangus" in again.text


async def test_another_order_for_a_revoked_document_is_refused_in_words(desk: Desk, browser: OpenBrowser) -> None:
    document = await issued_one(desk)
    path = f"/desk/dokumen/{document.document_id}/cabut"
    await browser().post(path, data={**ORDER, "yakin": "ya"})
    other = await browser().post(path, data={**ORDER, "alasan": "data_wrong", "yakin": "ya"})
    assert other.status_code == 409
    assert "Dokumen ini sudah dicabut" in other.text


@pytest.mark.parametrize("role", ["operator", "verifier", "auditor"])
async def test_who_may_not_revoke_is_not_offered_it(desk: Desk, browser: OpenBrowser, role: str) -> None:
    document = await issued_one(desk)
    page = await browser(role).get(f"/desk/dokumen/{document.document_id}")
    assert page.status_code == 200
    assert "/cabut" not in page.text
    assert (await browser(role).post(f"/desk/dokumen/{document.document_id}/cabut", data={**ORDER, "yakin": "ya"})).status_code == 403


async def test_a_form_without_its_token_ends_nothing(desk: Desk, browser: OpenBrowser) -> None:
    document = await issued_one(desk)
    client = browser()
    client.headers["X-Form-Token"] = "another"
    assert (await client.post(f"/desk/dokumen/{document.document_id}/cabut", data={**ORDER, "yakin": "ya"})).status_code == 403
    assert (await desk.document(document.document_id)).revocation is None


@pytest.mark.parametrize("code", [code for code, reason in end_reasons(REVOKED).items() if reason.by_hand])
async def test_what_is_shown_is_what_the_holder_of_a_revoked_document_is_told(desk: Desk, browser: OpenBrowser, code: str) -> None:
    document, texts = await issued_one(desk), load_texts()
    page = await browser().post(f"/desk/dokumen/{document.document_id}/cabut", data={**ORDER, "alasan": code})
    product = catalogue().products[document.product].document
    values = {"product": product, "document_number": document.number, "reason": texts.revocation(code), "office": texts.office}
    assert told(page) == texts.fill("revoked", receipt=document.receipt, **values)


@pytest.mark.parametrize("products", [("kk",), ("kk", "akta_kelahiran")])
async def test_what_is_shown_is_what_the_holder_of_a_void_number_is_told(
    desk: Desk, browser: OpenBrowser, products: tuple[str, ...]
) -> None:
    asked, texts = approval(*products), load_texts()
    await desk.take_in(asked)
    page = await browser().post(f"/desk/dokumen/{asked.request_id}.kk/hangus", data={"alasan": "wrong_data"})
    values = {"product": catalogue().products["kk"].document, "next": texts.after_void(alone=len(products) == 1), "office": texts.office}
    assert told(page) == texts.fill("voided", receipt=asked.receipt, document_number="", **values)


async def test_a_document_is_seen_page_by_page_and_each_look_is_written(
    desk: Desk, browser: OpenBrowser, printed: dict[str, bytes]
) -> None:
    document = await issued_one(desk)
    assert document.pdf is not None
    file = replace(document.pdf, file_id="drawn.1")
    await desk.parts.archive.put(file.file_id, printed["kk"])
    await desk.mongo.collection(desk.database, "documents").update_one(
        {"_id": document.document_id}, {"$set": {"pdf.file_id": file.file_id}}
    )
    client = browser("verifier")
    page = await client.get(f"/desk/dokumen/{document.document_id}/lihat")
    [address] = re.findall(r'<img src="([^"]+/halaman/\d+)"', page.text)
    picture = await client.get(address)
    assert (picture.headers["content-type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert (await client.get(address.replace("/halaman/1", "/halaman/9"))).status_code == 404
    acts = [row["act"] for row in await desk.rows("audit")]
    assert {"document.read", "document.page_read"} <= set(acts)
    assert (await browser("auditor").get(address)).status_code == 403
