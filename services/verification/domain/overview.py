"""The office's day in figures, and what they say: who is late, whether promises are kept, who holds too much, when the queue is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from services.verification.domain.capacity import QueueFigures
from services.verification.domain.service_clock import OfficeHours

TARGET_PERCENT: Final = 90.0  # of what officers decide, this much is decided before its promise (the office's service standard)
AGE_DAYS: Final = (1, 3, 6, 11)
"""Where one age ends and the next begins, in days since the first message."""


class OfficeDays(OfficeHours, Protocol):
    """The office's clock and calendar."""

    def is_working_day(self, day: date) -> bool:
        """Return whether the office works on that day at all."""


@dataclass(frozen=True, slots=True)
class Dues:
    """Open requests by what is left of their promise. `stopped`: their clock stands, while the citizen is asked."""

    later: int = 0
    today: int = 0
    overdue: int = 0
    stopped: int = 0

    @property
    def open(self) -> int:
        """All of them."""
        return self.later + self.today + self.overdue + self.stopped


@dataclass(frozen=True, slots=True)
class DayKept:
    """What officers decided on one day, and how much of it before its promise."""

    on: date
    decided: int = 0
    kept: int = 0

    @property
    def percent(self) -> float | None:
        """The share that was kept; None: nothing was decided."""
        return 100 * self.kept / self.decided if self.decided else None


class PromiseTrend(StrEnum):
    """How the share of kept promises goes on."""

    NOTHING = "nothing"
    KEPT = "kept"
    """On every day."""
    BACK = "back"
    """Kept again since a day."""
    FELL = "fell"
    """Broken since a day, after it was kept."""
    BROKEN = "broken"
    """Broken all the time."""


def trend(days: Sequence[DayKept], target: float = TARGET_PERCENT) -> tuple[PromiseTrend, date | None]:
    """Return how it goes, and since when it goes so; the date of `NOTHING` is None."""
    known = [(day.on, day.percent >= target) for day in days if day.percent is not None]
    if not known:
        return PromiseTrend.NOTHING, None
    is_kept = known[-1][1]
    run = 0
    while run < len(known) and known[-1 - run][1] is is_kept:
        run += 1
    since = known[-run][0]
    if run == len(known):
        return (PromiseTrend.KEPT if is_kept else PromiseTrend.BROKEN), since
    return (PromiseTrend.BACK if is_kept else PromiseTrend.FELL), since


def working_days(hours: OfficeDays, until: date, count: int) -> tuple[date, ...]:
    """Return the last `count` working days up to `until`, the earliest first; `until` is among them whatever it is."""
    found, day = [until], until
    for _ in range(count * 14):  # two weeks for each day: an office that is closed for longer shows fewer days
        day -= timedelta(days=1)
        if len(found) == count:
            break
        if hours.is_working_day(day):
            found.append(day)
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Projection:
    """What will wait at a moment: of what waits now alone, and with what comes in as it did lately; None: nothing to go by."""

    at: datetime
    alone: int
    with_arrivals: int | None


def project(hours: OfficeHours, figures: QueueFigures, arrivals_per_hour: float, closings: Sequence[datetime]) -> Iterator[Projection]:
    """Yield what will wait now and at the end of each day, at the pace of the last days with the officers of today."""
    yield Projection(figures.at, figures.workable, figures.workable)
    rate = (figures.pace.per_officer_hour or 0.0) * figures.present
    for closing in closings:
        worked = hours.elapsed(figures.at, closing) / timedelta(hours=1)
        alone = max(0.0, figures.workable - rate * worked)
        total = max(0.0, figures.workable + (arrivals_per_hour - rate) * worked)
        yield Projection(closing, round(alone), round(total))


def capacity_per_hour(figures: QueueFigures) -> float:
    """Return how many the officers of today decide in an hour of work."""
    return (figures.pace.per_officer_hour or 0.0) * figures.present


def top(counts: Mapping[str, int]) -> tuple[str, int] | None:
    """Return the name with the most, and how many; None where there are none. Of equals the first by name."""
    found = [(name, number) for name, number in sorted(counts.items()) if number]
    return max(found, key=lambda each: each[1]) if found else None
