"""`/desk/sumber`: what brings people here; a new source with its sentence, link and QR code; how often it was seen; its end."""

from __future__ import annotations

from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom
from services.intake.desk.source_form import LONGEST, SourceForm, read_form
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion
from services.intake.domain.outreach.sources import OutreachSource, SourceDescription
from services.intake.handlers import add_source, link_of, note_seen, retire_source
from services.intake.ports import SourceSearch, Tx
from shared.clock import WIB
from shared.errors import NotFound
from shared.ids import new_id
from shared.reference.outreach import outreach_lists
from shared.reference.regions import village_name, villages
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.pages import HEADERS
from shared.web.qr import qr_svg

PATH: Final = "/desk/sumber"
_ROWS: Final = 50
_MOST_SEEN: Final = 1_000_000_000

Campaigner = Annotated[StaffMember, signed_in("campaigns:work")]
Code = Annotated[str, Field(max_length=63)]


class SourceFilter(BaseModel):
    """What the address says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Annotated[str, Field(max_length=60)] = ""
    saluran: Code = ""
    tempat: Code = ""
    kampanye: Annotated[str, Field(max_length=LONGEST)] = ""
    berjalan: Literal["", "ya"] = ""
    setelah: Annotated[str, Field(max_length=60)] = ""
    baris: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class SeenForm(BaseModel):
    """How often a piece was seen on a day."""

    hari: date
    kali: Annotated[int, Field(ge=0, le=_MOST_SEEN)]


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages = _SourcePages(room)
    _listing(routes, pages)
    _making(routes, pages)
    _one(routes, pages)
    return routes


class _SourcePages:
    """What the routes have in common."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room

    def words(self) -> dict[str, Any]:
        """Return the lists that the pages speak with."""
        menu, lists = self.room.deps.menu, outreach_lists()
        return {
            "channels": lists.channels,
            "places": lists.places,
            "services": {code: menu.title(code) for code in menu.forms},
            "village_name": village_name,
            "path_of": PATH,
        }

    def form(self, request: Request, member: StaffMember, typed: SourceForm, wrong: dict[str, str]) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        named = sorted(village_name(code) for code in villages())
        values = self.words() | {"wish": typed, "wrong": wrong, "village_names": named, "longest": LONGEST}
        return self.room.pages.show(request, "source_new.html", member, status=status, **values)

    async def one(self, code: str) -> OutreachSource:
        source = await self.room.deps.sources.find(code.upper())
        if source is None:
            raise NotFound("source_not_found")
        return source

    def link(self, source: OutreachSource) -> str:
        """Return what its QR code holds: the chat, or the page of the source where no number is set."""
        return link_of(self.room.deps, source)


def _listing(routes: APIRouter, pages: _SourcePages) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Annotated[SourceFilter, Query()], member: Campaigner) -> Response:
        deps = pages.room.deps
        filters = (asked.q, asked.saluran, asked.tempat, asked.kampanye)
        search = SourceSearch(*filters, only_running=bool(asked.berjalan), after=asked.setelah or None, limit=_ROWS)
        found = await deps.sources.search(search)
        today = deps.clock().astimezone(WIB).date()
        codes = frozenset(source.code for source in found.sources)
        counts = await deps.funnel.counts(FunnelQuestion(today.replace(month=1, day=1), today, sources=codes), Facet.SOURCE)
        values = pages.words() | {"asked": asked, "rows": found.sources, "matching": found.count, "following": found.next}
        values |= {"campaigns": [(name, name) for name in await deps.sources.campaigns()], "counts": counts, "today": today}
        return pages.room.pages.show(request, "sources.html", member, **values)


def _making(routes: APIRouter, pages: _SourcePages) -> None:
    @routes.get(f"{PATH}/baru")
    async def new(request: Request, member: Campaigner) -> Response:
        return pages.form(request, member, SourceForm(), {})

    @routes.post(f"{PATH}/baru")
    async def make(request: Request, typed: Annotated[SourceForm, Form()], member: Campaigner) -> Response:
        deps, room = pages.room.deps, pages.room
        read = read_form(typed, frozenset(deps.menu.forms), deps.clock().astimezone(WIB).date())
        if read.what is None:
            return pages.form(request, member, typed, read.wrong)
        entry = room.entry(member, "source.made", "sources", detail={"name": read.what.name, "campaign": read.what.campaign})
        made = await room.act(request, entry, partial(_add, room=room, what=read.what, by=member.staff_id))
        return RedirectResponse(f"{PATH}/{made.code}?ok=dibuat", HTTPStatus.SEE_OTHER)


async def _add(tx: Tx, *, room: DeskRoom, what: SourceDescription, by: str) -> OutreachSource:
    return await add_source(tx, room.deps, what, by)


def _one(routes: APIRouter, pages: _SourcePages) -> None:
    @routes.get(f"{PATH}/{{code}}")
    async def shown(
        request: Request, code: str, member: Campaigner, ok: Annotated[Literal["", "dibuat", "diakhiri", "dicatat"], Query()] = ""
    ) -> Response:
        deps, source = pages.room.deps, await pages.one(code)
        service = deps.catalogue.find(source.what.service)
        today = deps.clock().astimezone(WIB).date()
        question = FunnelQuestion(source.made_at.astimezone(WIB).date(), today, sources=frozenset({source.code}))
        counts = (await deps.funnel.counts(question, Facet.SOURCE)).get(source.code, {})
        values = pages.words() | {"source": source, "ok": ok, "today": today, "counts": counts, "sentence": source.sentence(service)}
        values |= {"link": pages.link(source), "page_link": source.page(deps.public_url), "most_seen": _MOST_SEEN}
        values["is_measured"] = await deps.sources.is_measured(source.code)
        return pages.room.pages.show(request, "source.html", member, **values)

    @routes.get(f"{PATH}/{{code}}/qr.svg")
    async def picture(code: str, _member: Campaigner, unduh: Annotated[str, Query(max_length=1)] = "") -> Response:
        source = await pages.one(code)
        more = {"Content-Disposition": f'attachment; filename="qr-{source.code}.svg"'} if unduh else {}
        return Response(qr_svg(pages.link(source)), media_type="image/svg+xml", headers=dict(HEADERS) | more)

    @routes.post(f"{PATH}/{{code}}/tayang")
    async def seen(request: Request, code: str, typed: Annotated[SeenForm, Form()], member: Campaigner) -> Response:
        room, source = pages.room, await pages.one(code)
        entry = room.entry(member, "source.seen_noted", f"sources/{source.code}", detail={"day": typed.hari.isoformat()})
        body = partial(note_seen, deps=room.deps, code=source.code, day=typed.hari, seen=typed.kali, typed=new_id())
        await room.act(request, entry, body)
        return RedirectResponse(f"{PATH}/{source.code}?ok=dicatat", HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/{{code}}/akhiri")
    async def end(request: Request, code: str, member: Campaigner) -> Response:
        room, source = pages.room, await pages.one(code)
        entry = room.entry(member, "source.retired", f"sources/{source.code}")
        await room.act(request, entry, partial(retire_source, deps=room.deps, code=source.code))
        return RedirectResponse(f"{PATH}/{source.code}?ok=diakhiri", HTTPStatus.SEE_OTHER)
