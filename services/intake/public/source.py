"""The page of one source: where somebody lands who followed a link, a poster or a neighbour. It works without WhatsApp too."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.intake.domain.outreach.sources import OutreachSource
from services.intake.handlers import PageVisitor, note_visit
from services.intake.public.room import PublicRoom
from shared.reference.regions import find_village
from shared.web.callers import caller_of

PATH: Final = "/m/{code}"
PATHS: Final = frozenset({PATH})
_AHEAD: Final = ("sec-purpose", "purpose", "x-moz", "x-purpose")
"""Headers of a browser that loads a page before anybody has asked for it."""


def router(room: PublicRoom) -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def landing(request: Request, code: str) -> HTMLResponse:
        source = await room.find_source(code)
        if source is not None and not _is_ahead(request):
            await note_visit(room.deps, source, PageVisitor(caller_of(request), request.headers.get("user-agent", "")))
        return _page(room, source)

    return routes


def _page(room: PublicRoom, source: OutreachSource | None) -> HTMLResponse:
    """Return the page of a source: that of its service, or the choice of all. A code that nobody knows leads to the same help."""
    code = source.code if source else ""
    card = room.cards.get(source.what.service) if source else None
    where = _where(source) if source else "Kabupaten Madiun"
    if card is not None:
        return room.pages.show("service.html", card=card, code=code, where=where)
    return room.pages.show("source.html", code=code, where=where, groups=room.groups)


def _where(source: OutreachSource) -> str:
    village = find_village(source.what.village)
    return village.in_full if village else "Kabupaten Madiun"


def _is_ahead(request: Request) -> bool:
    return any("prefetch" in request.headers.get(name, "").lower() or "preview" in request.headers.get(name, "").lower() for name in _AHEAD)
