"""The HTTP side over a real database: who may see what, and what an administrator may do."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from shared.web.desk.session import SessionCheck, SessionKeys
from tests.integration.issuance.office import Desk, issued_one, sha256, superseded
from tests.support.approvals import CONTACT, WIFE, approval, birth
from tests.support.harness import http_of, keyed
from tests.support.sessions import SessionIssuer

REVOKE = {"authority": "court", "reason": "court_order", "note": "Putusan 12/G/2026"}


async def test_content_is_the_stored_bytes_with_their_hash(desk: Desk, http: httpx.AsyncClient) -> None:
    document = await issued_one(desk)
    path = f"/v1/documents/{document.document_id}/content"
    first, second = await http.get(path, headers=keyed("reader")), await http.get(path, headers=keyed("reader"))
    assert first.status_code == 200
    assert first.content == second.content == await desk.content(document)
    assert first.headers["etag"] == f'"{sha256(first.content)}"'
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-length"] == str(len(first.content))
    assert document.number in first.headers["content-disposition"]
    unchanged = await http.get(path, headers={**keyed("reader"), "If-None-Match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/documents/x", "/v1/documents/x/content"])
async def test_reading_needs_a_key_with_the_scope(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 401
    assert (await http.get(path, headers={"Authorization": "Bearer falsch"})).status_code == 401
    refused = await http.get(path, headers=keyed("other"))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("path", ["documents/x/void", "documents/x/revoke", "stuck/x/replay"])
async def test_administration_needs_its_own_scope(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(f"/v1/{path}", json={"reason": "wrong_data"}, headers=keyed("reader"))
    assert answer.status_code == 403


async def test_unknown_document_is_404_and_an_unprinted_one_409(desk: Desk, http: httpx.AsyncClient) -> None:
    for path in ("/v1/documents/x", "/v1/documents/x/content"):
        answer = await http.get(path, headers=keyed("reader"))
        assert (answer.status_code, answer.json()["code"]) == (404, "documents_not_found")
    document_id = await desk.claim()
    answer = await http.get(f"/v1/documents/{document_id}/content", headers=keyed("reader"))
    assert (answer.status_code, answer.json()["code"]) == (409, "document_not_issued")


async def test_list_is_paged_newest_first_and_searched(desk: Desk, http: httpx.AsyncClient) -> None:
    asked = [approval() for _ in range(5)]
    await desk.take_in(*asked)
    seen: list[str] = []
    after: str | None = None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        page = (await http.get("/v1/documents", params=query, headers=keyed("reader"))).json()
        seen += [document["request_id"] for document in page["documents"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted((item.request_id for item in asked), reverse=True)

    async def found(**query: str) -> list[str]:
        answer = await http.get("/v1/documents", params=query, headers=keyed("reader"))
        return [document["request_id"] for document in answer.json()["documents"]]

    known = (await desk.documents())[2]
    assert await found(number=known.number) == [known.request_id]
    assert await found(receipt=known.receipt) == [known.request_id]
    assert await found(request_id=known.request_id) == [known.request_id]
    assert len(await found(state="claimed")) == 5
    assert await found(state="issued") == []
    assert await found(number="3519-KK-01011990-0001") == []
    assert await found(number="3519-KK-01011990-100000") == []


async def test_list_holds_nothing_personal(desk: Desk, http: httpx.AsyncClient) -> None:
    document = await issued_one(desk)
    text = (await http.get("/v1/documents", headers=keyed("reader"))).text
    for personal in ("CONTOH", WIFE["nik"], document.token, "6281234567890"):
        assert personal not in text


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"number": "x"}, {"state": "lost"}, {"colour": "red"}])
async def test_wrong_query_names_the_field(http: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await http.get("/v1/documents", params=query, headers=keyed("reader"))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == list(query)


async def test_void_needs_a_reason_and_only_before_issue(desk: Desk, http: httpx.AsyncClient) -> None:
    document_id = await desk.claim()
    path = f"/v1/documents/{document_id}/void"
    assert (await http.post(path, json={"reason": "Salah nama: Budi"}, headers=keyed("admin"))).status_code == 422
    voided = await http.post(path, json={"reason": "wrong_data"}, headers=keyed("admin"))
    assert voided.json()["state"] == "void"
    assert voided.json()["reason"] == "wrong_data"
    again = await http.post(path, json={"reason": "wrong_data"}, headers=keyed("admin"))
    assert (again.status_code, again.json()["code"]) == (409, "document_void")
    [told] = await desk.told_data("document_voided")
    assert (told["document_id"], told["service"], told["reason"]) == (document_id, "kk_hilang", "wrong_data")
    assert told["personal"]["contact"]["address"] == CONTACT.address
    done = await issued_one(desk)
    refused = await http.post(f"/v1/documents/{done.document_id}/void", json={"reason": "wrong_data"}, headers=keyed("admin"))
    assert (refused.status_code, refused.json()["code"]) == (409, "document_issued")


async def test_a_document_says_how_many_the_request_has_and_what_it_is(desk: Desk, http: httpx.AsyncClient) -> None:
    asked = birth()
    await desk.take_in(asked)
    page = (await http.get("/v1/documents", params={"request_id": asked.request_id}, headers=keyed("reader"))).json()
    assert {(each["product"], each["documents"], each["form"]) for each in page["documents"]} == {
        ("akta_kelahiran", 3, "pdf"),
        ("kk", 3, "pdf"),
        ("kia", 3, "card"),
    }


async def test_a_superseded_document_is_found_by_its_state_and_still_read(desk: Desk, http: httpx.AsyncClient) -> None:
    old, new = await superseded(desk)
    for state, document in (("superseded", old), ("issued", new)):
        page = (await http.get("/v1/documents", params={"state": state}, headers=keyed("reader"))).json()
        assert [each["document_id"] for each in page["documents"]] == [document.document_id]
    shown = (await http.get(f"/v1/documents/{old.document_id}", headers=keyed("reader"))).json()
    assert (shown["state"], shown["superseded_by"], shown["revocation"]) == ("superseded", new.document_id, None)
    content = await http.get(f"/v1/documents/{old.document_id}/content", headers=keyed("reader"))
    assert sha256(content.content) == shown["sha256"]
    for path in ("void", "revoke"):
        body = REVOKE if path == "revoke" else {"reason": "wrong_data"}
        refused = await http.post(f"/v1/documents/{old.document_id}/{path}", json=body, headers=keyed("admin"))
        assert (refused.status_code, refused.json()["code"]) == (409, "document_superseded")


async def test_an_issued_document_is_revoked_once_told_and_still_read(
    desk: Desk, http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    document = await issued_one(desk)
    path = f"/v1/documents/{document.document_id}"
    answers = [await http.post(f"{path}/revoke", json=REVOKE | {"note": note}, headers=keyed("admin")) for note in ("CONTOH 1", "CONTOH 2")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json(), "the same order again changes nothing"
    shown = (await http.get(path, headers=keyed("reader"))).json()
    assert (shown["state"], shown["note"]) == ("revoked", "CONTOH 1")
    assert shown["revocation"] == {"authority": "court", "reason": "court_order", "by": "admin"}
    assert (await http.get("/v1/documents", params={"state": "revoked"}, headers=keyed("reader"))).text.count(document.number) == 1
    [told] = await desk.told_data("document_revoked")
    assert (told["document_id"], told["authority"], told["reason"]) == (document.document_id, "court", "court_order")
    assert told["revoked_at"].startswith(shown["revoked_at"][:19])
    assert "CONTOH 1" not in str(told)
    content = await http.get(f"{path}/content", headers=keyed("reader"))
    assert sha256(content.content) == shown["sha256"]
    logged = [line for line in capsys.readouterr().out.splitlines() if "document.revoked" in line]
    assert len(logged) == 2
    assert all("client=admin" in line and "CONTOH" not in line for line in logged)
    [row] = await desk.rows("documents")
    assert (row["contact"], row["revocation"]["by"]) == (None, "admin")


async def test_another_order_for_a_revoked_document_is_refused(desk: Desk, http: httpx.AsyncClient) -> None:
    path = f"/v1/documents/{(await issued_one(desk)).document_id}/revoke"
    assert (await http.post(path, json=REVOKE, headers=keyed("admin"))).status_code == 200
    for other in ({"authority": "citizen_request"}, {"reason": "data_wrong"}):
        refused = await http.post(path, json=REVOKE | other, headers=keyed("admin"))
        assert (refused.status_code, refused.json()["code"]) == (409, "document_revoked")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("authority", "neighbour"),
        ("authority", None),
        ("reason", "Salah nama: Budi"),
        ("note", ""),
        ("note", "x" * 1001),
        ("colour", "red"),
    ],
)
async def test_an_order_that_is_not_whole_names_the_field(http: httpx.AsyncClient, field: str, value: str | None) -> None:
    answer = await http.post("/v1/documents/x/revoke", json=REVOKE | {field: value}, headers=keyed("admin"))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_only_an_issued_document_is_revoked(desk: Desk, http: httpx.AsyncClient) -> None:
    document_id = await desk.claim()
    refused = await http.post(f"/v1/documents/{document_id}/revoke", json=REVOKE, headers=keyed("admin"))
    assert (refused.status_code, refused.json()["code"]) == (409, "document_not_issued")
    unknown = await http.post("/v1/documents/x/revoke", json=REVOKE, headers=keyed("admin"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "documents_not_found")


async def test_replay_is_for_held_documents(desk: Desk, http: httpx.AsyncClient) -> None:
    document_id = await desk.claim()
    refused = await http.post(f"/v1/stuck/{document_id}/replay", headers=keyed("admin"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_stuck")


async def test_late_document_makes_the_service_not_ready(desk: Desk) -> None:
    await desk.claim()
    at = desk.clock()
    assert await desk.parts.deps.document_reader.oldest_due_seconds(at + timedelta(seconds=90)) >= 90


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("operator", 200)])
async def test_whoever_may_not_open_a_document_at_the_desk_gets_it_over_the_api_no_more(
    desk: Desk, app: FastAPI, issuer: SessionIssuer, role: str, status: int
) -> None:
    document = await issued_one(desk)
    app.state.session_check = SessionCheck(SessionKeys(issuer.read), desk.clock, secure=True)
    token = issuer.token(issuer.member(role, at=desk.clock()))
    async with http_of(app) as http:
        path = f"/v1/documents/{document.document_id}"
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await http.get(path, headers=bearer)).status_code == 200
        assert (await http.get(f"{path}/content", headers=bearer)).status_code == status
