"""A returned request is mended by its adapter, under its receipt."""

import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from tests.integration.intake.rig import ADAPTER, OTHER_ADAPTER, Rig, codes, only
from tests.integration.intake.test_progress import APPROVED, ISSUED, RETURNED, delivery
from tests.integration.intake.test_requests import REQUESTS, body, file
from tests.support.harness import keyed

OTHER_NIK = "3519081708850004"


async def returned(rig: Rig) -> dict[str, Any]:
    await file(rig, await body(rig))
    request = only(await rig.rows("requests"))
    await rig.deliver(delivery(RETURNED, request["_id"], 1))
    return only(await rig.rows("requests"))


async def mend(rig: Rig, receipt: str, content: dict[str, Any], key: str = "m-1", client: str = ADAPTER) -> Response:
    return await rig.http.put(f"{REQUESTS}/{receipt}", json=content, headers=keyed(client, Idempotency_Key=key))


async def test_what_was_mended_is_judged_again_under_the_same_receipt(rig: Rig) -> None:
    before = await returned(rig)
    rig.clock.at += timedelta(days=3)
    answer = await mend(rig, before["receipt"], await body(rig, nik=OTHER_NIK))
    assert (answer.status_code, answer.json()["state"], answer.json()["receipt"]) == (200, "submitted", before["receipt"])
    after = only(await rig.rows("requests"))
    assert [step["state"] for step in after["timeline"]] == ["submitted", "returned", "submitted"]
    assert after["promised_at"] > before["promised_at"], "the office's time begins when it has everything"
    first, second = await rig.told("intake.request_submitted.v1")
    assert (first["data"]["round"], second["data"]["round"]) == (1, 2)
    assert (first["subject"], first["sequence"], second["subject"], second["sequence"]) == (before["_id"], 1, before["_id"], 2)
    assert first["data"]["personal"]["applicant"]["nik"] != OTHER_NIK
    assert second["data"]["personal"]["applicant"]["nik"] == OTHER_NIK
    assert second["data"]["receipt"] == before["receipt"]
    assert second["data"]["promised_at"] == json.loads(json.dumps(answer.json()["promised_at"])).replace("+00:00", "Z")
    await rig.deliver(delivery(APPROVED, before["_id"], 5), delivery(ISSUED, before["_id"], 6))
    assert only(await rig.rows("requests"))["state"] == "ready"


async def test_a_mended_request_may_be_returned_and_mended_once_more(rig: Rig) -> None:
    receipt = (await returned(rig))["receipt"]
    content = await body(rig)
    assert (await mend(rig, receipt, content, "m-1")).status_code == 200
    request_id = only(await rig.rows("requests"))["_id"]
    await rig.deliver(delivery(RETURNED, request_id, 8, round=1))
    assert only(await rig.rows("requests"))["state"] == "submitted", "the round before, told late"
    await rig.deliver(delivery(RETURNED, request_id, 9, round=2))
    assert only(await rig.rows("requests"))["state"] == "returned"
    assert (await mend(rig, receipt, content, "m-2")).status_code == 200
    assert len(await rig.told_data("intake.request_submitted.v1")) == 3


async def test_a_request_mended_to_be_about_somebody_else_is_in_nobodys_way(rig: Rig) -> None:
    receipt = (await returned(rig))["receipt"]
    assert (await mend(rig, receipt, await body(rig, nik=OTHER_NIK))).status_code == 200
    other = await file(rig, await body(rig), "k-2")
    assert (other.status_code, other.json()["receipt"] == receipt) == (201, False)
    rows = {row["receipt"]: row for row in await rig.rows("requests")}
    assert rows[other.json()["receipt"]]["joins"] is None


async def test_the_reasons_of_a_returned_request_name_what_to_mend(rig: Rig) -> None:
    await file(rig, await body(rig))
    request = only(await rig.rows("requests"))
    named = {"code": "nik_not_in_kk", "field": "answers.nik"}
    await rig.deliver(delivery(RETURNED, request["_id"], 1, reasons=[named, {"code": "identity_unproven"}]))
    shown = (await rig.http.get(f"{REQUESTS}/{request['receipt']}", headers=keyed(ADAPTER))).json()
    assert [(one["code"], one["field"]) for one in shown["reasons"]] == [("nik_not_in_kk", "answers.nik"), ("identity_unproven", None)]
    assert all(one["text"].endswith((".", "!", "?")) for one in shown["reasons"])


async def test_the_same_mending_again_gives_the_same_answer(rig: Rig) -> None:
    receipt, content = (await returned(rig))["receipt"], await body(rig)
    answers = [await mend(rig, receipt, content) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(await rig.told_data("intake.request_submitted.v1")) == 2
    other = await mend(rig, receipt, await body(rig, nik=OTHER_NIK))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_is_not_returned_not_ones_own_or_wrong_is_not_taken(rig: Rig) -> None:
    content = await body(rig)
    receipt = (await file(rig, content)).json()["receipt"]
    early = await mend(rig, receipt, content)
    assert (early.status_code, early.json()["code"]) == (409, "request_not_returned")
    await rig.deliver(delivery(RETURNED, only(await rig.rows("requests"))["_id"], 1))
    stranger = await mend(rig, receipt, content, client=OTHER_ADAPTER)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "request_not_found")
    assert (await mend(rig, "MDN-2222-2222", content)).status_code == 404
    other_service = await mend(rig, receipt, {**content, "service": "ktp_hilang"})
    assert ("service", "service_differs") in codes(other_service)
    wrong = await mend(rig, receipt, await body(rig, nik="12"))
    assert ("answers.nik", "nik_not_16_digits") in codes(wrong)
    without = await rig.http.put(f"{REQUESTS}/{receipt}", json=content, headers=keyed(ADAPTER))
    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")
    assert only(await rig.rows("requests"))["state"] == "returned"
    assert (await mend(rig, receipt, content)).status_code == 200, "a refused try does not spend its key"


@pytest.mark.parametrize("receipt", ["x", "MDN-2222-2223"])
async def test_a_receipt_that_cannot_be_is_422(rig: Rig, receipt: str) -> None:
    assert (await mend(rig, receipt, await body(rig))).status_code == 422
