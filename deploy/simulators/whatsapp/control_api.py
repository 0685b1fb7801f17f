"""The control API (`/sim/...`): play the citizen, look at the effects. Only the simulator has it; no real network does.

What it refuses has a code in `detail`; the chat page has the sentence for each (static/errors.js).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse

from deploy.simulators.whatsapp.carrier import PHONE_DIGITS, Carrier
from deploy.simulators.whatsapp.citizens import WINDOW, Citizen, Identity, digits
from deploy.simulators.whatsapp.cloud_api import read_limited
from deploy.simulators.whatsapp.errors import GraphError
from deploy.simulators.whatsapp.media import LIMITS, UPLOAD_MAX_BYTES, check_upload, parse_form
from deploy.simulators.whatsapp.writing import RECORDED, WITH_ORIGINAL, WITH_TEXT, Writing

LONG_POLL_MAX_SECONDS: Final = 60.0


class NewCitizen(BaseModel):
    """The body of POST /sim/citizens. Asking again for the same phone gives the same person."""

    model_config = ConfigDict(extra="forbid")

    phone: str
    name: str | None = Field(default=None, max_length=100)
    identity: Identity = "both"
    username: str | None = Field(default=None, max_length=50)
    auto_read: bool | None = None


class CitizenChange(BaseModel):
    """The body of PATCH /sim/citizens/{id}: only what is given changes."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=100)
    online: bool | None = None
    auto_read: bool | None = None
    on_whatsapp: bool | None = None
    stopped_marketing: bool | None = Field(default=None, description="True: they stopped marketing of the business in WhatsApp (131050).")
    identity: Identity | None = None
    window_open: bool | None = Field(default=None, description="False closes the 24-hour window at once.")
    phone: str | None = Field(default=None, description="A new number: intake gets a `system` message.")
    new_user_id: bool = Field(default=False, description="A new business-scoped user id: intake gets a `system` message.")


def router(carrier: Carrier) -> APIRouter:
    """Return the routes of the control API."""
    api = APIRouter(prefix="/sim", tags=["Simulator"])
    _people(api, carrier)
    _writing(api, carrier)
    _conversation(api, carrier)
    _looking(api, carrier)
    return api


def _people(api: APIRouter, carrier: Carrier) -> None:
    @api.post("/citizens", summary="Add a citizen")
    async def add(body: NewCitizen) -> dict[str, Any]:
        phone = digits(body.phone)
        if len(phone) not in PHONE_DIGITS:
            raise HTTPException(422, "phone_malformed")
        rest = body.model_dump(include={"name", "identity", "username", "auto_read"}, exclude_none=True)
        return carrier.add_citizen(phone, **rest).view(carrier.clock())

    @api.get("/citizens", summary="List citizens, last active first")
    async def listed(limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
        at = carrier.clock()
        return {"citizens": [citizen.view(at) for citizen in carrier.people.latest(limit)], "total": len(carrier.people)}

    @api.get("/citizens/{citizen_id}", summary="Read a citizen")
    async def read(citizen_id: str) -> dict[str, Any]:
        return _citizen(carrier, citizen_id).view(carrier.clock())

    @api.patch("/citizens/{citizen_id}", summary="Change a citizen")
    async def change(citizen_id: str, body: CitizenChange) -> dict[str, Any]:
        citizen = _citizen(carrier, citizen_id)
        _change(carrier, citizen, body)
        return citizen.view(carrier.clock())


def _change(carrier: Carrier, citizen: Citizen, body: CitizenChange) -> None:
    for name in ("name", "auto_read", "on_whatsapp", "stopped_marketing", "identity"):
        value = getattr(body, name)
        if value is not None:
            setattr(citizen, name, value)
    if body.window_open is not None:
        citizen.last_inbound_at = carrier.clock() - (timedelta(0) if body.window_open else WINDOW)
    if body.phone is not None:
        _change_phone(carrier, citizen, digits(body.phone))
    if body.new_user_id:
        carrier.renew_user_id(citizen)
    if body.online is not None:
        carrier.go_online(citizen, online=body.online)
    carrier.tell_citizen(citizen)


def _change_phone(carrier: Carrier, citizen: Citizen, phone: str) -> None:
    if len(phone) not in PHONE_DIGITS or carrier.people.by_phone(phone) not in (None, citizen):
        raise HTTPException(422, "phone_malformed_or_taken")
    text = f"User {citizen.name} changed from {citizen.phone} to {phone}"
    wire = {"type": "system", "system": {"body": text, "wa_id": phone, "type": "user_changed_number", "user_id": citizen.bsuid}}
    carrier.citizen_writes(citizen, wire, {"type": "system", "text": "Nomor WhatsApp berganti."})
    carrier.people.change_phone(citizen, phone)


def _writing(api: APIRouter, carrier: Carrier) -> None:
    @api.post(
        "/citizens/{citizen_id}/messages", summary="Write as the citizen: text, a choice, a voice message, a call, …", status_code=201
    )
    async def write(citizen_id: str, body: Writing) -> dict[str, Any]:
        citizen = _citizen(carrier, citizen_id)
        if body.type in WITH_TEXT and not body.text:
            raise HTTPException(422, "text_missing")
        if body.type in WITH_ORIGINAL and not body.reply_to:
            raise HTTPException(422, "original_missing")
        if body.type == "call":
            return carrier.citizen_calls(citizen, body.content()).view()
        if body.is_recorded:
            _, mime_type, data = RECORDED[body.type]
            wire, content = carrier.store_file(data, mime_type, None, body.text)
            return carrier.citizen_writes(citizen, body.around(wire), content, body.phone_number_id).view()
        return carrier.citizen_writes(citizen, body.wire(), body.content(), body.phone_number_id).view()

    @api.post("/citizens/{citizen_id}/files", summary="Send any file as the citizen (multipart: file, caption)", status_code=201)
    async def send_file(request: Request, citizen_id: str) -> dict[str, Any]:
        citizen = _citizen(carrier, citizen_id)
        form = parse_form(await read_limited(request, UPLOAD_MAX_BYTES), request.headers.get("content-type", ""))
        part = form.get("file")
        if part is None:
            raise HTTPException(422, "file_missing")
        mime_type = part.content_type or "application/octet-stream"
        _check_file(mime_type, len(part.data))
        caption = form["caption"].data.decode("utf-8", "replace") if "caption" in form else None
        wire, content = carrier.store_file(part.data, mime_type, part.filename, caption)
        return carrier.citizen_writes(citizen, wire, content).view()


def _check_file(mime_type: str, size_bytes: int) -> None:
    try:
        check_upload(mime_type, size_bytes)
    except GraphError as error:  # what Meta tells a business in English; the page has its own words for the code
        raise HTTPException(422, "file_size_refused" if mime_type in LIMITS else "file_type_refused") from error


def _conversation(api: APIRouter, carrier: Carrier) -> None:
    @api.get("/citizens/{citizen_id}/messages", summary="Read a conversation, oldest first; waits for something new when asked")
    async def messages(
        citizen_id: str,
        after: Annotated[int, Query(ge=0, description="Only messages with a higher number.")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        author: Literal["citizen", "office"] | None = None,
        wait_seconds: Annotated[float, Query(ge=0, le=LONG_POLL_MAX_SECONDS)] = 0.0,
    ) -> dict[str, Any]:
        citizen = _citizen(carrier, citizen_id)
        deadline = carrier.clock() + timedelta(seconds=wait_seconds)
        while True:
            found = [each for each in citizen.messages if each.number > after and author in (None, each.author)]
            left = (deadline - carrier.clock()).total_seconds()
            if found or left <= 0 or not await carrier.feed.changed(left, citizen.id):
                break
        page = found[:limit]
        return {
            "messages": [each.view() for each in page],
            "next_after": page[-1].number if page else after,
            "more": len(found) > len(page),
        }

    @api.post("/citizens/{citizen_id}/seen", summary="The citizen looks at the conversation: `read` for what was delivered")
    async def seen(citizen_id: str) -> dict[str, int]:
        return {"read": carrier.see(_citizen(carrier, citizen_id))}

    @api.get("/media/{media_id}", summary="Open a file that was sent or received")
    async def media(media_id: str) -> Response:
        found = carrier.files.get(media_id)
        if found is None:
            raise HTTPException(404, "file_unknown")
        return Response(found.data, media_type=found.mime_type, headers={"Content-Disposition": "inline", "ETag": f'"{found.sha256}"'})


def _looking(api: APIRouter, carrier: Carrier) -> None:
    @api.get("/events", summary="Everything that happens, as Server-Sent Events")
    async def events(request: Request, after: int | None = None) -> EventSourceResponse:
        return carrier.feed.answer(request, after)

    @api.get("/effects", summary="Every message accepted from the business, oldest first")
    async def effects(
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        recipient: str | None = None,
        callback_data: str | None = None,
        wait_seconds: Annotated[float, Query(ge=0, le=LONG_POLL_MAX_SECONDS)] = 0.0,
    ) -> dict[str, Any]:
        deadline = carrier.clock() + timedelta(seconds=wait_seconds)
        while True:
            page = carrier.history.page(after=after, limit=limit, recipient=recipient, callback_data=callback_data)
            left = (deadline - carrier.clock()).total_seconds()
            if page or left <= 0 or not await carrier.feed.changed(left):
                break
        return {
            "effects": [effect.view() for effect in page],
            "next_after": page[-1].sequence if page else after,
            "total": carrier.history.total,
        }

    @api.get("/effects/repeated", summary="Callback data accepted more than once, with the message ids")
    async def repeated() -> dict[str, list[str]]:
        return carrier.history.repeated()

    @api.get("/state", summary="Counts: people, effects, refusals, webhooks")
    async def state() -> dict[str, Any]:
        tally = carrier.postman.tally
        return {
            "citizens": len(carrier.people),
            "effects": carrier.history.total,
            "refused": {str(code): count for code, count in sorted(carrier.history.refused.items())},
            "business": {"name": carrier.settings.business_name, "phone": carrier.settings.display_phone_number},
            "webhooks": {
                "url": carrier.postman.url,
                "pending": carrier.postman.pending,
                "failing": carrier.postman.failing,
                "posts": tally.posts,
                "answered": tally.answered,
                "changes": tally.changes,
                "retried": tally.retried,
                "dropped": tally.dropped,
                "overflowed": tally.overflowed,
                "failures": list(tally.failures),
            },
        }


def _citizen(carrier: Carrier, citizen_id: str) -> Citizen:
    citizen = carrier.people.get(citizen_id)
    if citizen is None:
        raise HTTPException(404, "citizen_unknown")
    return citizen
