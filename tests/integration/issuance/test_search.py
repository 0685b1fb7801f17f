"""Issuance's answer to the search box."""

import pytest

from services.issuance.domain.claim import subject_key
from services.issuance.store import REFILLS
from shared.audit import AuditFilter
from shared.mongo.terms import begins
from shared.refill import AGAIN_SECONDS, RefillJob
from shared.web.desk.sought import PATH
from tests.integration.issuance.desk_app import OpenBrowser
from tests.integration.issuance.office import Desk
from tests.integration.issuance.test_desk import held_by
from tests.support.approvals import approval, order

ASKED = {"HX-Request": "true"}
KK_NUMBER = "3519014503890007"


async def test_a_document_is_found_by_number_receipt_and_name_and_is_masked(desk: Desk, browser: OpenBrowser) -> None:
    siti, budi = await desk.issue(held_by("SITI AMINAH"), held_by("BUDI SANTOSO"))
    client = browser()
    for typed in (siti.number.lower(), siti.receipt, "siti am", "aminnah", "AMINAH siti"):
        answer = await client.post(f"{PATH}/dokumen", data={"q": typed}, headers=ASKED)
        assert f'href="/desk/dokumen?buka={siti.document_id}"' in answer.text, typed
        assert "S•••••" in answer.text
        assert "SITI" not in answer.text
        assert budi.number not in answer.text


async def test_it_is_written_down_under_the_name(desk: Desk, browser: OpenBrowser) -> None:
    await browser().post(f"{PATH}/dokumen", data={"q": "siti aminah"}, headers=ASKED)
    page = await desk.parts.units.audit.page(AuditFilter())
    assert [(row.entry.act, row.entry.about, row.entry.persons[0].name) for row in page.rows] == [("search.asked", "", "siti aminah")]


async def test_a_document_is_found_by_the_card_it_is_about_and_the_phone_it_went_to(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await desk.issue(approval(order("kk", holder_name="SITI AMINAH", about=f"kk:{KK_NUMBER}")))
    kept = await desk.parts.mongo.collection(desk.parts.host.database, "documents").find_one({"_id": siti.document_id})
    assert kept is not None
    phone, about = kept["contact"]["address"], KK_NUMBER
    for typed in (f"0{phone[2:]}", phone[:11], about):
        answer = await browser().post(f"{PATH}/dokumen", data={"q": typed}, headers=ASKED)
        assert siti.number in answer.text, typed
        assert phone not in answer.text


async def test_words_phones_and_subjects_are_found_by_their_indexes(desk: Desk) -> None:
    await desk.issue(approval(order("kk", holder_name="SITI AMINAH", about=f"kk:{KK_NUMBER}")))
    documents = desk.parts.mongo.collection(desk.parts.host.database, "documents")
    for query, index in (
        (begins("holder_terms", ["amina"]), "holder_terms"),
        ({"contact.address": {"$gte": "628", "$lt": "629"}}, "sent_to"),
        ({"about": {"$in": [subject_key(f"kk:{KK_NUMBER}")]}}, "about"),
    ):
        plan = await documents.find(query).hint(index).explain()
        assert (plan["executionStats"]["nReturned"], plan["executionStats"]["totalKeysExamined"] <= 2) == (1, True), index


async def test_documents_of_an_older_release_get_their_words(desk: Desk, browser: OpenBrowser) -> None:
    [siti] = await desk.issue(held_by("SITI AMINAH"))
    documents = desk.parts.mongo.collection(desk.parts.host.database, "documents")
    await documents.update_one({"_id": siti.document_id}, {"$unset": {"holder_terms": ""}})
    assert siti.number not in (await browser().post(f"{PATH}/dokumen", data={"q": "aminah"}, headers=ASKED)).text
    assert await RefillJob(desk.parts.mongo, desk.parts.host.database, REFILLS).turn() == AGAIN_SECONDS
    assert siti.number in (await browser().post(f"{PATH}/dokumen", data={"q": "aminah"}, headers=ASKED)).text


@pytest.mark.parametrize("typed", ["3519014503890001", "081234567890"])
async def test_what_issuance_has_not_is_told(browser: OpenBrowser, typed: str) -> None:
    page = await browser().post(PATH, data={"q": typed})
    assert "Tidak ada yang cocok di bagian ini." in page.text
