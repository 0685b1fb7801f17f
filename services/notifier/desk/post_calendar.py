"""A month of plans: its weeks, and what stands on each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from services.notifier.domain.posting.post import SocialPost
from shared.clock import WIB
from shared.reference.calendar import DAY_NAMES, is_holiday

_MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_WEEK: Final = 7
_YEARS: Final = (2020, 2100)  # of an address; a calendar beyond them is a mistake


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day with what is planned on it, and how it is called where it stands alone."""

    on: date
    name: str
    in_month: bool
    is_today: bool
    is_free: bool
    posts: tuple[SocialPost, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the office."""

    first: date
    today: date

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{_MONTHS[self.first.month - 1]} {self.first.year}"

    @property
    def begins(self) -> datetime:
        """The moment at which its first week begins."""
        return _midnight(self.first - timedelta(days=self.first.weekday()))

    @property
    def ends(self) -> datetime:
        """The moment at which its last week is over."""
        last = self.following - timedelta(days=1)
        return _midnight(last + timedelta(days=_WEEK - last.weekday()))

    @property
    def following(self) -> date:
        """The first day of the next one."""
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def before(self) -> date:
        """The first day of the one before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    def weeks(self, posts: Sequence[SocialPost]) -> list[list[CalendarDay]]:
        """Return its weeks, Monday first."""
        by_day: dict[date, list[SocialPost]] = {}
        for post in posts:
            by_day.setdefault(post.content.at.astimezone(WIB).date(), []).append(post)
        first, days = self.begins.astimezone(WIB).date(), (self.ends - self.begins).days
        found = [self._day(first + timedelta(days=ahead), by_day) for ahead in range(days)]
        return [found[begin : begin + _WEEK] for begin in range(0, len(found), _WEEK)]

    def _day(self, on: date, by_day: dict[date, list[SocialPost]]) -> CalendarDay:
        free = on.weekday() >= 5 or is_holiday(on)  # noqa: PLR2004 - Saturday
        return CalendarDay(on, DAY_NAMES[on.weekday()], on.month == self.first.month, on == self.today, free, tuple(by_day.get(on, ())))


def month_of(text: str, today: date) -> Month:
    """Return the month of an address (`2026-11`); the present one where it names none."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return Month(first if _YEARS[0] <= first.year <= _YEARS[1] else today.replace(day=1), today)


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=WIB).astimezone(UTC)
