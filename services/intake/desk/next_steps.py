"""`/desk/tindak-lanjut`: villages of which few are served, each with why and what to do; and the questions at which people give up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.funnel_words import PERIODS, FunnelFilter
from services.intake.desk.next_step_words import PATH, QUESTIONS, SORTS, WHY, LaggingFilter, caution, chosen, next_acts, shown_number
from services.intake.desk.question_stops import STOP_COLUMNS, ServiceStops, service_stops, stop_lines, stops_picture
from services.intake.desk.room import DeskRoom
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, FunnelStep, StepCounts
from services.intake.domain.outreach.lagging import LaggingVillage, Why, lagging
from services.intake.domain.outreach.participation import VillageGroups, participation
from shared.clock import WIB
from shared.reference.regions import find_village, village_name
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.csv import csv_lines
from shared.web.desk.overview import number
from shared.web.desk.pages import address

_ROWS: Final = 30
_PICTURES: Final = 12  # services on one page, those at which most give up first

Watcher = Annotated[StaffMember, signed_in("funnel:read")]


class StopFilter(BaseModel):
    """What the address of the questions says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    waktu: Annotated[str, Field(pattern=r"^(30|3|tahun|setahun)$")] = "3"
    layanan: Annotated[str, Field(max_length=63)] = ""
    desa: Annotated[str, Field(pattern=r"^([0-9]{10})?$")] = ""

    def days(self, today: date) -> tuple[date, date]:
        """Return the first and the last day that are counted."""
        funnel = FunnelFilter.model_validate({"waktu": self.waktu})
        return funnel.first(today), today


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def listed(request: Request, asked: Annotated[LaggingFilter, Query()], member: Watcher) -> Response:
        rows = await _lagging(room, asked)
        left = chosen(rows, asked)
        shown = left[asked.setelah : asked.setelah + _ROWS]
        values: dict[str, Any] = {
            "asked": asked,
            "rows": [(row, village_name(row.stands.village), shown_number(row), caution(row), next_acts(row)) for row in shown],
            "places": await _places(room, asked, shown),
            "matching": len(left),
            "following": asked.setelah + _ROWS if asked.setelah + _ROWS < len(left) else None,
            "all_rows": len(rows),
            "why": {each.value: word for each, word in WHY.items()},
            "sorts": [(code, word) for code, (word, _) in SORTS.items()],
            "periods": _periods(),
            "is_sample": room.deps.residents.is_sample,
        }
        return room.pages.show(request, "lagging.html", member, **values)

    @routes.get(QUESTIONS)
    async def questions(request: Request, asked: Annotated[StopFilter, Query()], member: Watcher) -> Response:
        return room.pages.show(request, "stops.html", member, **await _stops(room, asked))

    @routes.get(f"{QUESTIONS}/unduh")
    async def download(asked: Annotated[StopFilter, Query()], _member: Watcher) -> Response:
        """Return every question at which people stopped, of all services."""
        first, last = asked.days(_today(room))
        head = ["Pertanyaan yang ditinggal", f"{first.isoformat()} sampai {last.isoformat()}", village_name(asked.desa) or "semua desa"]
        name = f"berhenti-{last}.csv"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        lines = csv_lines([head, STOP_COLUMNS, *stop_lines(await _found(room, asked))], begin=True)
        return Response(lines, media_type="text/csv; charset=utf-8", headers=headers)

    return routes


def _periods() -> Sequence[tuple[str, str]]:
    return [(code, word) for code, word in PERIODS.items() if code != "7"]


def _today(room: DeskRoom) -> date:
    return room.deps.clock().astimezone(WIB).date()


async def _lagging(room: DeskRoom, asked: LaggingFilter) -> Sequence[LaggingVillage]:
    first, last = asked.days(_today(room))
    counts = await room.deps.funnel.counts(FunnelQuestion(first, last), Facet.VILLAGE)
    served = {code: each.get(FunnelStep.SERVED, 0) for code, each in counts.items()}
    groups = VillageGroups(room.deps.village_history.together(first))
    stands = {row.village: row for row in participation(served, {}, room.deps.residents.by_village, groups)}
    return lagging(stands, counts)


async def _places(room: DeskRoom, asked: LaggingFilter, shown: Sequence[LaggingVillage]) -> Mapping[str, str]:
    """Return of each village that stops at questions the one at which most do, in words."""
    first, last = asked.days(_today(room))
    found: dict[str, str] = {}
    for row in shown:
        if row.why is Why.STOPPING:
            village = row.stands.village
            by = await room.deps.funnel.counts(FunnelQuestion(first, last, villages=frozenset({village})), Facet.QUESTION)
            stops = [stop for each in service_stops(room.deps, by, {}) for stop in each.stops]
            most = max(stops, key=lambda stop: stop.count, default=None)
            found[village] = f"{most.service}: {most.title} ({number(most.count)})" if most else ""
    return found


async def _found(room: DeskRoom, asked: StopFilter) -> Sequence[ServiceStops]:
    first, last = asked.days(_today(room))
    places = frozenset({asked.desa}) if find_village(asked.desa) else None
    question = FunnelQuestion(first, last, villages=places, service=asked.layanan or None)
    by = await room.deps.funnel.counts(question, Facet.QUESTION)
    totals: Mapping[str, StepCounts] = await room.deps.funnel.counts(question, Facet.SERVICE)
    return service_stops(room.deps, by, totals)


async def _stops(room: DeskRoom, asked: StopFilter) -> dict[str, Any]:
    found = await _found(room, asked)
    here = address(QUESTIONS, **asked.model_dump())
    return {
        "asked": asked,
        "found": [(each, stops_picture(each, address("/desk/corong", layanan=each.code), here)) for each in found[:_PICTURES]],
        "left_out": max(0, len(found) - _PICTURES),
        "services": {code: room.deps.menu.title(code) for code in room.deps.menu.forms},
        "periods": _periods(),
        "village": village_name(asked.desa),
        "file_of": address(f"{QUESTIONS}/unduh", **asked.model_dump()),
        "number": number,
    }
