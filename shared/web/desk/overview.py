"""The head's view: pictures, each with its finding as title, its figures in a table, and the list behind it.

The page is verification's; each service has the pictures of its own things under the same address, and the page brings them together. So
one that is down takes its own pictures along and no others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Request, Response

from shared.clock import WIB, Clock
from shared.web.desk import words
from shared.web.desk.csv import csv_lines
from shared.web.desk.pages import Pages
from shared.web.desk.session import StaffMember, signed_in
from shared.web.latest import Latest

PATH: Final = "/desk/ringkasan"
PERMISSION: Final = "overview:read"
FRESH_SECONDS: Final = 10.0  # the page asks each minute: as many who look at it as like share one count
Viewer = Annotated[StaffMember, signed_in(PERMISSION)]


class Kind(StrEnum):
    """How a picture is drawn: bars beside a name each, in parts where there are several columns; or lines over time."""

    BARS = "bars"
    LINES = "lines"


class Shade(StrEnum):
    """What the colour of a column means."""

    CALM = "calm"
    MAIN = "main"
    SOON = "soon"
    LATE = "late"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Column:
    """One row of numbers through the picture."""

    word: str
    shade: Shade = Shade.MAIN


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One line of the table. `leads_to`: the list of what it counts. None among the values: nothing to count."""

    word: str
    values: tuple[float | None, ...]
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A line through the picture: what is above it (`is_floor`: below it) is marked."""

    value: float
    word: str
    is_floor: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a picture leads."""

    word: str
    address: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    `finding`: what it says, in words; `about`: what is counted; `subject`: what its lines are, as the head of the table; `teaches`: what
    will stand here, where there is nothing yet; `shown`: how many of the lines are drawn, all stand in the table; `unit`: behind numbers.
    """

    name: str
    finding: str
    about: str
    subject: str
    columns: tuple[Column, ...]
    lines: tuple[PictureRow, ...]
    lead: Lead
    teaches: str
    kind: Kind = Kind.BARS
    limit: Limit | None = None
    unit: str = ""
    shown: int = 8
    is_wide: bool = False
    part: str = ""
    """Where the picture alone is, for a script that asks anew; "": below the head's view, with its figures as a file."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(line.values) for line in self.lines)


MakePicture: TypeAlias = Callable[[], Awaitable[Picture]]


def day_began(at: datetime) -> datetime:
    """Return when the office's day of that moment began."""
    return at.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)


def number(value: float | None, unit: str = "") -> str:
    """Return 1.284, 0,8, 94 %, or a dash."""
    if value is None:
        return "\u2013"
    said = words.count(int(value)) if value == int(value) else words.decimal(value)
    return f"{said}{unit}"


class Gallery:
    """The pictures of one service, each counted anew when it is some seconds old."""

    def __init__(self, makers: Mapping[str, MakePicture], clock: Clock) -> None:
        self._latest = {name: Latest(make, FRESH_SECONDS) for name, make in makers.items()}
        self._clock = clock

    async def get(self, name: str) -> Picture:
        """Return one picture."""
        return await self._latest[name].get()

    async def all(self) -> list[Picture]:
        """Return all of them, in order."""
        return [await latest.get() for latest in self._latest.values()]

    def install(self, routes: APIRouter, pages: Pages) -> None:
        """Add a page for each picture, which is the picture alone where a script asks, and one for its figures as a file."""
        for name in self._latest:
            self._install(routes, pages, name)

    def _install(self, routes: APIRouter, pages: Pages, name: str) -> None:
        @routes.get(f"{PATH}/{name}")
        async def picture(request: Request, member: Viewer) -> Response:
            template = "picture.html" if "hx-request" in request.headers else "picture_page.html"
            return pages.show(request, template, member, picture=await self.get(name), number=number)

        @routes.get(f"{PATH}/{name}/unduh")
        async def download(_member: Viewer) -> Response:
            return figures_file([await self.get(name)], f"ringkasan-{name}", self._clock())


def figures_file(pictures: Iterable[Picture], name: str, at: datetime) -> Response:
    """Return the figures of pictures as one file: what was found, then the table, for each."""
    blocks = [csv_lines([["Ringkasan", words.moment(at)]], begin=True)]
    for picture in pictures:
        head = [picture.subject, *(f"{column.word}{picture.unit}" for column in picture.columns)]
        rows = [[line.word, *(number(value) if value is not None else "" for value in line.values)] for line in picture.lines]
        blocks.append(csv_lines([[], [picture.finding], [picture.about], head, *rows]))
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}-{words.file_day(at)}.csv"'}
    return Response("".join(blocks), media_type="text/csv; charset=utf-8", headers=headers)
