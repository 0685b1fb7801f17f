"""The calendar as data: the office's week, and per year a file of the days on which it is closed, each with its source.

A year without a file is reckoned by the PyPI package `holidays`, so that nothing stops; `missing_year` says early that its file is due.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_NAMES: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_DUE_MONTH: Final = 11  # the decree for a year comes in the autumn before; promises reach over New Year from December on


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of one day in which the office works, local time."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("a shift opens before it closes")

    def __str__(self) -> str:
        return f"{self.opens:%H.%M}-{self.closes:%H.%M}"


def office_week() -> Mapping[int, tuple[Shift, ...]]:
    """Return the office's week by weekday (0 = Monday), of `data/calendar/hours.toml`."""
    return {_DAYS.index(day): tuple(map(_shift, texts)) for day, texts in _file("hours").items()}


def written_week() -> str:
    """Return the office's week as people read it: `Senin-Kamis 07.30-12.00 dan 13.00-15.30, Jumat 07.30-11.30`."""
    alike = groupby(sorted(office_week().items()), key=lambda day: day[1])
    return ", ".join(f"{_days_of([day for day, _ in days])} {' dan '.join(map(str, shifts))}" for shifts, days in alike)


def _days_of(days: Sequence[int]) -> str:
    if days[-1] - days[0] == len(days) - 1 > 1:
        return f"{DAY_NAMES[days[0]]}-{DAY_NAMES[days[-1]]}"
    return " dan ".join(DAY_NAMES[day] for day in days)


def is_holiday(day: date) -> bool:
    """Return whether it is a national holiday or cuti bersama."""
    return day in _closed(day.year)


def closed_days(year: int) -> Mapping[date, str]:
    """Return the days of a year on which the office is closed, each with its name; none where the year has no file.

    A name that ends in `(perkiraan)` is that of a day which no decree has fixed yet.
    """
    if not _path(str(year)).is_file():
        return {}
    rows = _file(str(year))
    return {date.fromisoformat(day): name for part in ("holidays", "collective_leave") for day, name in rows[part].items()}


def missing_year(today: date) -> int | None:
    """Return the year whose file is due by that day and not there: this one, from November on the next."""
    wanted = (today.year, today.year + 1) if today.month >= _DUE_MONTH else (today.year,)
    return next((year for year in wanted if not _path(str(year)).is_file()), None)


@lru_cache(maxsize=8)
def _closed(year: int) -> frozenset[date]:
    if not _path(str(year)).is_file():
        import holidays  # noqa: PLC0415 - half a second, which only a year without a file costs

        return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))
    return frozenset(_days(year))


def _days(year: int) -> Iterator[date]:
    rows = _file(str(year))
    for text in (*rows["holidays"], *rows["collective_leave"]):
        day = date.fromisoformat(text)
        if day.year != year:
            raise ValueError(f"calendar/{year}.toml has {text}")
        yield day


def _shift(text: str) -> Shift:
    opens, _, closes = text.partition("-")
    return Shift(time.fromisoformat(opens), time.fromisoformat(closes))


def _path(name: str) -> Any:
    return files(__package__).joinpath(f"data/calendar/{name}.toml")


@lru_cache(maxsize=8)
def _file(name: str) -> Mapping[str, Any]:
    return tomllib.loads(_path(name).read_text(encoding="utf-8"))
