"""A document that was given up before its issue: the request ends, the person is told on asking, and may ask again at once."""

from itertools import permutations
from typing import Any

import pytest

from shared.messaging.delivery import Done
from tests.integration.intake.rig import ADAPTER, Rig, only, text_of
from tests.integration.intake.test_court import decision, send
from tests.integration.intake.test_identity import stranger_files
from tests.integration.intake.test_joining import FIRST, SECOND, SUBMITTED, first_of
from tests.integration.intake.test_progress import APPROVED, ISSUED, VOIDED, delivery, filed, state
from tests.integration.intake.test_requests import REQUESTS, body, file
from tests.integration.intake.test_several_documents import NUMBERS, brought, issued, shown
from tests.support.harness import keyed


def void(request_id: str, minute: int, product: str = "kk", documents: int = 1) -> Any:
    more = {"document_id": f"{request_id}.{product}", "product": product, "document_number": NUMBERS[product], "documents": documents}
    return delivery(VOIDED, request_id, minute, reason="sheet_unprintable", **more)


@pytest.mark.parametrize("order", list(permutations((APPROVED, VOIDED))))
async def test_who_waited_hears_it_on_asking_and_asks_again_at_once(rig: Rig, order: tuple[str, ...]) -> None:
    request = await filed(rig)
    for kind in order:
        told = [void(request["_id"], 2) if kind == VOIDED else delivery(APPROVED, request["_id"], 1) for _ in range(2)]
        assert await rig.deliver(*told) == [Done()] * 2
    assert await state(rig) == "void"
    said = text_of(only(await rig.say("status")))
    assert "Ini bukan kesalahan Anda" in said
    assert "mengajukan lagi: ketik *MENU*" in said
    await rig.file_request()
    before, again = await rig.rows("requests")
    assert (before["_id"], before["state"], again["state"]) == (request["_id"], "void", "submitted")
    assert (again["receipt"] != before["receipt"], again["repeats"], again["joins"]) == (True, None, None)
    assert len(await rig.told_data(SUBMITTED)) == 2


async def test_who_had_joined_is_given_back(rig: Rig) -> None:
    await rig.file_request(FIRST)
    first = await first_of(rig)
    await stranger_files(rig, SECOND)
    await rig.deliver(delivery(APPROVED, first["_id"], 1), void(first["_id"], 2))
    waiting = only(await rig.rows("requests", {"joins": first["_id"]}))
    assert waiting["state"] == "returned"


@pytest.mark.parametrize("order", list(permutations(("issue", "void", "bring"))))
async def test_the_others_come_and_the_void_one_is_named(rig: Rig, order: tuple[str, ...]) -> None:
    request = await filed(rig)
    acts = {
        "issue": issued(request["_id"], "ktp", 2),
        "void": void(request["_id"], 3, documents=2),
        "bring": brought(request["_id"], "ktp", 4),
    }
    await rig.deliver(delivery(APPROVED, request["_id"], 1, documents=["kk", "ktp"]))
    for act in order:
        assert await rig.deliver(acts[act]) == [Done()]
    after = await shown(rig, request["receipt"])
    assert (after["state"], [(one["product"], one["state"]) for one in after["documents"]]) == (
        "delivered",
        [("ktp", "delivered"), ("kk", "void")],
    )
    [step] = [step for step in after["timeline"] if step["state"] == "void"]
    assert (step["document_number"], step["reasons"]) == (NUMBERS["kk"], ["sheet_unprintable"])


async def test_an_adapter_sees_what_became_of_its_request_and_may_file_it_again(rig: Rig) -> None:
    await file(rig, await body(rig))
    request = only(await rig.rows("requests"))
    await rig.deliver(delivery(APPROVED, request["_id"], 1), void(request["_id"], 2))
    after = await shown(rig, request["receipt"], ADAPTER)
    assert (after["state"], [one["state"] for one in after["documents"]]) == ("void", ["void"])
    fetched = await rig.http.get(f"{REQUESTS}/{request['receipt']}/documents/1", headers=keyed(ADAPTER))
    assert (fetched.status_code, fetched.json()["code"]) == (409, "document_not_issued")
    again = await file(rig, await body(rig), "key-again")
    assert again.status_code == 201
    assert again.json()["receipt"] != request["receipt"]


async def test_a_decision_of_which_nothing_came_opens_a_new_case_and_one_of_which_something_came_does_not(rig: Rig) -> None:
    first = (await send(rig, decision())).json()
    his, hers = (one["request_id"] for one in first["requests"])
    await rig.deliver(void(his, 1), delivery(ISSUED, hers, 1, document_id=f"{hers}.kk"))
    assert (await send(rig, decision(), "msg-2")).json() == first, "hers was issued"
    await rig.deliver(*(void(request_id, 2, documents=1) for request_id in (his,)))
    other = (await send(rig, decision(case_number="0500/Pdt.G/2026/PA.Kab.Mn"), "msg-3")).json()
    await rig.deliver(*(void(one["request_id"], 3) for one in other["requests"]))
    again = (await send(rig, decision(case_number="0500/Pdt.G/2026/PA.Kab.Mn"), "msg-4")).json()
    assert again["case_id"] != other["case_id"]
    assert {one["receipt"] for one in again["requests"]}.isdisjoint(one["receipt"] for one in other["requests"])
    assert (await send(rig, decision(case_number="0500/Pdt.G/2026/PA.Kab.Mn"), "msg-5")).json() == again
