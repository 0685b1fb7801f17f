"""`/desk/konten`: the calendar of the year, and the ideas for a service or for the office."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from services.intake.desk.room import DeskRoom
from services.intake.desk.studio import words
from services.intake.ports import Deps
from shared.reference.ideas import KINDS, ideas, ideas_for
from shared.reference.moments import MomentDates, moments_of, undated

_SOON: Final = timedelta(days=45)  # a poster is printed and hung in that time
_MOST_SOON: Final = 8
_YEARS_AHEAD: Final = 1


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(words.PATH)
    async def year(request: Request, member: words.Campaigner, tahun: Annotated[int, Query(ge=2000, le=2999)] = 0) -> Response:
        deps = room.deps
        today = words.today_of(deps.clock())
        shown = tahun or today.year
        values = words.lists(deps) | {
            "year": shown,
            "years": [today.year, today.year + _YEARS_AHEAD],
            "soon": _soon(today) if shown == today.year else [],
            "months": _months(shown, today),
            "past": _months(shown, today, over=True),
            "undated": undated(shown),
            "month_names": words.MONTHS,
            "offers": lambda dates: _offers(deps, dates),
        }
        return room.pages.show(request, "studio_calendar.html", member, **values)

    @routes.get(words.IDEAS)
    async def listed(request: Request, member: words.Campaigner, layanan: Annotated[str, Query(max_length=63)] = "") -> Response:
        deps = room.deps
        card = deps.cards.of.get(layanan)
        service = card.code if card else ""
        found = ideas_for(service, card.report_within_days if card else None)
        groups = [(KINDS[kind], [idea for idea in found if idea.kind == kind]) for kind in KINDS]
        values = words.lists(deps) | {"service": service, "shown_ideas": [(name, held) for name, held in groups if held]}
        return room.pages.show(request, "studio_ideas.html", member, **values)

    return routes


def _soon(today: date) -> list[MomentDates]:
    """Return what is on now or begins soon, the nearest first."""
    near = [*moments_of(today.year), *moments_of(today.year + 1)]
    return [dates for dates in near if dates.last >= today and dates.first <= today + _SOON][:_MOST_SOON]


def _months(year: int, today: date, *, over: bool = False) -> list[tuple[int, list[MomentDates]]]:
    """Return what is to come in a year, by the month in which it begins; `over`: what is over."""
    found = [dates for dates in moments_of(year) if (dates.last < today) == over]
    return [(month, list(held)) for month, held in groupby(found, key=lambda dates: dates.first.month)]


def _offers(deps: Deps, dates: MomentDates) -> list[dict[str, Any]]:
    """Return what may be made for a moment: an idea with a service each, those that are open."""
    moment = dates.moment
    greeting = "selamat" if dates.first == dates.last else "syarat"
    found = [{"ide": code, "layanan": "", "name": ideas()[code].name} for code in moment.ideas]
    open_ones = [deps.cards.of[code] for code in moment.services if code in deps.cards.of]
    found += [{"ide": greeting, "layanan": card.code, "name": card.name} for card in open_ones]
    return found
