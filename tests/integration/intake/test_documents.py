"""The document of an adapter's request: fetched through intake from issuance, and delivered when it was fetched whole."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.integration.intake.desk import VILLAGE, Desk, file_at_the_village
from tests.integration.intake.rig import ADAPTER, OFFICER, OTHER_ADAPTER, Rig, only, settings
from tests.integration.intake.test_progress import APPROVED, BEGAN, DELIVERED, ISSUED, REJECTED, delivery
from tests.integration.intake.test_requests import REQUESTS, body, file
from tests.support.harness import keyed
from tests.support.http_server import serving

KEY = "intake-at-issuance"
PDF = b"%PDF-1.7 " + b"a signed family card " * 50_000
NUMBER = "3519-KK-24112026-0001"


@dataclass
class Issuance:
    """The other side of the wire: serves one document to who has the key. `broken`: what it answers instead."""

    content: bytes = PDF
    broken: Response | None = None
    asked: list[str] = field(default_factory=list)

    async def serve(self, request: Request) -> Response:
        self.asked.append(request.path_params["document_id"])
        if self.broken is not None:
            return self.broken
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Response(status_code=401)
        return Response(self.content, media_type="application/pdf")


@pytest.fixture
async def issuance() -> Issuance:
    return Issuance()


@pytest.fixture
async def intake(mongo_url: str, kept_database: str, issuance: Issuance) -> AsyncIterator[Rig]:
    """Intake beside an issuance, each behind a real HTTP server: what breaks in the middle is seen on the wire."""
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(
            serving(Starlette(routes=[Route("/v1/documents/{document_id}/content", issuance.serve)])),
        )
        configured = settings(mongo_url, kept_database).model_copy(
            update={"issuance_url": there, "issuance_api_key": type(settings(mongo_url, kept_database).amqp_url)(KEY)}
        )
        rig = Rig(configured)
        await rig.wiring.prepare()
        here = await stack.enter_async_context(serving(rig.service.app))
        await rig.http.aclose()
        rig.http = await stack.enter_async_context(httpx.AsyncClient(base_url=here, event_hooks=rig.http.event_hooks, timeout=60))
        yield rig
        await rig.close()


async def ready(rig: Rig, content: bytes = PDF) -> dict[str, Any]:
    """A request whose document was issued; its row."""
    await file(rig, await body(rig))
    request = only(await rig.rows("requests"))
    told = {"document_id": f"{request['_id']}.kk", "documents": 1, "document_number": NUMBER, "sha256": hashlib.sha256(content).hexdigest()}
    await rig.deliver(delivery(APPROVED, request["_id"], 1), delivery(ISSUED, request["_id"], 2, **told))
    rig.clock.at = BEGAN + timedelta(hours=1)
    return only(await rig.rows("requests"))


async def fetch(rig: Rig, receipt: str, number: object = 1, key: str = ADAPTER) -> httpx.Response:
    return await rig.http.get(f"{REQUESTS}/{receipt}/documents/{number}", headers=keyed(key))


async def state(rig: Rig) -> str:
    return str(only(await rig.rows("requests"))["state"])


async def test_an_issued_document_is_ready_until_its_adapter_fetched_it(intake: Rig, issuance: Issuance) -> None:
    request = await ready(intake)
    assert request["state"] == "ready"
    answer = await fetch(intake, request["receipt"])
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{NUMBER}.pdf"'
    assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(PDF).digest()).decode()}:"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert issuance.asked == [f"{request['_id']}.kk"]
    shown = (await intake.http.get(f"{REQUESTS}/{request['receipt']}", headers=keyed(ADAPTER))).json()
    assert shown["state"] == "delivered"
    assert [step["state"] for step in shown["timeline"]] == ["submitted", "approved", "ready", "delivered"]
    assert [(one["document_number"], one["state"]) for one in shown["documents"]] == [(NUMBER, "delivered")]


async def test_it_may_be_fetched_again_and_is_delivered_once(intake: Rig) -> None:
    receipt = (await ready(intake))["receipt"]
    first, again = await fetch(intake, receipt), await fetch(intake, receipt)
    assert first.content == again.content == PDF
    assert [step["state"] for step in only(await intake.rows("requests"))["timeline"]].count("delivered") == 1


async def test_the_notifier_can_not_call_it_delivered(intake: Rig) -> None:
    request = await ready(intake)
    await intake.deliver(delivery(DELIVERED, request["_id"], 3, kind="document", channel="adapter"))
    assert await state(intake) == "ready"


@pytest.mark.parametrize(("key", "number"), [(OTHER_ADAPTER, 1), (OFFICER, 1), (ADAPTER, 2)])
async def test_only_its_owner_gets_it_and_only_what_there_is(intake: Rig, issuance: Issuance, key: str, number: int) -> None:
    receipt = (await ready(intake))["receipt"]
    answer = await fetch(intake, receipt, number, key)
    expected = "document_not_found" if key == ADAPTER else "request_not_found"
    assert (answer.status_code, answer.json()["code"]) == (404, expected)
    assert issuance.asked == []
    assert await state(intake) == "ready"


async def test_before_there_is_one_it_says_so(intake: Rig) -> None:
    await file(intake, await body(intake))
    request = only(await intake.rows("requests"))
    for event, minute in ((None, 0), (APPROVED, 1), (REJECTED, 2)):
        if event:
            await intake.deliver(delivery(event, request["_id"], minute))
        answer = await fetch(intake, request["receipt"])
        assert (answer.status_code, answer.json()["code"]) == (409, "document_not_issued")
    assert (await fetch(intake, "MDN-2222-2222")).json()["code"] == "request_not_found"
    assert (await fetch(intake, request["receipt"], 0)).status_code == 422


@pytest.mark.parametrize(("status", "code"), [(401, "issuance_refused"), (404, "issuance_unavailable"), (503, "issuance_unavailable")])
async def test_while_issuance_does_not_give_it_the_adapter_may_come_again(intake: Rig, issuance: Issuance, status: int, code: str) -> None:
    receipt = (await ready(intake))["receipt"]
    issuance.broken = Response(status_code=status)
    answer = await fetch(intake, receipt)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, code, "1")
    assert await state(intake) == "ready"
    issuance.broken = None
    assert (await fetch(intake, receipt)).content == PDF


async def _cut() -> AsyncIterator[bytes]:
    yield PDF[:400_000]
    raise ConnectionResetError


@pytest.mark.parametrize("broken", ["cut", "other bytes"])
async def test_what_is_not_whole_breaks_off_and_is_not_delivered(intake: Rig, issuance: Issuance, broken: str) -> None:
    receipt = (await ready(intake))["receipt"]
    if broken == "cut":
        issuance.broken = StreamingResponse(_cut(), media_type="application/pdf")
    else:
        issuance.content = PDF[:-1] + b"X"
    with pytest.raises(httpx.RemoteProtocolError):
        await fetch(intake, receipt)
    assert await state(intake) == "ready"


async def test_who_hangs_up_in_the_middle_was_not_given_it(intake: Rig, issuance: Issuance) -> None:
    issuance.content = PDF * 30  # more than what waits in the sockets between us
    receipt = (await ready(intake, issuance.content))["receipt"]
    async with intake.http.stream("GET", f"{REQUESTS}/{receipt}/documents/1", headers=keyed(ADAPTER)) as answer:
        await anext(answer.aiter_raw())
    assert (await fetch(intake, receipt)).content == issuance.content, "nothing is used up by it"
    steps = only(await intake.rows("requests"))["timeline"]
    assert [step["state"] for step in steps].count("delivered") == 1


async def test_a_document_of_a_village_is_handed_over_there_and_then_delivered(intake: Rig, issuance: Issuance) -> None:
    desk = Desk(intake)
    registrar = desk.browser("village", name="Sri Utami", areas=frozenset({VILLAGE}))
    where = await file_at_the_village(registrar)
    request = only(await intake.rows("requests"))
    told = {"document_id": f"{request['_id']}.kk", "documents": 1, "document_number": NUMBER, "sha256": hashlib.sha256(PDF).hexdigest()}
    assert (await registrar.get(f"{where}/dokumen/1")).status_code == 404, "nothing is issued yet"
    await intake.deliver(delivery(APPROVED, request["_id"], 1), delivery(ISSUED, request["_id"], 2, **told))
    assert await state(intake) == "ready"
    assert "Dokumen untuk diserahkan" in (await registrar.get(where)).text
    stranger = desk.browser("village", name="Tono Hadi", areas=frozenset({"3519011001"}))
    assert (await stranger.get(f"{where}/dokumen/1")).status_code == 404
    assert issuance.asked == []
    assert (await registrar.get(f"{where}/dokumen/1")).content == PDF
    assert await state(intake) == "delivered"
    assert "village.document_read" in {row["act"] for row in await intake.rows("audit")}
    await desk.close()
