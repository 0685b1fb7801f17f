"""The office's figures for everybody: requests filed, documents issued, and how long requests took. Pure.

What a request comes to is a row of its own (`FigureRow`), written with the request itself and by nothing else, so that it counts once. Rows
are folded into cells, one for a month and a service or product: a page reads some hundred cells, however many requests there were.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Protocol

from services.intake.domain.documents import IssuedDocument
from services.intake.domain.outreach.participation import SMALL
from services.intake.domain.requests import Request, RequestState

_LONGEST_HOURS: Final = 400  # some three months of the office's time: what took longer counts as that
_FINISHED: Final = frozenset(
    {RequestState.ISSUED, RequestState.READY, RequestState.DELIVERED, RequestState.UNDELIVERED, RequestState.ANSWERED}
)
"""States of a request that the office has done its part of."""


class FigureClock(Protocol):
    """The office's clock, as `shared.reference.working_hours` has it."""

    @property
    def zone(self) -> tzinfo:
        """Where its days are counted."""

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments."""


class Figure(StrEnum):
    """What is counted, and of what: services, or products."""

    FILED = "filed"
    FINISHED = "finished"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One thing that counts. `about`: service or product; `hours`: working hours that it took, rounded up."""

    key: str
    figure: Figure
    month: str
    about: str
    hours: int = 0
    is_on_time: bool = False


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A month of a figure. `hours`: how many took so many working hours, of what is finished; `on_time`: how many as promised."""

    figure: Figure
    month: str
    about: str
    count: int = 0
    on_time: int = 0
    hours: Mapping[int, int] = field(default_factory=dict)

    def with_(self, row: FigureRow) -> FigureCell:
        """Return the cell with one more."""
        hours = Counter(self.hours) + Counter({row.hours: 1}) if row.figure is Figure.FINISHED else self.hours
        return FigureCell(self.figure, self.month, self.about, self.count + 1, self.on_time + row.is_on_time, hours)


def rows_of(before: Request | None, after: Request, now: datetime, office: FigureClock) -> tuple[FigureRow, ...]:
    """Return what a change of a request adds to the figures. `before` None: it was filed just now."""
    month = month_of(now, office.zone)
    filed = [FigureRow(f"{after.request_id}.filed", Figure.FILED, month, after.service)] if before is None else []
    known = {document.document_id for document in before.issued} if before else set()
    issued = [_issued(document, month) for document in after.issued if document.document_id not in known]
    is_finished = after.state in _FINISHED and (before is None or before.state not in _FINISHED)
    return (*filed, *issued, *([_finished(after, office)] if is_finished else []))


def fold(rows: Iterable[FigureRow]) -> Sequence[FigureCell]:
    """Return what rows add to the cells."""
    cells: dict[tuple[Figure, str, str], FigureCell] = {}
    for row in rows:
        place = (row.figure, row.month, row.about)
        cells[place] = cells.get(place, FigureCell(*place)).with_(row)
    return tuple(cells.values())


def hours_within(hours: Mapping[int, int], share: float) -> int:
    """Return within how many working hours such a share was finished: the least that at least so many took no longer than.

    Raises:
        ValueError: nothing was finished.
    """
    wanted = math.ceil(share * sum(hours.values()))
    for longest, passed in _running(hours):
        if passed >= wanted > 0:
            return longest
    raise ValueError("nothing was finished")


def hidden(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Return counts without those that tell who it was (None): 1 to 4, and others until those that are hidden are some, and five in all.

    Beside a total, or a column that adds up to one, the rest would tell a single hidden count, or two that are 1 each. Zeros stay: nobody
    is behind them. Which of the hidden ones are small is not told.
    """
    low = {place for place, count in enumerate(counts) if 0 < count < SMALL}
    others = sorted((place for place, count in enumerate(counts) if count >= SMALL), key=lambda place: counts[place], reverse=True)
    while others and low and (len(low) == 1 or sum(counts[place] for place in low) < SMALL):
        low.add(others.pop())
    return tuple(None if place in low else count for place, count in enumerate(counts))


def month_of(at: datetime, zone: tzinfo) -> str:
    """Return the month of a moment there, as `2026-11`."""
    return f"{at.astimezone(zone):%Y-%m}"


def months_back(at: datetime, count: int, zone: tzinfo) -> tuple[str, ...]:
    """Return so many months up to the one of this moment, the oldest first."""
    local = at.astimezone(zone)
    numbers = (local.year * 12 + local.month - 1 - back for back in reversed(range(count)))
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _issued(document: IssuedDocument, month: str) -> FigureRow:
    return FigureRow(f"{document.document_id}.issued", Figure.ISSUED, month, document.product)


def _finished(request: Request, office: FigureClock) -> FigureRow:
    """Return how long the office took: from when everything was there, which is the last time that the request was filed."""
    at = next(step.at for step in request.timeline if step.state in _FINISHED)
    filed = [step.at for step in request.timeline if step.state is RequestState.SUBMITTED and step.at <= at]
    hours = math.ceil(office.elapsed(filed[-1] if filed else request.submitted_at, at) / timedelta(hours=1))
    is_on_time = request.promised_at is None or at <= request.promised_at
    month = month_of(at, office.zone)
    return FigureRow(f"{request.request_id}.finished", Figure.FINISHED, month, request.service, min(hours, _LONGEST_HOURS), is_on_time)


def _running(hours: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    passed = 0
    for longest in sorted(hours):
        passed += hours[longest]
        yield longest, passed
