"""The dashboards: what is asked of Prometheus and how the answer is drawn, as data (`data/boards/*.toml`)."""

from __future__ import annotations

import asyncio
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from shared.clock import WIB
from shared.web.desk.navigation import may_follow
from shared.web.desk.overview import Column, Kind, Lead, Limit, Picture, PictureRow, Shade, number
from shared.web.desk.prometheus import NotAnsweredError, Prometheus, Sample, Series
from shared.web.desk.session import StaffMember

PATH: Final = "/desk/pantauan"
FOLDER: Final = Path(__file__).parent / "data" / "boards"
_STEPS: Final = 24  # moments of a line: as many as can be told apart on a phone
_SHADES: Final = (Shade.MAIN, Shade.SOON, Shade.IDLE, Shade.CALM, Shade.LATE)
_LONG_HOURS: Final = 48  # from there on a moment needs its day
_DIGITS: Final = 2  # of a figure that is no whole number


class PanelLimit(BaseModel):
    """A line through the picture, asked for as well: an office that changes an alarm's limit (deploy/watch/limits.yaml) sees it move."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str
    word: str
    is_floor: bool = False


class Panel(BaseModel):
    """One picture: its question in PromQL, and how the answer reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z\-]+$")]
    title: str
    about: str
    ask: str
    kind: Kind
    subject: str
    label: str = ""
    words: dict[str, str] = {}
    zero: tuple[str, ...] = ()
    """Values of the label that are drawn as 0 where the answer has none."""
    unit: str = ""
    hours: Annotated[float, Field(gt=0)] = 24
    limit: PanelLimit | None = None
    shown: int = 8
    leads_to: str

    def seen_by(self, member: StaffMember) -> Panel:
        """Return the picture as this person sees it: it leads nowhere where they may not go."""
        return self if may_follow(member, self.leads_to) else self.model_copy(update={"leads_to": ""})


class Board(BaseModel):
    """One dashboard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    about: str
    place: int
    panel: tuple[Panel, ...]

    def find(self, name: str) -> Panel | None:
        """Return one of its pictures."""
        return next((panel for panel in self.panel if panel.name == name), None)


@cache
def boards() -> Mapping[str, Board]:
    """Return all of them by name, in their order."""
    found = {file.stem: Board.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))) for file in FOLDER.glob("*.toml")}
    return dict(sorted(found.items(), key=lambda row: row[1].place))


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws pictures of one board."""

    prometheus: Prometheus
    board: str

    async def draw(self, panel: Panel, at: datetime) -> Picture:
        """Return the picture; one without figures where there is no answer, and it says why."""
        try:
            told, limit = await asyncio.gather(self._told(panel, at), self._limit(panel.limit))
        except NotAnsweredError as error:
            return self._picture(panel, (), (), "belum ada angka", SILENT[error.code])
        return replace(self._picture(panel, *told), limit=limit)

    async def _told(self, panel: Panel, at: datetime) -> tuple[Sequence[Column], Sequence[PictureRow], str]:
        if panel.kind is Kind.BARS:
            return _bars(panel, await self.prometheus.now(panel.ask))
        return _lines(panel, await self.prometheus.over(panel.ask, at=at, span=timedelta(hours=panel.hours), steps=_STEPS))

    async def _limit(self, limit: PanelLimit | None) -> Limit | None:
        """Return the line through it; None also where nobody has a limit of that name."""
        found = await self.prometheus.now(limit.ask) if limit else ()
        return Limit(found[0].value, limit.word, limit.is_floor) if limit and found else None

    def _picture(
        self, panel: Panel, columns: Sequence[Column], rows: Sequence[PictureRow], said: str, teaches: str = "Belum ada yang tercatat."
    ) -> Picture:
        is_known = any(value is not None for row in rows for value in row.values)
        return Picture(
            name=f"{self.board}-{panel.name}",
            finding=f"{panel.title}: {said}",
            about=panel.about,
            subject=panel.subject,
            columns=tuple(columns),
            lines=tuple(rows),
            lead=Lead("Buka", panel.leads_to),
            teaches="Semuanya nol." if is_known else teaches,
            kind=panel.kind,
            unit=panel.unit,
            shown=panel.shown,
            part=f"{PATH}/{self.board}/{panel.name}",
        )


SILENT: Final[Mapping[str, str]] = {
    "watch_not_set": "Pemantau belum dipasang di sini.",
    "watch_unreachable": "Prometheus tidak menjawab; dicoba lagi tiap menit.",
    "watch_question_refused": "Prometheus tidak memahami pertanyaannya.",
    "watch_answer_unknown": "Jawaban Prometheus tidak dikenal.",
}
"""Why there is nothing to see, by the code."""


def _word(panel: Panel, labels: Mapping[str, str]) -> str:
    value = labels.get(panel.label, "")
    return panel.words.get(value, value or panel.title)


def _bars(panel: Panel, samples: Sequence[Sample]) -> tuple[Sequence[Column], Sequence[PictureRow], str]:
    found = {**dict.fromkeys(panel.zero, 0.0), **{each.labels.get(panel.label, ""): each.value for each in samples}}
    order = [*(each for each in panel.words if each in found), *sorted(each for each in found if each not in panel.words)]
    rows = [PictureRow(panel.words.get(each, each or panel.title), (_rounded(found[each]),), panel.leads_to) for each in order]
    if not rows:
        return (), (), "tidak ada"
    is_floor = panel.limit is not None and panel.limit.is_floor
    worst = (min if is_floor else max)(rows, key=lambda row: row.values[0] or 0)
    said = f"{worst.word} {number(worst.values[0], panel.unit)}" if any(row.values[0] for row in rows) else "tidak ada"
    return (Column("Jumlah"),), rows, said


def _lines(panel: Panel, series: Sequence[Series]) -> tuple[Sequence[Column], Sequence[PictureRow], str]:
    told = sorted((each for each in series if each.values), key=lambda each: -max(each.values.values()))[: len(_SHADES)]
    if not told:
        return (), (), "belum ada angka"
    columns = [Column(_word(panel, each.labels), shade) for each, shade in zip(told, _SHADES, strict=False)]
    moments = sorted({moment for each in told for moment in each.values})
    rows = [PictureRow(_clock(moment, panel), tuple(_rounded(each.values.get(moment)) for each in told)) for moment in moments]
    last, column = max(((row or 0.0, column) for row, column in zip(rows[-1].values, columns, strict=True)), key=lambda row: row[0])
    named = f"{column.word} " if len(told) > 1 and last else ""
    return columns, rows, f"{named}{number(last, panel.unit)}"


def _clock(moment: float, panel: Panel) -> str:
    local = datetime.fromtimestamp(moment, UTC).astimezone(WIB)
    return f"{local:%d/%m %H.%M}" if panel.hours > _LONG_HOURS else f"{local:%H.%M}"


def _rounded(value: float | None) -> float | None:
    """Return a figure that a person reads: whole, or with two digits where it is small."""
    if value is None or not math.isfinite(value):
        return None
    return float(round(value)) if abs(value) >= 10 or abs(value - round(value)) < 0.005 else round(value, _DIGITS)  # noqa: PLR2004
