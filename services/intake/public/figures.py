"""The office's figures for everybody, on pages and as files: documents, times, requests, and people served by village."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.intake.domain.counting import SMALL
from services.intake.domain.figures import Figure, FigureCell, hidden, hours_within, months_back
from services.intake.domain.survey.report import SurveyReport, report_of
from services.intake.ports import Deps
from services.intake.public.room import PublicRoom
from services.intake.public.villages import ServedVillages, village_file, villages_of
from shared.clock import WIB
from shared.reference.regions import districts
from shared.web.desk.csv import csv_lines
from shared.web.public.words import MONTHS

PATH: Final = "/statistik"
DISTRICT: Final = "/statistik/{district}"
FILE: Final = "/statistik/angka.csv"
VILLAGE_FILE: Final = "/statistik/desa.csv"
PATHS: Final = frozenset({PATH, DISTRICT, FILE, VILLAGE_FILE})
_MONTHS_SHOWN: Final = 12
_MOST, _HALF = 0.9, 0.5  # nine of ten, and every second one
_KEPT: Final = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A count with its name. None: hidden. `share`: its part of the largest, in percent."""

    name: str
    count: int | None
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class TimeLine:
    """How long a service took, in working hours, beside what is promised."""

    name: str
    promise: float
    half: int
    most: int
    on_time_percent: int

    @property
    def is_late(self) -> bool:
        """Whether nine of ten took longer than was promised."""
        return self.most > self.promise


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What the page shows. `on_time_percent` None: too few were finished to say."""

    month: str
    months: tuple[str, ...]
    issued_total: int | None
    issued: tuple[FigureLine, ...]
    on_time_percent: int | None
    times: tuple[TimeLine, ...]
    trend: tuple[FigureLine, ...]
    filed: tuple[FigureLine, ...]


def router(room: PublicRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages, deps = room.pages, room.deps

    @routes.get(PATH)
    async def figures(bulan: str = "") -> HTMLResponse:
        months = months_back(deps.clock(), _MONTHS_SHOWN, WIB)
        month = bulan if bulan in months else months[-1]
        found = figures_of(deps, await deps.figures.cells(months[0]), month, months)
        first, last = months[0], months[-2]  # of the month that runs one could read a sheet off two looks
        survey = report_of(await deps.surveys.tallies(first, last), first, last, "", deps.survey)
        values: dict[str, Any] = {
            "figures": found,
            "villages": await villages_of(deps),
            "survey": survey,
            "elements": _elements(deps, survey),
        }
        return pages.show("figures.html", kept=True, here=PATH, now=deps.clock(), written=written, **values)

    @routes.get(FILE)
    async def file() -> Response:
        months = months_back(deps.clock(), _MONTHS_SHOWN, WIB)
        return _csv(_file_rows(deps, await deps.figures.cells(months[0]), months))

    @routes.get(VILLAGE_FILE)
    async def village_rows() -> Response:
        return _csv(village_file(await villages_of(deps)))

    @routes.get(DISTRICT)
    async def district(district: str) -> HTMLResponse:
        known = districts().get(district)
        if known is None:
            return pages.not_found()
        villages: ServedVillages = await villages_of(deps)
        return pages.show("district.html", kept=True, here=PATH, now=deps.clock(), district=known, villages=villages)

    return routes


def _elements(deps: Deps, survey: SurveyReport) -> Sequence[tuple[str, float]]:
    """Return the elements of the survey with their means, from 1 to 4; none where too few answered."""
    if survey.index is None:
        return ()
    names = {each.code: each.name for each in deps.questions.elements}
    return [(names.get(each.code, each.code), float(each.mean)) for each in survey.index.elements]


def figures_of(deps: Deps, cells: Iterable[FigureCell], month: str, months: tuple[str, ...]) -> PublicFigures:
    """Return what is shown of a month, and the trend up to it. Small counts are hidden."""
    by_month: dict[tuple[Figure, str], list[FigureCell]] = {}
    for cell in cells:
        by_month.setdefault((cell.figure, cell.month), []).append(cell)
    issued = {cell.about: cell.count for cell in by_month.get((Figure.ISSUED, month), ())}
    finished = by_month.get((Figure.FINISHED, month), [])
    filed = {cell.about: cell.count for cell in by_month.get((Figure.FILED, month), ())}
    trend = {each: sum(cell.count for cell in by_month.get((Figure.FILED, each), ())) for each in months}
    done = sum(cell.count for cell in finished)
    return PublicFigures(
        month=month,
        months=months,
        issued_total=hidden([sum(issued.values())])[0],
        issued=_rows({deps.catalogue.products[each].name if each in deps.catalogue.products else each: n for each, n in issued.items()}),
        on_time_percent=_percent(sum(cell.on_time for cell in finished), done) if done >= SMALL else None,
        times=tuple(_times(deps, finished)),
        trend=_rows(trend, is_sorted=False),
        filed=_rows({_service_name(deps, each): count for each, count in filed.items()}),
    )


def written(month: str) -> str:
    """Return `November 2026`."""
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _rows(counts: Mapping[str, int], *, is_sorted: bool = True) -> tuple[FigureLine, ...]:
    shown = dict(zip(counts, hidden(list(counts.values())), strict=True))
    largest = max((count for count in shown.values() if count), default=0)
    lines = tuple(FigureLine(name, count, 100 * count / largest if count else 0.0) for name, count in shown.items())
    # What is hidden stands below, by its name: its place would tell how much it is.
    return tuple(sorted(lines, key=lambda line: (line.count is None, -(line.count or 0), line.name))) if is_sorted else lines


def _times(deps: Deps, finished: Sequence[FigureCell]) -> Iterable[TimeLine]:
    for cell in sorted(finished, key=lambda each: -each.count):
        service = deps.catalogue.find(cell.about)
        if service is not None and service.promise_hours and cell.count >= SMALL:
            half, most = hours_within(cell.hours, _HALF), hours_within(cell.hours, _MOST)
            yield TimeLine(_service_name(deps, cell.about), service.promise_hours, half, most, _percent(cell.on_time, cell.count))


def _percent(part: int, whole: int) -> int:
    """Return a share in whole percent, rounded once; 100 only where it is all."""
    return 100 if part == whole else min(99, (200 * part + whole) // (2 * whole))


def _service_name(deps: Deps, code: str) -> str:
    service = deps.catalogue.find(code)
    return deps.texts.buttons.get(f"about:{code}") or (service.name if service else code)


def _file_rows(deps: Deps, cells: Sequence[FigureCell], months: Sequence[str]) -> Iterable[Sequence[str | int]]:
    yield ("bulan", "angka", "nama", "jumlah", "tepat_janji")
    names = {Figure.FILED: "permohonan masuk", Figure.FINISHED: "permohonan selesai", Figure.ISSUED: "dokumen terbit"}
    for month in months:
        for figure, called in names.items():
            held = sorted((cell for cell in cells if (cell.month, cell.figure) == (month, figure)), key=lambda cell: cell.about)
            counts = hidden([cell.count for cell in held])
            for cell, count in zip(held, counts, strict=True):
                product = deps.catalogue.products.get(cell.about)
                name = product.name if figure is Figure.ISSUED and product else _service_name(deps, cell.about)
                on_time = cell.on_time if figure is Figure.FINISHED and _may_show(count, cell) else ""
                yield (month, called, name, "" if count is None else count, on_time)


def _may_show(count: int | None, cell: FigureCell) -> bool:
    """Return whether it may be told how many were on time: neither those nor the others are so few that they are known."""
    late = cell.count - cell.on_time
    return count is not None and not any(0 < part < SMALL for part in (cell.on_time, late))


def _csv(rows: Iterable[Sequence[str | int]]) -> Response:
    text = csv_lines(([str(cell) for cell in row] for row in rows), begin=True)
    return Response(text, media_type="text/csv; charset=utf-8", headers=_KEPT)
