"""Intake's answer to the search box: requests and chats, masked; a registrar finds what their village filed, and no more."""

import httpx

from services.intake.store import refills_of
from shared.mongo.terms import begins
from shared.refill import AGAIN_SECONDS, RefillJob
from shared.web.desk.sought import PATH
from tests.integration.intake.desk import VILLAGE, Desk
from tests.integration.intake.rig import KK, NIK, Rig, only
from tests.integration.intake.test_identity import PHONE, stranger_files


async def found(client: httpx.AsyncClient, typed: str) -> str:
    answer = await client.post(f"{PATH}/permohonan", data={"q": typed}, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_request_is_found_by_receipt_and_numbers_and_its_chat_by_phone(rig: Rig, desk: Desk) -> None:
    await stranger_files(rig)
    request, contact = only(await rig.rows("requests")), only(await rig.rows("contacts"))
    operator = desk.browser("operator")
    for typed in (request["receipt"], request["receipt"][:9], NIK, KK):
        page = await found(operator, typed)
        assert request["receipt"] in page, typed
        assert f"/desk/percakapan/{contact['_id']}" in page
        assert NIK not in page
    for typed in (f"0{PHONE[2:]}", f"+{PHONE[:10]}"):
        page = await found(operator, typed)
        assert request["receipt"] in page, typed
        assert f"/desk/percakapan/{contact['_id']}" in page, typed
        assert PHONE not in page
    row = only(await rig.rows("audit", {"personal.persons.nik": NIK}))
    assert (row["act"], row["detail"]["shape"]) == ("search.asked", "number")


async def test_a_registrar_finds_nothing_that_another_way_brought(rig: Rig, desk: Desk) -> None:
    await stranger_files(rig)
    request = only(await rig.rows("requests"))
    registrar = desk.browser("village", areas=frozenset({VILLAGE}))
    for typed in (request["receipt"], NIK, f"0{PHONE[2:]}"):
        page = await found(registrar, typed)
        assert "Tidak ada yang cocok" in page
        assert "Percakapan" not in page


async def test_numbers_and_names_are_found_by_their_index(rig: Rig) -> None:
    await stranger_files(rig)
    requests = rig.mongo.collection(rig.database, "requests")
    plan = await requests.find(begins("search_terms", [NIK])).hint("search_terms").explain()
    assert plan["executionStats"]["nReturned"] == 1
    assert plan["executionStats"]["totalKeysExamined"] <= 3


async def test_requests_and_contacts_of_an_older_release_get_their_words(rig: Rig) -> None:
    await stranger_files(rig)
    before, contact = only(await rig.rows("requests")), only(await rig.rows("contacts"))
    requests, contacts = rig.mongo.collection(rig.database, "requests"), rig.mongo.collection(rig.database, "contacts")
    await requests.update_one({"_id": before["_id"]}, {"$unset": {"search_terms": ""}})
    await contacts.update_one({"_id": contact["_id"]}, {"$unset": {"name_words": ""}})
    work = RefillJob(rig.mongo, rig.database, refills_of(rig.wiring.deps.catalogue))
    assert await work.turn() == AGAIN_SECONDS
    assert only(await rig.rows("requests")) == before
    assert only(await rig.rows("contacts")) == contact
