"""`/desk/pesan/orang`: what was said to one person over all channels, word by word. A number stands in no address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.notifier.desk import message_words as words
from services.notifier.domain.job import Job
from services.notifier.domain.message import CourtCallback, DocumentMessage, Message, RecordOnly, Reply, Template
from services.notifier.domain.recipient import Recipient, lane_of
from services.notifier.ports import Deps
from shared.values import Channel
from shared.web.desk import Pages, StaffMember, signed_in
from shared.web.desk.words import masked_phone

PATH: Final = "/desk/pesan/orang"
_MOST: Final = 100  # the latest: what somebody asks about is recent
_COUNTRY: Final = "62"

Revealer = Annotated[StaffMember, signed_in("persons:reveal")]


def said(message: Message) -> str:
    """Return the words of a message as its reader got them."""
    match message:
        case Reply(text=text):
            return text
        case DocumentMessage(caption=caption, file=file):
            return f"{caption}\n[{file.file_name}]"
        case Template(name=name, parameters=parameters):
            return "\n".join((f"Pesan contoh {name}", *parameters))
        case CourtCallback(type=kind):
            return f"Kabar ke sistem pengadilan: {kind}"
        case RecordOnly():
            return "Dibaca sendiri oleh salurannya"


def recipient(job: Job) -> str:
    """Return to whom it went, masked where that is a number."""
    return masked_phone(job.address) if job.channel is Channel.WHATSAPP else job.address


def router(deps: Deps, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    def show(request: Request, member: StaffMember, status: int = HTTPStatus.OK, **values: Any) -> Response:
        given: dict[str, Any] = {"rows": (), "key": "", "unknown": False, "most": _MOST}
        shown = {"said": said, "recipient": recipient, "state_of": words.state_of, "result_of": words.result_of}
        tables = {"kinds": words.KINDS, "channels": words.CHANNELS, "reference_of": words.reference_of}
        return pages.show(request, "person.html", member, status=status, **given | shown | tables | values)

    @routes.get(PATH)
    async def ask(request: Request, member: Revealer) -> Response:
        return show(request, member)

    @routes.post(PATH)
    async def find(request: Request, member: Revealer, nomor: Annotated[str, Form(max_length=40)] = "") -> Response:
        """Lead to the page of whoever has this number: by one of their messages, which tells nothing of them."""
        digits = "".join(filter(str.isdigit, nomor))
        number = _COUNTRY + digits[1:] if digits.startswith("0") else digits
        found = await deps.job_reader.of_person(lane_of(Recipient(Channel.WHATSAPP, number)), 1) if digits else ()
        if not found:
            return show(request, member, HTTPStatus.NOT_FOUND, unknown=True)
        return RedirectResponse(f"{PATH}/{quote(found[0].job.key, safe='')}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})

    @routes.get(f"{PATH}/{{key}}")
    async def person(request: Request, member: Revealer, key: str) -> Response:
        job = (await deps.job_reader.get(key)).job
        rows = await deps.job_reader.of_person(job.lane, _MOST)
        return show(request, member, rows=tuple(row.job for row in rows), key=key)

    return routes
