"""A request of several documents: it is issued and delivered with the last of them, and each is found by its number."""

from itertools import permutations
from typing import Any

import pytest

from shared.messaging.delivery import Delivery, Done
from tests.integration.intake.rig import ADAPTER, OFFICER, Rig, only
from tests.integration.intake.test_progress import APPROVED, DELIVERED, ISSUED, REVOKED, delivery, filed
from tests.integration.intake.test_requests import REQUESTS, body, file
from tests.support.harness import keyed

NUMBERS = {"kk": "3519-KK-24112026-0001", "ktp": "3519-KT-24112026-0002"}


def issued(request_id: str, product: str, minute: int) -> Delivery:
    more = {"document_id": f"{request_id}.{product}", "product": product, "document_number": NUMBERS[product], "documents": 2}
    return delivery(ISSUED, request_id, minute, **more)


def brought(request_id: str, product: str, minute: int) -> Delivery:
    return delivery(DELIVERED, request_id, minute, kind="document", document_id=f"{request_id}.{product}")


async def shown(rig: Rig, receipt: str, client: str = OFFICER) -> dict[str, Any]:
    return dict((await rig.http.get(f"{REQUESTS}/{receipt}", headers=keyed(client))).json())


@pytest.mark.parametrize("order", list(permutations(("issue kk", "issue ktp", "bring kk"))))
async def test_it_is_delivered_with_the_last_document_in_whatever_order_they_are_told(rig: Rig, order: tuple[str, ...]) -> None:
    request = await filed(rig)
    acts = {
        "issue kk": issued(request["_id"], "kk", 2),
        "issue ktp": issued(request["_id"], "ktp", 3),
        "bring kk": brought(request["_id"], "kk", 4),
    }
    await rig.deliver(delivery(APPROVED, request["_id"], 1, documents=["kk", "ktp"]))
    for act in order:
        assert await rig.deliver(acts[act]) == [Done()]
    before = await shown(rig, request["receipt"])
    assert (before["state"], [(one["product"], one["state"]) for one in before["documents"]]) == (
        "issued",
        [("kk", "delivered"), ("ktp", "issued")],
    )
    await rig.deliver(brought(request["_id"], "ktp", 5))
    assert (await shown(rig, request["receipt"]))["state"] == "delivered"


async def test_a_number_finds_its_request_and_what_lies_between_two_numbers_finds_none(rig: Rig) -> None:
    request = await filed(rig)
    await rig.deliver(issued(request["_id"], "kk", 1), issued(request["_id"], "ktp", 2))

    async def found(text: str) -> list[str]:
        answer = await rig.http.get(REQUESTS, params={"q": text}, headers=keyed(OFFICER))
        return [one["receipt"] for one in answer.json()["requests"]]

    for number in (*NUMBERS.values(), "3519-kt-2411"):
        assert await found(number) == [request["receipt"]]
    assert await found("3519-KL") == []


async def test_an_adapter_fetches_when_all_are_there(rig: Rig) -> None:
    await file(rig, await body(rig))
    request = only(await rig.rows("requests"))
    await rig.deliver(issued(request["_id"], "ktp", 1))
    early = await rig.http.get(f"{REQUESTS}/{request['receipt']}/documents/1", headers=keyed(ADAPTER))
    assert (early.status_code, early.json()["code"]) == (409, "document_not_issued")
    await rig.deliver(issued(request["_id"], "kk", 2))
    ready = await shown(rig, request["receipt"], ADAPTER)
    assert (ready["state"], [one["product"] for one in ready["documents"]]) == ("ready", ["kk", "ktp"])


@pytest.mark.parametrize("first", ["issue", "revoke"])
async def test_a_document_that_was_taken_back_says_so_whichever_is_told_first(rig: Rig, first: str) -> None:
    request = await filed(rig)
    news = [issued(request["_id"], "kk", 1), delivery(REVOKED, request["_id"], 2, document_id=f"{request['_id']}.kk")]
    for one in news if first == "issue" else news[::-1]:
        assert await rig.deliver(one) == [Done()]
    await rig.deliver(issued(request["_id"], "ktp", 3))
    after = await shown(rig, request["receipt"])
    assert (after["state"], [one["state"] for one in after["documents"]]) == ("issued", ["revoked", "issued"])
    await rig.deliver(brought(request["_id"], "kk", 4), brought(request["_id"], "ktp", 5))
    assert (await shown(rig, request["receipt"]))["state"] == "delivered"
