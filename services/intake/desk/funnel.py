"""`/desk/corong`: from a poster to a document: how many came how far, by source, service, village, sex and age; also as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from services.intake.desk.funnel_pictures import funnel_picture, trend_picture
from services.intake.desk.funnel_villages import FILE_COLUMNS, NEEDS, VillageStanding, standings, together
from services.intake.desk.funnel_words import (
    FACETS,
    OF_PERSONS,
    PATH,
    PERIODS,
    STEPS,
    FunnelFilter,
    FunnelRow,
    RowNames,
    question_of,
    rows_of,
    total_of,
)
from services.intake.desk.room import DeskRoom
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, FunnelStep, StepCounts
from services.intake.domain.outreach.participation import SERVICES_OF
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.domain.outreach.yardsticks import AccountActivity, Yardstick, yardsticks
from shared.clock import WIB
from shared.reference.outreach import outreach_lists, yardstick_words
from shared.reference.regions import districts, villages
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.csv import csv_lines
from shared.web.desk.overview import number
from shared.web.desk.pages import address
from shared.web.desk.words import decimal

_ROWS: Final = 60  # of the table on the page; the file has all

Watcher = Annotated[StaffMember, signed_in("funnel:read")]


@dataclass(frozen=True, slots=True)
class _Found:
    """What was counted for a filter. `villages`: where the table is about them."""

    question: FunnelQuestion
    today: date
    sources: Sequence[OutreachSource]
    rows: tuple[FunnelRow, ...]
    total: StepCounts
    days: Mapping[str, StepCounts]
    villages: Mapping[str, VillageStanding] = field(default_factory=dict)


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def shown(request: Request, asked: Annotated[FunnelFilter, Query()], member: Watcher) -> Response:
        found = await _read(room, asked)
        days = await room.deps.funnel.counts(found.question, Facet.DAY) if asked.akun else {}
        return room.pages.show(request, "funnel.html", member, **_values(room, asked, found, days))

    @routes.get(f"{PATH}/unduh")
    async def download(asked: Annotated[FunnelFilter, Query()], _member: Watcher) -> Response:
        found = await _read(room, asked)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="corong-{found.today}.csv"'}
        return Response(csv_lines(_lines(asked, found), begin=True), media_type="text/csv; charset=utf-8", headers=headers)

    return routes


async def _read(room: DeskRoom, asked: FunnelFilter) -> _Found:
    deps = room.deps
    sources = await deps.sources.all()
    today = deps.clock().astimezone(WIB).date()
    question = question_of(asked, sources, today, deps.village_history)
    by = await deps.funnel.counts(question, FACETS[asked.menurut][1])
    scope = [code for code in villages() if question.villages is None or code in question.villages]
    if asked.menurut == "desa":
        by = {code: by.get(code, {}) for code in (*scope, *by)}  # where nobody came from, that is to be seen
    days = by if asked.menurut == "hari" else await deps.funnel.counts(question, Facet.MONTH if asked.is_by_months else Facet.DAY)
    names = RowNames(deps.menu.title, deps.village_history.name)
    found = _Found(question, today, sources, rows_of(asked.menurut, by, sources, names), total_of(by), days)
    if asked.menurut != "desa":
        return found
    held = await standings(room, question, scope)
    ranked = sorted(found.rows, key=lambda row: (row.code not in held, held[row.code].served.rank if row.code in held else 0))
    return replace(found, rows=tuple(ranked), villages=held)


def _values(room: DeskRoom, asked: FunnelFilter, found: _Found, days: Mapping[str, StepCounts]) -> dict[str, Any]:
    """Return what the page shows. `days`: of an account, whose weeks are looked at."""
    chosen = {name: value for name, value in asked.model_dump().items() if value}
    first = found.question.first
    link = address(PATH, **chosen | {"menurut": "hari"})
    trend = trend_picture(found.days, first, found.today, by_months=asked.is_by_months, link=link, by_person=asked.by_person)
    return {
        "asked": asked,
        "rows": found.rows[:_ROWS],
        "left_out": max(0, len(found.rows) - _ROWS),
        "steps": STEPS.items(),
        "odd": {step.value: found.total.get(step, 0) for step in (FunnelStep.DAMAGED, FunnelStep.UNKNOWN, FunnelStep.ENDED)},
        "known": OF_PERSONS if asked.by_person else frozenset(STEPS),
        "pictures": (funnel_picture(found.total, address(PATH, **chosen | {"menurut": "sumber"}), by_person=asked.by_person), trend),
        "number": number,
        "part_of": address(PATH, **chosen),
        "figures_of": address(f"{PATH}/unduh", **chosen),
        "periods": PERIODS,
        "facets": {code: word for code, (word, _) in FACETS.items()},
        "channels": outreach_lists().channels,
        "campaigns": sorted({source.what.campaign for source in found.sources}),
        "accounts": sorted({source.what.account for source in found.sources if source.what.account}),
        "services": {code: room.deps.menu.title(code) for code in room.deps.menu.forms},
        "districts": districts(),
        "villages": villages(),
        "villages_of": found.villages,
        "village_word": room.deps.village_history.name,
        "need_word": next((NEEDS[need] for need, services in SERVICES_OF.items() if asked.layanan in services), ""),
        "needed_services": ", ".join(room.deps.menu.title(service) for services in SERVICES_OF.values() for service in services),
        "rates": room.deps.crude_rates,
        "needs": [(NEEDS[each.need], each) for each in together(found.villages.values())],
        "is_sample": room.deps.residents.is_sample,
        "yardsticks": _yardsticks(room, found, asked, days) if asked.akun else {},
        "yardstick_words": yardstick_words(),
    }


def _yardsticks(room: DeskRoom, found: _Found, asked: FunnelFilter, days: Mapping[str, StepCounts]) -> Mapping[Yardstick, float | None]:
    """Return the yardsticks of an account."""
    total = found.total
    seen, visited, chatted = (total.get(step, 0) for step in (FunnelStep.SEEN, FunnelStep.VISITED, FunnelStep.CHATTED))
    made = tuple(source.made_at.astimezone(WIB).date() for source in found.sources if source.what.account == asked.akun)
    alive = {date.fromisoformat(day) for day, counts in days.items() if counts.get(FunnelStep.CHATTED)}
    first, last, submitted = found.question.first, found.today, total.get(FunnelStep.SUBMITTED, 0)
    return yardsticks(AccountActivity(first, last, seen, visited, chatted, submitted, made, alive), room.deps.residents.total)


def _lines(asked: FunnelFilter, found: _Found) -> list[list[str]]:
    """Return the table as lines of a file."""
    head = [FACETS[asked.menurut][0], "Kode", *STEPS.values(), "Selesai dari percakapan (%)", *(FILE_COLUMNS if found.villages else ())]
    period = f"{found.question.first.isoformat()} sampai {found.today.isoformat()}"
    return [["Corong", period], head, *(_line(row, found, asked) for row in found.rows)]


def _line(row: FunnelRow, found: _Found, asked: FunnelFilter) -> list[str]:
    share = "" if row.finished_percent is None else decimal(row.finished_percent)
    line = [row.word, row.code, *(_count(row, step, asked) for step in STEPS), share]
    one = found.villages.get(row.code)
    nothing = [""] * len(FILE_COLUMNS) if found.villages else []  # of a village that there is no more
    return [*line, *(one.cells if one else nothing)]


def _count(row: FunnelRow, step: FunnelStep, asked: FunnelFilter) -> str:
    """Return a count as the file has it: nothing where it is not known."""
    return "" if asked.by_person and step not in OF_PERSONS else str(row.counts.get(step, 0))
