"""The office's clock: working time, public holidays and cuti bersama, and the time promised to a citizen.

The week, holidays and cuti bersama are data (`shared.reference.calendar`); days the office closes or opens on its own are settings.
This module is imported by its name, not through the package, so that only those who promise times pay for loading the holidays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from shared.clock import WIB
from shared.reference.calendar import Shift as Shift
from shared.reference.calendar import is_holiday as is_holiday
from shared.reference.calendar import office_week

_HORIZON_DAYS: Final = 400  # a promise further away than a year is a mistake in a setting


@dataclass(frozen=True)
class WorkingHours:
    """The working hours of the office.

    Args:
        week: Shifts by weekday (0 = Monday), in order and not overlapping; a weekday that is absent is free.
        closed_on: Days it closes beside the national ones (flood, election).
        open_on: Days it works in spite of the calendar.
        zone: The zone in which shifts are meant.
    """

    week: Mapping[int, tuple[Shift, ...]] = field(default_factory=office_week)
    closed_on: frozenset[date] = frozenset()
    open_on: frozenset[date] = frozenset()
    zone: ZoneInfo = WIB

    def __post_init__(self) -> None:
        if not any(self.week.values()):
            raise ValueError("an office that never works can promise nothing")

    def is_working_day(self, day: date) -> bool:
        """Return whether the office works on that day at all."""
        if day in self.closed_on or not self.week.get(day.weekday()):
            return False
        return day in self.open_on or not is_holiday(day)

    def is_open(self, at: datetime) -> bool:
        """Return whether it works at this very moment; the closing minute itself is closed."""
        return any(start <= at < end for start, end in self._stretches(at.astimezone(self.zone).date(), days=1))

    def opens(self, at: datetime) -> datetime:
        """Return the moment itself where it works, else the next one at which it begins to; UTC.

        Raises:
            ValueError: When that is more than about a year away.
        """
        for opens, closes in self._stretches(at.astimezone(self.zone).date(), days=_HORIZON_DAYS):
            if at < closes:
                return max(opens, at).astimezone(UTC)
        raise ValueError(f"nothing opens after {at.date()}")

    def closes(self, at: datetime) -> datetime | None:
        """Return when its day ends, UTC; None where it does not work on that day any more, or at all."""
        ends = [closes for _, closes in self._stretches(at.astimezone(self.zone).date(), days=1)]
        return ends[-1].astimezone(UTC) if ends and at < ends[-1] else None

    def promise(self, start: datetime, working_time: timedelta) -> datetime:
        """Return when `working_time` will have passed on the office's clock, counted from `start`; UTC.

        Work that ends exactly at closing time is promised for that closing time, not for the next morning.

        Raises:
            ValueError: When that is more than about a year away.
        """
        left = working_time
        moment = start
        for opens, closes in self._stretches(start.astimezone(self.zone).date(), days=_HORIZON_DAYS):
            begin = max(opens, start)
            if begin >= closes:
                continue
            if left <= closes - begin:
                return (begin + left).astimezone(UTC)
            left -= closes - begin
            moment = closes
        raise ValueError(f"promise beyond {moment.date()}")

    def promise_days(self, start: datetime, days: int) -> datetime:
        """Return when the office closes on the last of so many working days, which begin with the one after `start`; UTC.

        Raises:
            ValueError: When that is more than about a year away.
        """
        first = start.astimezone(self.zone).date()
        working = (day for ahead in range(1, _HORIZON_DAYS) if self.is_working_day(day := first + timedelta(days=ahead)))
        last = next(islice(working, days - 1, None), None) if days > 0 else None
        if last is None:
            raise ValueError(f"promise of {days} days beyond a year")
        return self.end_of(last)

    def end_of(self, day: date) -> datetime:
        """Return when the office closes on a day on which it works by its week; UTC."""
        return datetime.combine(day, self.week[day.weekday()][-1].closes, self.zone).astimezone(UTC)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments; zero where `end` is not after `start`."""
        days = (end.astimezone(self.zone).date() - start.astimezone(self.zone).date()).days + 1
        stretches = self._stretches(start.astimezone(self.zone).date(), days=max(days, 0))
        return sum((max(min(closes, end) - max(opens, start), timedelta()) for opens, closes in stretches), timedelta())

    def _stretches(self, first: date, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(days):
            day = first + timedelta(days=offset)
            if self.is_working_day(day):
                for shift in self.week[day.weekday()]:
                    yield datetime.combine(day, shift.opens, self.zone), datetime.combine(day, shift.closes, self.zone)
