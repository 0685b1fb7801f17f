"""Decisions of the court over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from tests.integration.intake.rig import Rig, codes, only, signed_decision
from tests.integration.intake.test_progress import APPROVED, REJECTED, RETURNED, delivery

PATH = "/v1/court/decisions"


def decision(**changes: Any) -> dict[str, Any]:
    base = {
        "decision_id": "d-1",
        "court_code": "PA.Kab.Mn",
        "case_number": "0412/Pdt.G/2026/PA.Kab.Mn",
        "kind": "cerai_gugat",
        "decided_on": "2026-10-01",
        "final_on": "2026-10-15",
        "deed_number": "194/AC/2026/PA.Kab.Mn",
        "deed_on": "2026-10-20",
        "deed_serial": "J 023719",
        "husband": {"nik": "3519081708850003", "name": "Budi Santoso", "village_code": "3519082001"},
        "wife": {"nik": "3519084502880004", "name": "Siti Aminah", "born_on": "1988-02-05"},
        "children": [{"nik": "3519080101150002", "custody_nik": "3519084502880004"}],
    }
    return {**base, **changes}


async def send(rig: Rig, content: dict[str, Any], webhook_id: str = "msg-1", **signing: Any) -> Response:
    body, headers = signed_decision(content, webhook_id, **signing)
    return await rig.http.post(PATH, content=body, headers=headers)


async def test_a_divorce_opens_one_case_with_a_request_per_party(rig: Rig) -> None:
    answer = await send(rig, decision())
    assert answer.status_code == 200, answer.text
    case = answer.json()
    assert [one["party"] for one in case["requests"]] == ["husband", "wife"]
    envelopes = await rig.told("intake.request_submitted.v1")
    assert {one["correlation_id"] for one in envelopes} == {case["case_id"]}
    assert {one["data"]["case_id"] for one in envelopes} == {case["case_id"]}
    assert {one["data"]["receipt"] for one in envelopes} == {one["receipt"] for one in case["requests"]}
    ids = [one["request_id"] for one in case["requests"]]
    assert [(one["data"]["products"], one["data"]["case_requests"]) for one in envelopes] == [(["kk", "ktp", "kia"], ids)] * 2
    personal = envelopes[1]["data"]["personal"]
    assert personal["applicant"] == {"nik": "3519084502880004", "kk_number": None, "name": "SITI AMINAH"}
    assert personal["contact"] == {"channel": "court", "address": "PA.Kab.Mn", "reference": "d-1", "last_inbound_at": None}
    assert personal["decision"]["case_number"] == "0412/Pdt.G/2026/PA.Kab.Mn"
    assert personal["decision"]["children"][0]["custody_nik"] == "3519084502880004"


async def test_the_same_webhook_id_gives_the_same_answer(rig: Rig) -> None:
    first, again = await send(rig, decision()), await send(rig, decision())
    assert first.json() == again.json()
    assert len(await rig.rows("requests")) == 2


async def test_the_same_webhook_id_with_another_body_is_refused(rig: Rig) -> None:
    await send(rig, decision())
    answer = await send(rig, decision(deed_serial="J 000001"))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_same_decision_written_otherwise_is_the_same_case(rig: Rig) -> None:
    first = await send(rig, decision())
    again = await send(rig, decision(case_number="412/Pdt.G/2026/PA Kab Mn", decision_id="d-2"), "msg-2")
    assert again.json()["case_id"] == first.json()["case_id"]
    assert len(await rig.rows("cases")) == 1
    assert len(await rig.rows("requests")) == 2


async def test_a_known_case_with_other_content_is_a_matter_for_people(rig: Rig) -> None:
    await send(rig, decision())
    answer = await send(rig, decision(deed_number="195/AC/2026/PA.Kab.Mn"), "msg-2")
    assert (answer.status_code, answer.json()["code"]) == (409, "decision_already_recorded")


async def test_a_returned_decision_comes_again_corrected_under_its_receipts(rig: Rig) -> None:
    case = (await send(rig, decision())).json()
    for minute, one in enumerate(case["requests"]):
        await rig.deliver(delivery(RETURNED, one["request_id"], minute))
    corrected = decision(deed_number="195/AC/2026/PA.Kab.Mn", decision_id="d-2")
    answer = await send(rig, corrected, "msg-2")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["case_id"], answer.json()["requests"]) == (case["case_id"], case["requests"])
    told = [one["data"] for one in await rig.told("intake.request_submitted.v1")]
    assert [one["round"] for one in told] == [1, 1, 2, 2]
    assert {one["personal"]["decision"]["deed_number"] for one in told[2:]} == {"195/AC/2026/PA.Kab.Mn"}
    assert {one["personal"]["contact"]["reference"] for one in told[2:]} == {"d-2"}
    assert {row["state"] for row in await rig.rows("requests")} == {"submitted"}
    again = await send(rig, corrected, "msg-3")
    assert (again.status_code, len(await rig.told("intake.request_submitted.v1"))) == (200, 4)


async def test_a_decision_of_which_only_one_part_was_returned_is_still_in_work(rig: Rig) -> None:
    case = (await send(rig, decision())).json()
    await rig.deliver(delivery(RETURNED, case["requests"][0]["request_id"], 1))
    answer = await send(rig, decision(deed_number="195/AC/2026/PA.Kab.Mn"), "msg-2")
    assert (answer.status_code, answer.json()["code"]) == (409, "decision_already_recorded")


@pytest.mark.parametrize(("told", "expected"), [(APPROVED, "decision_already_recorded"), (REJECTED, "decision_closed")])
async def test_a_decision_that_is_approved_is_in_work_and_one_that_was_refused_is_closed(rig: Rig, told: str, expected: str) -> None:
    case = (await send(rig, decision())).json()
    for one in case["requests"]:
        await rig.deliver(delivery(told, one["request_id"], 1))
    assert (await send(rig, decision(), "msg-2")).json() == case, "the same content is the same answer for ever"
    answer = await send(rig, decision(deed_number="195/AC/2026/PA.Kab.Mn"), "msg-3")
    assert (answer.status_code, answer.json()["code"]) == (409, expected)


async def test_a_correction_that_moves_a_party_to_another_office_is_a_new_case(rig: Rig) -> None:
    """Nobody could take it otherwise: each try would be refused, and the couple never recorded as divorced."""
    far = {"nik": "3519084502880004", "name": "Siti Aminah", "village_code": "3577011001"}
    case = (await send(rig, decision())).json()
    early = await send(rig, decision(wife=far), "msg-2")
    assert (early.status_code, early.json()["code"]) == (409, "decision_already_recorded")
    for one in case["requests"]:
        await rig.deliver(delivery(RETURNED, one["request_id"], 1))
    moved = (await send(rig, decision(wife=far), "msg-3")).json()
    assert moved["case_id"] != case["case_id"]
    assert ([one["party"] for one in moved["requests"]], [one["party"] for one in moved["elsewhere"]]) == (["husband"], ["wife"])
    assert (await send(rig, decision(wife=far), "msg-4")).json() == moved
    told = [one["data"] for one in await rig.told("intake.request_submitted.v1")]
    assert [(one["case_id"], one["round"]) for one in told] == [(case["case_id"], 1)] * 2 + [(moved["case_id"], 1)]


async def test_a_party_of_another_regency_is_named_and_gets_no_document_here(rig: Rig) -> None:
    far = {"nik": "3519084502880004", "name": "Siti Aminah", "village_code": "3577011001"}
    case = (await send(rig, decision(wife=far))).json()
    assert {one["party"] for one in case["requests"]} == {"husband"}
    assert only(case["elsewhere"])["regency_code"] == "3577"


async def test_two_calls_at_once_record_one_case(rig: Rig) -> None:
    import asyncio  # noqa: PLC0415

    answers = await asyncio.gather(*(send(rig, decision(), f"msg-{number}") for number in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["case_id"] for answer in answers}) == 1
    assert len(await rig.rows("requests")) == 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"final_on": "2026-10-14"}, ("final_on", "final_too_early")),
        ({"notified_on": "2026-10-05"}, ("final_on", "final_too_early")),
        ({"kind": "cerai_talak"}, ("pledge_on", "pledge_missing")),
        ({"kind": "perubahan_nama"}, ("kind", "court_not_competent")),
        ({"kind": "itsbat_nikah"}, ("married_on", "missing")),
        ({"kind": 5}, ("kind", "string_type")),
        ({"kind": "sesuatu"}, ("kind", "kind_unknown")),
        ({"case_number": "412/Pdt.G/2026/PA.Mn"}, ("case_number", "case_number_of_another_court")),
        ({"case_number": "apa saja"}, ("case_number", "case_number_malformed")),
        ({"deed_number": "12"}, ("deed_number", "deed_number_malformed")),
        ({"husband": {"nik": "351908170885000", "name": "Budi"}}, ("husband.nik", "nik_not_16_digits")),
        ({"decision_id": "x\u0000"}, ("decision_id", "string_pattern_mismatch")),
        ({"deed_serial": "a\nb"}, ("deed_serial", "string_pattern_mismatch")),
        ({"husband": {"name": "Budi"}}, ("husband.nik", "missing")),
        ({"decided_on": "kemarin"}, ("decided_on", "date_from_datetime_parsing")),
    ],
)
async def test_what_is_wrong_is_named_by_field_and_code(rig: Rig, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    answer = await send(rig, decision(**changes))
    assert answer.status_code == 422
    assert expected in codes(answer)
    assert "351908" not in answer.text
    assert await rig.rows("cases") == []


async def test_a_decision_that_was_refused_may_come_again_with_the_same_webhook_id(rig: Rig) -> None:
    rig.clock.at = datetime(2026, 10, 10, tzinfo=UTC)
    assert ("final_on", "decision_not_final") in codes(await send(rig, decision()))
    rig.clock.at = datetime(2026, 10, 21, tzinfo=UTC)
    assert (await send(rig, decision())).status_code == 200


async def test_a_wrong_signature_is_401(rig: Rig) -> None:
    assert (await send(rig, decision(), secret="whsec_AAAA")).status_code == 401
    late = datetime.now(UTC) - timedelta(minutes=6)  # noqa: TID251 - the library's own clock judges it
    assert (await send(rig, decision(), at=late)).status_code == 401


@pytest.mark.parametrize("signature", ["", "v1", "v1,%%%", "v1,AAAA v2,x", "é,é"])
async def test_a_malformed_signature_is_401_and_raises_nothing(rig: Rig, signature: str) -> None:
    body, headers = signed_decision(decision(), "msg-1")
    raw = {name.encode(): value.encode() for name, value in {**headers, "webhook-signature": signature}.items()}
    answer = await rig.http.post(PATH, content=body, headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_wrong")


async def test_a_body_that_is_no_text_is_401(rig: Rig) -> None:
    _, headers = signed_decision(decision(), "msg-1")
    assert (await rig.http.post(PATH, content=b"\xff\xfe\x00", headers=headers)).status_code == 401


async def test_a_court_speaks_for_itself_only(rig: Rig) -> None:
    answer = await send(rig, decision(court_code="PA.Mn", case_number="412/Pdt.G/2026/PA.Mn"))
    assert (answer.status_code, answer.json()["code"]) == (403, "court_not_the_sender")


# ---- kinds of which other documents follow, or none

PERSON = {"nik": "3519080101150002", "name": "Rizki Pratama"}
GUARDIANSHIP = {
    "decision_id": "d-9",
    "court_code": "PA.Kab.Mn",
    "case_number": "7/Pdt.P/2026/PA.Kab.Mn",
    "kind": "perwalian",
    "decided_on": "2026-10-01",
    "final_on": "2026-10-01",
    "guardian": {"nik": "3519084502880004", "name": "Siti Aminah", "village_code": "3519082001"},
    "guardian_relation": "bibi",
    "reason": "parents_dead",
    "scope": "both",
    "children": [PERSON],
}
NAME = {
    "decision_id": "d-10",
    "court_code": "PN.Mjy",
    "case_number": "32/Pdt.P/2026/PN Mjy",
    "kind": "perubahan_nama",
    "decided_on": "2026-10-01",
    "final_on": "2026-10-15",
    "person": PERSON,
    "old_name": "Rizki Pratama",
    "new_name": "Rizki Wijaya",
    "certificate_number": "3519-LU-20012015-0007",
}


async def test_a_decision_of_which_no_document_follows_is_recorded_and_told(rig: Rig) -> None:
    answer = await send(rig, GUARDIANSHIP)
    assert answer.status_code == 200, answer.text
    case = answer.json()
    assert (case["state"], case["requests"], case["elsewhere"]) == ("recorded", [], [])
    [envelope] = await rig.told("intake.decision_recorded.v1")
    assert (envelope["subject"], envelope["data"]["kind"], await rig.rows("requests")) == (case["case_id"], "perwalian", [])
    personal = envelope["data"]["personal"]
    assert personal["contact"]["reference"] == "d-9"
    assert personal["decision"]["guardian"]["name"] == "SITI AMINAH"
    assert personal["decision"]["children"] == [{"nik": PERSON["nik"], "name": "RIZKI PRATAMA"}]


async def test_a_recorded_decision_is_the_same_for_ever_and_other_content_is_a_matter_for_people(rig: Rig) -> None:
    first = (await send(rig, GUARDIANSHIP)).json()
    assert (await send(rig, GUARDIANSHIP | {"decision_id": "d-11"}, "msg-2")).json()["case_id"] == first["case_id"]
    other = await send(rig, GUARDIANSHIP | {"scope": "property"}, "msg-3")
    assert (other.status_code, other.json()["code"]) == (409, "decision_closed")
    assert len(await rig.told("intake.decision_recorded.v1")) == 1


@pytest.mark.parametrize(
    ("content", "changes", "expected"),
    [
        (GUARDIANSHIP, {"scope": "everything"}, ("scope", "choice_unknown")),
        (GUARDIANSHIP, {"children": []}, ("children", "too_short")),
        (GUARDIANSHIP, {"case_number": "7/AC/2026/PA.Kab.Mn"}, ("case_number", "case_number_of_no_case")),
        (GUARDIANSHIP, {"children": [PERSON, PERSON]}, ("children[1].nik", "child_named_twice")),
        (NAME, {"court_code": "PA.Kab.Mn", "case_number": "32/Pdt.P/2026/PA.Kab.Mn"}, ("kind", "court_not_competent")),
    ],
)
async def test_what_is_wrong_with_another_kind_is_named(
    rig: Rig, content: dict[str, Any], changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = await send(rig, content | changes)
    assert answer.status_code == 422
    assert expected in codes(answer)
    assert await rig.rows("cases") == []
