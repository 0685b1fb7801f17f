"""The state of a request by its receipt and the last four digits of the phone: asked for by POST, so that neither stands in an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.intake.domain.answers import path_of
from services.intake.domain.cards import working_days
from services.intake.domain.journey import journey_of, papers_missing
from services.intake.domain.requests import Request as FiledRequest
from services.intake.handlers import StatusQuestion, find_status
from services.intake.public.room import PublicRoom
from shared.reference.reasons import reasons
from shared.values import Malformed, Receipt
from shared.web.callers import caller_of

PATH: Final = "/status"
PATHS: Final = frozenset({PATH})
_DIGITS: Final = re.compile(r"[0-9]{4}")
_MOST: Final = 40  # characters of a field that are read: a receipt with blanks and stars around it


@dataclass(frozen=True, slots=True)
class StatusForm:
    """The form as it was sent. `wrong`: field -> what is wrong with it."""

    receipt: str = ""
    digits: str = field(default="", repr=False)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MissingPaper:
    """A photo that is to be sent again, and why."""

    document: str
    why: str


def router(room: PublicRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages = room.pages

    @routes.get(PATH)
    async def form() -> HTMLResponse:
        return pages.show("status.html", kept=True, here=PATH, asked=StatusForm(), no_match=False)

    @routes.post(PATH)
    async def look_up(request: Request, resi: Annotated[str, Form()] = "", hp: Annotated[str, Form()] = "") -> HTMLResponse:
        asked = _read(resi[:_MOST], hp[:_MOST])
        if asked.wrong:
            return pages.show("status.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, here=PATH, asked=asked, no_match=False)
        answer = await find_status(room.deps, StatusQuestion(Receipt.parse(asked.receipt), asked.digits, caller_of(request)))
        if answer.paused_until is not None:
            return pages.show("status_wait.html", status=HTTPStatus.TOO_MANY_REQUESTS, here=PATH, until=answer.paused_until)
        if answer.request is None:
            return pages.show("status.html", status=HTTPStatus.NOT_FOUND, here=PATH, asked=asked, no_match=True)
        return _told(room, answer.request, answer.stands_since)

    return routes


def _read(resi: str, hp: str) -> StatusForm:
    digits = re.sub(r"[^0-9]", "", hp)[-4:]
    wrong: dict[str, str] = {}
    try:
        receipt = str(Receipt.parse(resi))
    except Malformed as error:
        receipt, wrong["resi"] = resi.strip(), error.code
    if not _DIGITS.fullmatch(digits):
        wrong["hp"] = "digits"
    return StatusForm(receipt, digits, wrong)


def _told(room: PublicRoom, filed: FiledRequest, stands_since: datetime | None) -> HTMLResponse:
    service = room.deps.catalogue.get(filed.service)
    now = room.deps.clock()
    last = filed.timeline[-1].at if filed.timeline else filed.submitted_at
    return room.pages.show(
        "status_told.html",
        here=PATH,
        now=now,
        filed=filed,
        name=room.cards[service.id].name if service.id in room.cards else service.name,
        steps=journey_of(filed, is_answered=service.is_answered),
        missing=_missing(room, filed),
        ended_at=last,
        is_late=filed.promised_at is not None and now > filed.promised_at,
        days=service.stages.finish_days if service.stages else working_days(service.promise_hours),
        fetches=filed.origin.fetches,
        stands_since=stands_since,
    )


def _missing(room: PublicRoom, filed: FiledRequest) -> Sequence[MissingPaper]:
    fields = {each.name: each for each in room.deps.catalogue.get(filed.service).form.fields}
    found = [(code, fields.get(path_of(path))) for code, path in papers_missing(filed)]
    return [MissingPaper(room.deps.menu.document(each) if each else "Berkas", reasons()[code].text) for code, each in found]
