"""The Graph API of the business: messages, media and the number itself.

Source: Meta, Cloud API reference. Every answer that says no has Meta's body (errors.py).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse

from deploy.simulators.serving import hang
from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.errors import GraphError
from deploy.simulators.whatsapp.faults import ANSWERS, FaultOrder, Operation
from deploy.simulators.whatsapp.media import UPLOAD_MAX_BYTES, check_upload, parse_form
from deploy.simulators.whatsapp.messages import Outbound, ReadReceipt, parse_outbound
from deploy.simulators.whatsapp.templates import Template

TOKEN_INVALID: Final = 190
MESSAGE_MAX_BYTES: Final = 1024 * 1024
Version = Annotated[str, Path(pattern=r"^v\d{1,3}\.\d$")]
NodeId = Annotated[str, Path(pattern=r"^\d{5,20}$")]


class Gate:
    """What every call passes first: the bearer token and the faults asked for."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier

    def authorise(self, request: Request) -> None:
        """Hold the access token.

        Raises:
            GraphError: 190 where the token is missing or wrong.
        """
        expected = f"Bearer {self.carrier.settings.access_token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise GraphError(TOKEN_INVALID)

    async def strike(self, request: Request, operation: Operation, recipients: tuple[str, ...] = ()) -> Response | None:
        """Do wrong what was asked for, before anything is accepted.

        Returns:
            A response to give instead of the real one, or None to go on.

        Raises:
            GraphError: the error asked for.
        """
        faults = self.carrier.faults
        slow = faults.at_call("slow", operation=operation, recipients=recipients)
        if slow is not None:
            await asyncio.sleep(slow.milliseconds / 1000)
        if faults.at_call("no_answer", operation=operation, recipients=recipients):
            await hang(request, self.carrier.closing, at_most_seconds=self.carrier.settings.hang_seconds)
            return Response(status_code=504)
        fault = faults.at_call(*ANSWERS, operation=operation, recipients=recipients)
        if fault is None:
            return None
        if fault.via == "webhook" and operation == "messages":
            request.state.late_fault = fault
            return None
        if fault.body is not None:
            return Response(fault.body, status_code=fault.http_status or 503, media_type="text/html")
        raise fault.error()

    def own_number(self, node_id: str) -> None:
        """Hold that the path names our number.

        Raises:
            GraphError: 100 where it doesn't.
        """
        if node_id != self.carrier.settings.phone_number_id:
            raise GraphError(100, details=f"Unsupported post request. Object with ID '{node_id}' does not exist.")


def router(carrier: Carrier) -> APIRouter:
    """Return the routes of the Graph API."""
    api = APIRouter(tags=["Cloud API"])
    gate = Gate(carrier)
    _messages(api, carrier, gate)
    _media(api, carrier, gate)
    _account(api, carrier, gate)
    return api


def _messages(api: APIRouter, carrier: Carrier, gate: Gate) -> None:
    @api.post("/{version}/{node_id}/messages", summary="Send a message or mark one as read")
    async def send(request: Request, version: Version, node_id: NodeId) -> Response:  # noqa: ARG001 - any version answers
        gate.authorise(request)
        gate.own_number(node_id)
        payload = await _json_body(request)
        message = parse_outbound(payload)
        if isinstance(message, ReadReceipt):
            if (instead := await gate.strike(request, "messages")) is not None:
                return instead
            carrier.mark_read(message.message_id, typing=message.typing_indicator is not None)
            return JSONResponse({"success": True})
        return await _send(request, carrier, gate, message, payload)


async def _send(request: Request, carrier: Carrier, gate: Gate, message: Outbound, payload: dict[str, Any]) -> Response:
    citizen = carrier.recipient(message)
    recipients = (citizen.phone, citizen.bsuid)
    if (instead := await gate.strike(request, "messages", recipients)) is not None:
        return instead
    code = carrier.rates.broken(citizen.id)
    if code is not None:
        raise GraphError(code)
    carrier.check(message)
    late: FaultOrder | None = getattr(request.state, "late_fault", None)
    failure = late.error() if late else carrier.late_failure(citizen, message)
    if failure is not None and late is None and carrier.settings.window_error_via == "response":
        raise failure
    lost = carrier.faults.at_call("timeout_after_success", operation="messages", recipients=recipients)
    effect = carrier.accept(citizen, message, payload, failure)
    if lost is not None:
        effect.answered = False
        await hang(request, carrier.closing, at_most_seconds=carrier.settings.hang_seconds)
        return Response(status_code=504)
    contact = {"input": message.to, "wa_id": citizen.phone} if message.to else {"input": message.recipient, "user_id": citizen.bsuid}
    sent: dict[str, str] = {"id": effect.wamid}
    if message.template is not None:
        sent["message_status"] = "accepted"
    return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]})


def _media(api: APIRouter, carrier: Carrier, gate: Gate) -> None:
    @api.post("/{version}/{node_id}/media", summary="Upload a file")
    async def upload(request: Request, version: Version, node_id: NodeId) -> Response:  # noqa: ARG001 - any version answers
        gate.authorise(request)
        gate.own_number(node_id)
        if (instead := await gate.strike(request, "upload")) is not None:
            return instead
        form = parse_form(await read_limited(request, UPLOAD_MAX_BYTES), request.headers.get("content-type", ""))
        if "messaging_product" not in form or form["messaging_product"].data != b"whatsapp":
            raise GraphError(100, details="The parameter messaging_product is required.")
        part = form.get("file")
        if part is None:
            raise GraphError(131008, details="The parameter file is required.")
        mime_type = (part.content_type or (form["type"].data.decode("utf-8", "replace") if "type" in form else "")).split(";")[0].strip()
        check_upload(mime_type, len(part.data))
        lost = carrier.faults.at_call("timeout_after_success", operation="upload")
        media = carrier.files.put(part.data, mime_type, part.filename)
        if lost is not None:
            await hang(request, carrier.closing, at_most_seconds=carrier.settings.hang_seconds)
            return Response(status_code=504)
        return JSONResponse({"id": media.id})

    @api.get("/whatsapp_business/attachments/", summary="Download a file by its address")
    async def download(request: Request, mid: str = "", ext: int = 0, hash: str = "") -> Response:  # noqa: A002 - Meta's name
        gate.authorise(request)
        if (instead := await gate.strike(request, "download")) is not None:
            return instead
        media = carrier.files.open(mid, ext, hash, carrier.clock())
        if media is None:
            return Response("URL signature expired", status_code=404, media_type="text/plain")
        return Response(media.data, media_type=media.mime_type)


def _account(api: APIRouter, carrier: Carrier, gate: Gate) -> None:
    settings = carrier.settings

    @api.get("/{version}/{node_id}", summary="Read the address of a file, or the number")
    async def read(request: Request, version: Version, node_id: NodeId) -> Response:  # noqa: ARG001 - any version answers
        gate.authorise(request)
        if (instead := await gate.strike(request, "media")) is not None:
            return instead
        if node_id == settings.phone_number_id:
            return JSONResponse(
                {
                    "id": node_id,
                    "verified_name": settings.business_name,
                    "display_phone_number": settings.display_phone_number,
                    "quality_rating": "GREEN",
                    "platform_type": "CLOUD_API",
                }
            )
        media = carrier.files.get(node_id)
        if media is None:
            raise _no_such(node_id)
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": f"{settings.base_url}/whatsapp_business/attachments/?{carrier.files.query(node_id, carrier.clock())}",
                "mime_type": media.mime_type,
                "sha256": media.sha256,
                "file_size": len(media.data),
                "id": media.id,
            }
        )

    @api.delete("/{version}/{node_id}", summary="Delete a file")
    async def delete(request: Request, version: Version, node_id: NodeId) -> Response:  # noqa: ARG001 - any version answers
        gate.authorise(request)
        if not carrier.files.delete(node_id):
            raise _no_such(node_id)
        return JSONResponse({"success": True})

    @api.get("/{version}/{node_id}/message_templates", summary="List approved templates")
    async def templates(request: Request, version: Version, node_id: NodeId) -> Response:  # noqa: ARG001 - any version answers
        gate.authorise(request)
        if node_id != settings.business_account_id:
            raise _no_such(node_id)
        return JSONResponse({"data": [{**each.model_dump(), "status": "APPROVED"} for each in carrier.templates.listed()]})


def install_errors(app: FastAPI, carrier: Carrier) -> None:
    """Answer GraphError with Meta's body, and count it."""

    async def answer(_: Request, error: Exception) -> Response:
        if not isinstance(error, GraphError):  # pragma: no cover - Starlette calls it for GraphError only
            raise error
        carrier.history.refuse(error.code)
        trace = {"x-fb-trace-id": secrets.token_urlsafe(8)}
        if error.code == TOKEN_INVALID:
            trace["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{error.title}"'
        return JSONResponse(error.body(), status_code=error.http_status, headers=trace)

    app.add_exception_handler(GraphError, answer)


def approve(carrier: Carrier, template: Template) -> None:
    """Approve a template at once, as the control API does for tests."""
    carrier.templates.register(template)


async def read_limited(request: Request, maximum: int) -> bytes:
    """Return the raw body.

    Raises:
        GraphError: 131053 above `maximum` bytes.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > maximum:
            raise GraphError(131053, details="The request is too large.", http_status=413)
    return bytes(body)


async def _json_body(request: Request) -> dict[str, Any]:
    raw = await read_limited(request, MESSAGE_MAX_BYTES)
    try:
        body = orjson.loads(raw)
    except (json.JSONDecodeError, ValueError):
        raise GraphError(100, details="The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise GraphError(100, details="The request body must be a JSON object.")
    return body


def _no_such(node_id: str) -> GraphError:
    return GraphError(
        100,
        details=f"Unsupported get request. Object with ID '{node_id}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation.",
    )
