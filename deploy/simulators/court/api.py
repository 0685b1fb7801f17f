"""What the court's side answers: callbacks of the pipeline (`/callbacks`) and the control API (`/sim/...`)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse

from deploy.simulators.court.callbacks import BadBodyError, BadSignatureError
from deploy.simulators.court.courtroom import Courtroom
from deploy.simulators.court.decisions import DecisionOrder, DecisionSearch
from deploy.simulators.court.faults import FaultOrder, Operation
from deploy.simulators.court.kinds import forms
from deploy.simulators.court.samples import sample_decision
from deploy.simulators.serving import hang
from shared.clock import WIB
from shared.reference.decision_kinds import decision_kinds

CALLBACK_MAX_BYTES: Final = 1024 * 1024
LONG_POLL_MAX_SECONDS: Final = 60.0


def router(court: Courtroom) -> APIRouter:
    """Return every route."""
    api = APIRouter()
    _callbacks(api, court)
    _decisions(api, court)
    _looking(api, court)
    _disturbing(api, court)
    return api


async def _strike(request: Request, court: Courtroom, operation: Operation) -> Response | None:
    """Do wrong what was asked for, before anything is read; return a response to give instead, or None to go on."""
    slow = court.faults.at(operation, "slow")
    if slow is not None:
        await asyncio.sleep(slow.milliseconds / 1000)
    fault = court.faults.at(operation, "down", "no_answer", "server_error")
    if fault is None:
        return None
    if fault.kind == "server_error":
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        return Response("<html><body>Service Unavailable</body></html>", fault.http_status, headers, media_type="text/html")
    if fault.kind == "no_answer":
        await hang(request, court.closing, at_most_seconds=court.settings.hang_seconds)
    return Response("Bad Gateway", 502, {"Connection": "close"}, media_type="text/plain")


def _callbacks(api: APIRouter, court: Courtroom) -> None:
    @api.post("/callbacks", tags=["Court"], summary="Take a signed callback (Standard Webhooks)")
    async def receive(request: Request) -> Response:
        return await _strike(request, court, "callback") or await _receive(request, court)

    @api.get(
        "/callbacks/{webhook_id}",
        tags=["Court"],
        summary="Whether a callback was received",
        description="A signature (over an empty body) is not asked for; where there is one it must be good.",
    )
    async def lookup(request: Request, webhook_id: str) -> Response:
        return await _strike(request, court, "lookup") or _lookup(request, court, webhook_id)


async def _receive(request: Request, court: Courtroom) -> Response:
    raw = await _read_limited(request)
    if court.faults.at("callback", "forget"):
        return JSONResponse({"received": True})
    lost = court.faults.at("callback", "timeout_after_success")
    try:
        callback = court.receive(raw, dict(request.headers), answered=lost is None)
    except BadSignatureError:
        return JSONResponse({"received": False, "code": "signature_invalid"}, status_code=401)
    except BadBodyError:
        return JSONResponse({"received": False, "code": "body_invalid"}, status_code=400)
    if lost is not None:
        await hang(request, court.closing, at_most_seconds=court.settings.hang_seconds)
        return Response(status_code=504)
    return JSONResponse({"received": True, "id": callback.id})


def _lookup(request: Request, court: Courtroom, webhook_id: str) -> Response:
    if "webhook-signature" in request.headers:
        try:
            court.check(b"", dict(request.headers))
        except BadSignatureError:
            return JSONResponse({"received": False, "code": "signature_invalid"}, status_code=401)
    callback = court.callbacks.get(webhook_id)
    if callback is None:
        return JSONResponse({"received": False, "id": webhook_id}, status_code=404)
    return JSONResponse({"received": True, "id": callback.id, "received_at": callback.at.isoformat()})


async def _read_limited(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > CALLBACK_MAX_BYTES:
            raise HTTPException(413, "the body is too large")
    return bytes(body)


def _decisions(api: APIRouter, court: Courtroom) -> None:
    @api.post("/sim/decisions", tags=["Simulator"], summary="Send a decision to intake", status_code=202)
    async def send(order: DecisionOrder) -> dict[str, Any]:
        return court.send(order).view()

    @api.get("/sim/decisions", tags=["Simulator"], summary="List decisions, latest first")
    async def listed(limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
        return {"decisions": [sent.view() for sent in court.desk.latest(limit)], "total": len(court.desk)}

    @api.post("/sim/decisions/search", tags=["Simulator"], summary="Search the decisions, latest first, a page at a time")
    async def search(wanted: DecisionSearch) -> dict[str, Any]:
        found = court.desk.search(wanted.words)
        page = found[wanted.offset : wanted.offset + wanted.limit]
        return {"decisions": [sent.view() for sent in page], "total": len(found)}

    @api.get("/sim/decisions/{decision_id}", tags=["Simulator"], summary="Read a decision, its answer and its callbacks; waits when asked")
    async def read(
        decision_id: str,
        callbacks: Annotated[int, Query(ge=0, description="Wait until there are so many callbacks.")] = 0,
        wait_seconds: Annotated[float, Query(ge=0, le=LONG_POLL_MAX_SECONDS)] = 0.0,
    ) -> dict[str, Any]:
        deadline = court.clock() + timedelta(seconds=wait_seconds)
        while True:
            sent = court.desk.get(decision_id)
            if sent is None:
                raise HTTPException(404, "no such decision")
            left = (deadline - court.clock()).total_seconds()
            done = sent.state == "refused" or (sent.state == "accepted" and len(sent.callbacks) >= callbacks)
            if done or left <= 0 or not await court.feed.changed(left):
                return sent.view()


def _looking(api: APIRouter, court: Courtroom) -> None:
    @api.get("/sim/families", tags=["Simulator"], summary="Sample couples of the register, each with a decision ready to send")
    async def families(limit: Annotated[int, Query(ge=1, le=500)] = 50, kind: str = "cerai_gugat") -> dict[str, Any]:
        today, codes = court.clock().astimezone(WIB).date(), court.codes()
        if kind not in decision_kinds() or decision_kinds()[kind].court not in codes:
            raise HTTPException(404, "no court here sends this kind")
        couples = court.couples()[:limit]
        rows = [{"couple": couple, "decision": sample_decision(codes, couple, today, kind=kind)} for couple in couples]
        chosen = decision_kinds()[kind].court
        return {"families": rows, "court": {"code": codes[chosen], "name": court.name_of(chosen)}}

    @api.get("/sim/kinds", tags=["Simulator"], summary="The kinds of decisions, as a form is drawn of them, and what refusals mean")
    async def kinds() -> dict[str, Any]:
        return forms(court.codes())

    @api.get("/sim/callbacks", tags=["Simulator"], summary="List callbacks, oldest first")
    async def callbacks(
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        decision_id: str | None = None,
    ) -> dict[str, Any]:
        page = court.callbacks.page(offset=offset, limit=limit, decision_id=decision_id)
        return {"callbacks": [callback.view() for callback in page], **court.counts()}

    @api.get("/sim/state", tags=["Simulator"], summary="Counts")
    async def state() -> dict[str, Any]:
        return {"decisions": len(court.desk), "decisions_url": court.settings.decisions_url, **court.counts()}

    @api.get("/sim/events", tags=["Simulator"], summary="Everything that happens, as Server-Sent Events")
    async def events(request: Request, after: int | None = None) -> EventSourceResponse:
        return court.feed.answer(request, after)


def _disturbing(api: APIRouter, court: Courtroom) -> None:
    @api.post("/sim/faults", tags=["Simulator"], summary="Order a fault", status_code=201)
    async def order(body: FaultOrder) -> dict[str, Any]:
        return court.faults.add(body).view()

    @api.get("/sim/faults", tags=["Simulator"], summary="List faults and how often each struck")
    async def faults() -> dict[str, Any]:
        return {"faults": court.faults.listed()}

    @api.delete("/sim/faults", tags=["Simulator"], summary="Lift every fault")
    async def lift_all() -> dict[str, int]:
        return {"lifted": court.faults.remove()}

    @api.delete("/sim/faults/{fault_id}", tags=["Simulator"], summary="Lift one fault")
    async def lift(fault_id: str) -> dict[str, int]:
        return {"lifted": court.faults.remove(fault_id)}
