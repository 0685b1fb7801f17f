"""The HTTP side over a real database: who may see what, and the page for everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.issuance import api
from services.issuance.domain.document import Document
from services.issuance.settings import Settings
from shared.clock import WIB
from shared.health import Health
from shared.web import create_app
from tests.integration.issuance.office import Desk, FakePress, sha256
from tests.support.approvals import WIFE, approval
from tests.support.harness import http_of, keyed


@pytest.fixture
async def http(desk: Desk, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, Health(), title="test", public=api.PUBLIC)
    api.install(app, desk.parts.units, desk.parts.deps)
    async with http_of(app) as client:
        yield client


async def issued(desk: Desk, product: str = "kk") -> Document:
    desk = desk.with_renderer(FakePress())
    async with desk.printing():
        return await desk.reaches(await desk.claim(product), "issued")


async def test_content_is_the_stored_bytes_with_their_hash(desk: Desk, http: httpx.AsyncClient) -> None:
    document = await issued(desk)
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


@pytest.mark.parametrize("path", ["documents/x/void", "stuck/x/replay"])
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


async def test_list_holds_nothing_personal(desk: Desk, http: httpx.AsyncClient) -> None:
    document = await issued(desk)
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
    done = await issued(desk)
    refused = await http.post(f"/v1/documents/{done.document_id}/void", json={"reason": "wrong_data"}, headers=keyed("admin"))
    assert (refused.status_code, refused.json()["code"]) == (409, "document_issued")


async def test_replay_is_for_held_documents(desk: Desk, http: httpx.AsyncClient) -> None:
    document_id = await desk.claim()
    refused = await http.post(f"/v1/stuck/{document_id}/replay", headers=keyed("admin"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_stuck")


@pytest.mark.parametrize(("product", "name"), [("kk", "Kartu Keluarga"), ("ktp", "Bukti pengambilan KTP-el")])
async def test_page_vouches_for_an_issued_document(desk: Desk, http: httpx.AsyncClient, product: str, name: str) -> None:
    document = await issued(desk, product)
    page = await http.get(f"/v/{document.token}")
    assert page.status_code == 200
    assert document.pdf is not None
    day = document.claimed_at.astimezone(WIB)
    for shown in ("SAH", name, document.number, document.pdf.sha256, "S*** C***** W********", f"{day.day} ", str(day.year), "bukan BSrE"):
        assert shown in page.text, shown
    for hidden in ("SITI", WIFE["nik"], document.request_id, document.token):
        assert hidden not in page.text


async def test_page_needs_no_script_and_loads_nothing(desk: Desk, http: httpx.AsyncClient) -> None:
    page = await http.get(f"/v/{(await issued(desk)).token}")
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    for forbidden in ("<script", " style=", "src=", "href=", " on"):
        assert forbidden not in page.text.split("</style>")[1], forbidden
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="viewport"' in page.text
    assert '<html lang="id">' in page.text


@pytest.mark.parametrize("token", ["AAAAAAAAAAAAAAAAAAAAAA", "x", "<script>", "%00", "$ne"])
async def test_unknown_token_is_a_friendly_404(http: httpx.AsyncClient, token: str) -> None:
    page = await http.get(f"/v/{token}")
    assert page.status_code == 404
    assert "Dokumen tidak ditemukan" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


async def test_token_of_a_document_that_is_not_issued_vouches_for_nothing(desk: Desk, http: httpx.AsyncClient) -> None:
    document = await desk.document(await desk.claim())
    assert (await http.get(f"/v/{document.token}")).status_code == 404


async def test_late_document_makes_the_service_not_ready(desk: Desk) -> None:
    await desk.claim()
    at = desk.clock()
    assert await desk.parts.deps.document_reader.oldest_due_seconds(at + timedelta(seconds=90)) >= 90
