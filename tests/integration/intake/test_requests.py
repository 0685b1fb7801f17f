"""Requests and files of channel adapters over HTTP."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from tests.integration.intake.rig import (
    ADAPTER,
    JPEG,
    KK,
    NIK,
    OFFICER,
    OTHER_ADAPTER,
    Rig,
    codes,
    only,
)
from tests.support.harness import keyed

REQUESTS, FILES = "/v1/requests", "/v1/files"

MALFORMED_DIGESTS = ("sha-256=:A:", "sha-256=xx", "sha-256=::", "xx", "", "sha-512=:AA==:", "sha-256=:AA==:")


async def upload(rig: Rig, content: bytes = JPEG, **headers: str) -> Response:
    return await rig.http.post(FILES, content=content, headers=keyed(ADAPTER, **headers))


async def body(rig: Rig, **changes: Any) -> dict[str, Any]:
    """A complete request; what does not belong to the body itself changes an answer, and None takes one away."""
    whole: dict[str, Any] = {name: changes.pop(name) for name in ("service", "reference", "colour", "form_version") if name in changes}
    answers = {name: value for name, value in (await rig.answers(ADAPTER, **changes)).items() if value is not None}
    return {"service": "kk_hilang", "answers": answers, "reference": "loket-7", **whole}


async def file(rig: Rig, content: dict[str, Any], key: str = "k-1") -> Response:
    return await rig.http.post(REQUESTS, json=content, headers=keyed(ADAPTER, Idempotency_Key=key))


async def test_a_complete_request_is_filed_told_and_can_be_followed(rig: Rig) -> None:
    answer = await file(rig, await body(rig))
    assert answer.status_code == 201, answer.text
    filed = answer.json()
    told = only(await rig.told_data("intake.request_submitted.v1"))
    assert (told["receipt"], told["channel"], told["products"]) == (filed["receipt"], "adapter", ["kk"])
    assert told["personal"]["contact"] == {
        "channel": "adapter",
        "address": "desa-dagangan",
        "reference": "loket-7",
        "last_inbound_at": None,
    }
    assert [(one["field"], one["kind"]) for one in told["attachments"]] == [("surat_kehilangan", "surat_kehilangan"), ("ktp", "ktp")]
    assert told["personal"]["answers"] == {"nik": NIK, "kk_number": KK}
    assert told["personal"]["applicant"] == {"nik": NIK, "kk_number": KK, "name": None}
    assert (told["form_version"], told["round"], told["personal"]["subject"]) == (1, 1, None)
    shown = await rig.http.get(f"{REQUESTS}/{filed['receipt'].lower()}", headers=keyed(ADAPTER))
    assert shown.status_code == 200
    assert [step["state"] for step in shown.json()["timeline"]] == ["submitted"]
    assert NIK not in shown.text
    assert "loket-7" not in shown.text


async def test_the_same_key_and_body_gives_the_same_answer(rig: Rig) -> None:
    content = await body(rig)
    answers = await asyncio.gather(*(file(rig, content) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert len(await rig.rows("requests")) == 1


async def test_the_same_key_with_another_body_is_refused(rig: Rig) -> None:
    content = await body(rig)
    await file(rig, content)
    answer = await file(rig, {**content, "reference": "loket-8"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_without_a_key_nothing_is_filed(rig: Rig) -> None:
    answer = await rig.http.post(REQUESTS, json=await body(rig), headers=keyed(ADAPTER))
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"service": "kk_terbang"}, ("service", "service_unknown")),
        ({"service": "legalisir"}, ("service", "service_in_person")),
        ({"service": "cerai"}, ("service", "service_by_court")),
        ({"service": "kk_rusak"}, ("service", "service_not_open")),
        ({"nik": "3519"}, ("answers.nik", "nik_not_16_digits")),
        ({"nik": "3519083202850003"}, ("answers.nik", "nik_date_impossible")),
        ({"kk_number": "12"}, ("answers.kk_number", "kk_not_16_digits")),
        ({"kk_number": NIK}, ("answers.kk_number", "kk_same_as_nik")),
        ({"kk_number": None}, ("answers.kk_number", "answer_missing")),
        ({"child_name": "Budi Kecil"}, ("answers.child_name", "answer_not_asked")),
        ({"surat_kehilangan": None}, ("answers.surat_kehilangan", "document_missing")),
        ({"ktp": {"file_id": "none"}}, ("answers.ktp", "file_unknown")),
        ({"ktp": "none"}, ("answers.ktp", "file_unknown")),
        ({"ktp": {"kind": "kucing", "file_id": "none"}}, ("answers.ktp", "document_kind_unknown")),
        ({"ktp": {"kind": "ktp"}}, ("answers.ktp", "document_malformed")),
        ({"ktp": 7}, ("answers.ktp", "document_malformed")),
        ({"colour": "red"}, ("colour", "extra_forbidden")),
    ],
)
async def test_what_is_wrong_is_named_by_field_and_code(rig: Rig, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    answer = await file(rig, await body(rig, **changes))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert expected in codes(answer)
    assert "351908" not in answer.text


async def test_malformed_json_is_400(rig: Rig) -> None:
    answer = await rig.http.post(REQUESTS, content=b"{", headers=keyed(ADAPTER, Idempotency_Key="k", Content_Type="application/json"))
    assert (answer.status_code, answer.json()["code"]) == (400, "json_malformed")


async def test_a_file_of_somebody_else_cannot_be_attached(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    await rig.show(JPEG)
    photo = only(await rig.rows("files.files"))["filename"]
    content = await body(rig, surat_kehilangan={"file_id": photo})
    assert ("answers.surat_kehilangan", "file_unknown") in codes(await file(rig, content))


async def test_one_file_cannot_be_two_documents(rig: Rig) -> None:
    letter = {"file_id": (await upload(rig)).json()["file_id"]}
    assert ("answers.ktp", "file_used_twice") in codes(await file(rig, await body(rig, surat_kehilangan=letter, ktp=letter)))


async def test_a_form_that_there_never_was_is_outdated(rig: Rig) -> None:
    answer = await file(rig, await body(rig, form_version=7))
    assert (answer.status_code, answer.json()["code"]) == (422, "form_outdated")


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("POST", REQUESTS, {}, 401),
        ("POST", REQUESTS, keyed("nobody"), 401),
        ("POST", REQUESTS, keyed("verification"), 403),
        ("GET", REQUESTS, keyed("verification"), 403),
        ("GET", f"{REQUESTS}/MDN-2222-2222", {}, 401),
        ("POST", FILES, keyed("verification"), 403),
        ("GET", f"{FILES}/x", keyed(ADAPTER), 403),
    ],
)
async def test_every_route_wants_its_scope(rig: Rig, method: str, path: str, headers: dict[str, str], expected: int) -> None:
    assert (await rig.http.request(method, path, headers=headers)).status_code == expected


async def test_a_receipt_that_does_not_exist_is_404_and_one_that_cannot_is_422(rig: Rig) -> None:
    await file(rig, await body(rig))
    receipt = only(await rig.rows("requests"))["receipt"]
    wrong = receipt[:-1] + ("2" if receipt[-1] != "2" else "3")
    answer = await rig.http.get(f"{REQUESTS}/{wrong}", headers=keyed(ADAPTER))
    assert (answer.status_code, answer.json()["code"]) == (422, "receipt_check_wrong")
    answer = await rig.http.get(f"{REQUESTS}/MDN-2222-2222", headers=keyed(ADAPTER))
    assert (answer.status_code, answer.json()["code"]) == (404, "request_not_found")


async def test_requests_are_listed_newest_first_page_by_page_and_searched(rig: Rig) -> None:
    content = await body(rig)
    people = [f"351908170885{number:04d}" for number in range(1, 6)]
    receipts = [(await file(rig, content | {"answers": content["answers"] | {"nik": nik}}, f"k-{nik}")).json()["receipt"] for nik in people]
    first = (await rig.http.get(REQUESTS, params={"limit": 2}, headers=keyed(ADAPTER))).json()
    second = (await rig.http.get(REQUESTS, params={"limit": 2, "after": first["next"]}, headers=keyed(ADAPTER))).json()
    last = (await rig.http.get(REQUESTS, params={"limit": 2, "after": second["next"]}, headers=keyed(ADAPTER))).json()
    shown = [one["receipt"] for page in (first, second, last) for one in page["requests"]]
    assert shown == receipts[::-1]
    assert last["next"] is None
    for query in ({"q": receipts[2].lower()}, {"q": receipts[2][:7], "state": "submitted", "channel": "adapter", "service": "kk_hilang"}):
        found = (await rig.http.get(REQUESTS, params=query, headers=keyed(ADAPTER))).json()["requests"]
        assert receipts[2] in [one["receipt"] for one in found]
    for query in ({"state": "issued"}, {"q": "MDN-.*"}, {"channel": "court"}):
        assert (await rig.http.get(REQUESTS, params=query, headers=keyed(ADAPTER))).json()["requests"] == []
    assert (await rig.http.get(REQUESTS, params={"limit": 0}, headers=keyed(ADAPTER))).status_code == 422


async def test_an_adapter_sees_its_own_requests_and_nobody_elses(rig: Rig) -> None:
    mine = (await file(rig, await body(rig))).json()["receipt"]
    await rig.file_request()
    citizens = only(await rig.rows("requests", {"channel": "whatsapp"}))["receipt"]
    seen: dict[str, list[str]] = {}
    for key in (ADAPTER, OTHER_ADAPTER, OFFICER):
        listed = (await rig.http.get(REQUESTS, headers=keyed(key))).json()["requests"]
        seen[key] = [one["receipt"] for one in listed]
    assert seen == {ADAPTER: [mine], OTHER_ADAPTER: [], OFFICER: [citizens, mine]}
    for key, receipt in ((ADAPTER, citizens), (OTHER_ADAPTER, mine), (OTHER_ADAPTER, citizens)):
        hidden = await rig.http.get(f"{REQUESTS}/{receipt}", headers=keyed(key))
        unknown = await rig.http.get(f"{REQUESTS}/MDN-2222-2222", headers=keyed(key))
        assert (hidden.status_code, hidden.json()) == (404, unknown.json()), "it must not be told apart from one that does not exist"
        for search in ({"q": receipt}, {"channel": "whatsapp"}, {"channel": "adapter"}, {"state": "submitted"}):
            found = (await rig.http.get(REQUESTS, params=search, headers=keyed(key))).json()["requests"]
            assert receipt not in [one["receipt"] for one in found]
    for receipt in (mine, citizens):
        assert (await rig.http.get(f"{REQUESTS}/{receipt}", headers=keyed(OFFICER))).status_code == 200


async def test_a_picture_is_known_by_what_was_sent_and_comes_back_made_anew(rig: Rig) -> None:
    digest = base64.b64encode(hashlib.sha256(JPEG).digest()).decode()
    stored = (await upload(rig, Content_Digest=f"sha-256=:{digest}:")).json()
    assert (stored["media_type"], stored["sent_sha256"], stored["flaws"]) == ("image/jpeg", hashlib.sha256(JPEG).hexdigest(), [])
    got = await rig.http.get(f"{FILES}/{stored['file_id']}", headers=keyed("verification"))
    assert (got.headers["content-type"], got.headers["content-length"]) == ("image/jpeg", str(len(got.content)))
    assert (hashlib.sha256(got.content).hexdigest(), len(got.content)) == (stored["sha256"], stored["size_bytes"])
    assert got.headers["x-content-type-options"] == "nosniff"
    assert (await rig.http.get(f"{FILES}/none", headers=keyed("verification"))).json()["code"] == "file_not_found"


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"GIF89a" * 10, {}, 422, "media_type_not_accepted"),
        (b"", {}, 422, "file_empty"),
        (JPEG, {"Content_Digest": f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"}, 422, "content_digest_differs"),
        *((JPEG, {"Content_Digest": said}, 422, "content_digest_malformed") for said in MALFORMED_DIGESTS),
        (JPEG + bytes(20_001 - len(JPEG)), {}, 413, "file_too_large"),
        (JPEG + bytes(50_000), {}, 413, "body_too_large"),
    ],
)
async def test_a_wrong_file_is_refused_and_nothing_of_it_kept(
    rig: Rig, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await upload(rig, content, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await rig.rows("files.files") == []
    assert await rig.rows("files.chunks") == []


async def test_a_body_without_a_length_is_cut_at_the_limit(rig: Rig) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield JPEG
        for _ in range(10_000):
            yield bytes(10_000)

    answer = await rig.http.post(FILES, content=endless(), headers=keyed(ADAPTER))
    assert answer.status_code == 413
    assert await rig.rows("files.chunks") == []
