"""The office's figures for everybody: requests filed, documents issued, and how long requests took. Pure.

What a request comes to is a row of its own (`FigureRow`), written with the request itself and by nothing else, so that it counts once. Rows
are folded as those of the funnel are (`domain/counting.py`): a page reads the tables of twelve months, however many requests there were.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Protocol

from services.intake.domain.counting import SMALL, CountedRow, CountSeries, PlaceCounts
from services.intake.domain.documents import IssuedDocument
from services.intake.domain.requests import Request, RequestState

_LONGEST_HOURS: Final = 400  # some three months of the office's time: what took longer counts as that
_ON_TIME, _LATE = "on_time", "late"  # the codes of a row
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
    FINISHED = "done"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One thing that counts. `about`: service or product; `hours`: working hours that it took, rounded up."""

    key: str
    figure: Figure
    day: date
    about: str
    hours: int = 0
    is_on_time: bool = False

    @property
    def row(self) -> CountedRow:
        """The row that is stored."""
        took = (str(self.hours), _ON_TIME if self.is_on_time else _LATE) if self.figure is Figure.FINISHED else ("", "")
        return CountedRow(self.key, CountSeries.FIGURES, self.figure.value, self.day, (self.about, *took))


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A month of a figure. `hours`: how many took so many working hours, of what is finished; `on_time`: how many as promised."""

    figure: Figure
    month: str
    about: str
    count: int = 0
    on_time: int = 0
    hours: Mapping[int, int] = field(default_factory=dict)


def rows_of(before: Request | None, after: Request, now: datetime, office: FigureClock) -> tuple[FigureRow, ...]:
    """Return what a change of a request adds to the figures. `before` None: it was filed just now."""
    today = now.astimezone(office.zone).date()
    filed = [FigureRow(f"{after.request_id}.filed", Figure.FILED, today, after.service)] if before is None else []
    known = {document.document_id for document in before.issued} if before else set()
    issued = [_issued(document, today) for document in after.issued if document.document_id not in known]
    is_finished = after.state in _FINISHED and (before is None or before.state not in _FINISHED)
    return (*filed, *issued, *([_finished(after, office)] if is_finished else []))


def cells_of(months: Iterable[tuple[str, PlaceCounts]]) -> Sequence[FigureCell]:
    """Return the cells of counts, each with the month that they are of; one month may be told in parts."""
    cells: dict[tuple[Figure, str, str], FigureCell] = {}
    for month, counts in months:
        for (figure, (about, took, promise)), count in counts.items():
            place = (Figure(figure), month, about)
            known = cells.get(place, FigureCell(*place))
            hours = Counter(known.hours) + Counter({int(took): count}) if took else known.hours
            on_time = known.on_time + (count if promise == _ON_TIME else 0)
            cells[place] = FigureCell(*place, known.count + count, on_time, hours)
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


def hidden(counts: Sequence[int], least: int = SMALL) -> tuple[int | None, ...]:
    """Return counts without those that tell who it was (None): 1 to 4, and others until what is hidden can't be worked out.

    Beside a total, or a column that adds up to one, the rest would tell a single hidden count, or some that are 1 each: so they are two or
    more, five in all, and twice as many in all as they are. Zeros stay, nobody is behind them, unless nothing else is left to hide beside
    ones. Which of the hidden ones are small is not told.

    Args:
        counts: What is shown beside each other, and adds up to something that is shown.
        least: The smallest count that is told.
    """
    low = {place for place, count in enumerate(counts) if 0 < count < least}
    others = sorted((place for place, count in enumerate(counts) if count >= least), key=lambda place: counts[place], reverse=True)
    while others and low and not _is_safe([counts[place] for place in low], least):
        low.add(others.pop())
    are_ones = bool(low) and sum(counts[place] for place in low) >= least and not _is_safe([counts[place] for place in low], least)
    return tuple(None if place in low or (are_ones and not count) else count for place, count in enumerate(counts))


def _is_safe(together: Sequence[int], least: int) -> bool:
    """Return whether hidden counts, none of which is 0, can't be worked out of their sum."""
    return len(together) > 1 and sum(together) >= max(least, 2 * len(together))


def months_back(at: datetime, count: int, zone: tzinfo) -> tuple[str, ...]:
    """Return so many months up to the one of this moment, the oldest first."""
    local = at.astimezone(zone)
    numbers = (local.year * 12 + local.month - 1 - back for back in reversed(range(count)))
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _issued(document: IssuedDocument, day: date) -> FigureRow:
    return FigureRow(f"{document.document_id}.issued", Figure.ISSUED, day, document.product)


def _finished(request: Request, office: FigureClock) -> FigureRow:
    """Return how long the office took: from when everything was there, which is the last time that the request was filed."""
    at = next(step.at for step in request.timeline if step.state in _FINISHED)
    filed = [step.at for step in request.timeline if step.state is RequestState.SUBMITTED and step.at <= at]
    hours = math.ceil(office.elapsed(filed[-1] if filed else request.submitted_at, at) / timedelta(hours=1))
    is_on_time = request.promised_at is None or at <= request.promised_at
    day = at.astimezone(office.zone).date()
    return FigureRow(f"{request.request_id}.done", Figure.FINISHED, day, request.service, min(hours, _LONGEST_HOURS), is_on_time)


def _running(hours: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    passed = 0
    for longest in sorted(hours):
        passed += hours[longest]
        yield longest, passed
