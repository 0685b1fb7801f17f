"""The links that offices of others hand out for good: registrars to people of their village, a court in its letters to the parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.intake.desk.court_area import PATH as COURTS
from services.intake.desk.court_area import Clerk, CourtArea, court_of
from services.intake.desk.room import DeskRoom
from services.intake.desk.village_area import FILE, villages_of
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, FunnelStep
from services.intake.domain.outreach.sources import COURT_LETTER, REGISTRAR, OutreachSource
from services.intake.handlers import link_of, standing_source
from services.intake.ports import SourceSearch
from shared.clock import WIB
from shared.errors import NotFound
from shared.reference.regions import village_name
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.pages import HEADERS
from shared.web.qr import qr_svg

_VILLAGES: Final = "/desk/desa/ajakan"
_COURT: Final = f"{COURTS}/ajakan"
_MOST: Final = 50  # villages of one account

Registrar = Annotated[StaffMember, signed_in(FILE)]
VillageCode = Annotated[str, Field(pattern=r"^[0-9]{10}$")]


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A link that is handed out, or may be. `of`: the village or court; `came`: people of this year, where it is made."""

    of: str
    word: str
    source: OutreachSource | None
    link: str = ""
    sentence: str = ""
    came: int = 0
    finished: int = 0


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _of_villages(routes, room)
    _of_court(routes, room)
    return routes


def _of_villages(routes: APIRouter, room: DeskRoom) -> None:
    @routes.get(_VILLAGES)
    async def listed(request: Request, member: Registrar) -> Response:
        own = {code: village_name(code) for code in list(villages_of(member))[:_MOST]}
        return room.pages.show(request, "handed_out.html", member, rows=await _rows(room, REGISTRAR, own), path=_VILLAGES, is_court=False)

    @routes.post(_VILLAGES)
    async def make(request: Request, member: Registrar, untuk: Annotated[VillageCode, Form()]) -> Response:
        return await _made(room, request, member, _VILLAGES, REGISTRAR, village=_own(member, untuk))

    @routes.get(f"{_VILLAGES}/{{of}}/qr.svg")
    async def picture(of: str, member: Registrar) -> Response:
        return _picture(room, await _find(room, REGISTRAR, village=_own(member, of)))


def _of_court(routes: APIRouter, room: DeskRoom) -> None:
    area = CourtArea(room)

    @routes.get(_COURT)
    async def listed(request: Request, member: Clerk) -> Response:
        court = court_of(member)
        rows = await _rows(room, COURT_LETTER, {court.code: court.name} if court else {})
        return room.pages.show(request, "handed_out.html", member, rows=rows, path=_COURT, is_court=True)

    @routes.post(_COURT)
    async def make(request: Request, member: Clerk) -> Response:
        return await _made(room, request, member, _COURT, COURT_LETTER, account=area.court(member).code)

    @routes.get(f"{_COURT}/qr.svg")
    async def picture(member: Clerk) -> Response:
        return _picture(room, await _find(room, COURT_LETTER, account=area.court(member).code))


def _own(member: StaffMember, village: str) -> str:
    """Return a village of the account; what is of another one is not there."""
    if village not in villages_of(member):
        raise NotFound("village_not_found")
    return village


async def _made(
    room: DeskRoom, request: Request, member: StaffMember, path: str, place: str, village: str = "", account: str = ""
) -> Response:
    entry = room.entry(member, "source.handed_out", "sources", detail={"place": place, "of": village or account})
    body = partial(standing_source, deps=room.deps, place=place, by=member.staff_id, village=village, account=account)
    await room.act(request, entry, body)
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _find(room: DeskRoom, place: str, village: str = "", account: str = "") -> OutreachSource | None:
    search = SourceSearch(place=place, village=village, only_running=True, limit=_MOST)
    found = (await room.deps.sources.search(search)).sources
    return next((source for source in reversed(found) if source.what.account == account), None)


async def _rows(room: DeskRoom, place: str, of: Mapping[str, str]) -> Sequence[HandedOut]:
    deps, rows = room.deps, list[HandedOut]()
    today = deps.clock().astimezone(WIB).date()
    for code, word in of.items():
        source = await (_find(room, place, village=code) if place == REGISTRAR else _find(room, place, account=code))
        if source is None:
            rows.append(HandedOut(code, word, None))
            continue
        question = FunnelQuestion(today.replace(month=1, day=1), today, sources=frozenset({source.code}))
        counts = (await deps.funnel.counts(question, Facet.SOURCE)).get(source.code, {})
        came, finished = counts.get(FunnelStep.CHATTED, 0), counts.get(FunnelStep.FINISHED, 0)
        rows.append(HandedOut(code, word, source, link_of(deps, source), source.sentence(None), came, finished))
    return rows


def _picture(room: DeskRoom, source: OutreachSource | None) -> Response:
    if source is None:
        raise NotFound("source_not_found")
    return Response(qr_svg(link_of(room.deps, source)), media_type="image/svg+xml", headers=dict(HEADERS))
