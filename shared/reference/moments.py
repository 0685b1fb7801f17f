"""The calendar of what is worth saying when (`data/moments.toml`), with the days on which the office is closed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from shared.reference.calendar import closed_days

_MAY_MOVE: Final = " (perkiraan)"  # what the calendar says behind a day of the moon that no decree has named yet
_CLOSED: Final = "libur"


@dataclass(frozen=True, slots=True)
class ContentMoment:
    """A day or stretch about which something may be said. `services`, `ideas`: what suits it."""

    code: str
    name: str
    about: str = ""
    services: tuple[str, ...] = ()
    ideas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MomentDates:
    """A moment of one year, first and last day. `is_estimate`: reckoned; the decree that names the day is not out."""

    moment: ContentMoment
    first: date
    last: date
    is_estimate: bool = False


@cache
def moments() -> Mapping[str, ContentMoment]:
    """Return the moments by code, in the order of the file."""
    known = ContentMoment.__slots__
    rows = ({**row, "services": tuple(row["services"]), "ideas": tuple(row.get("ideas", ()))} for row in _rows())
    return MappingProxyType({row["code"]: ContentMoment(**{name: row[name] for name in known if name in row}) for row in rows})


def moments_of(year: int) -> Sequence[MomentDates]:
    """Return what begins in a year, by its first day; also the days on which the office is closed."""
    found = [dates for row in _rows() if (dates := _dates(moments()[row["code"]], row, year)) is not None]
    return sorted([*found, *_closings(year)], key=lambda dates: (dates.first, dates.last, dates.moment.code))


def undated(year: int) -> Sequence[ContentMoment]:
    """Return the moments whose date in that year is not known."""
    return [moment for row in _rows() if _dates(moment := moments()[row["code"]], row, year) is None]


def find_moment(code: str, year: int) -> MomentDates | None:
    """Return a moment of a year by its code; of a closed day it holds its date."""
    return next((dates for dates in moments_of(year) if dates.moment.code == code), None)


def _dates(moment: ContentMoment, row: Mapping[str, Any], year: int) -> MomentDates | None:
    if "day" in row:
        return _on(moment, date.fromisoformat(f"{year}-{row['day']}"))
    if "from" in row:
        first, last = date.fromisoformat(f"{year}-{row['from']}"), date.fromisoformat(f"{year}-{row['until']}")
        return MomentDates(moment, first, last if last >= first else last.replace(year=year + 1))
    if "holiday" in row:
        return _around(moment, row, year)
    set_on = row.get("years", {}).get(str(year))
    return _on(moment, date.fromisoformat(set_on)) if set_on else None


def _on(moment: ContentMoment, day: date, *, is_estimate: bool = False) -> MomentDates:
    return MomentDates(moment, day, day, is_estimate)


def _around(moment: ContentMoment, row: Mapping[str, Any], year: int) -> MomentDates | None:
    """Return a moment that goes by a holiday: on it, before it, or after it."""
    for day, name in closed_days(year).items():
        if name.removesuffix(_MAY_MOVE) == row["holiday"]:
            first, last = day - timedelta(days=row.get("before", 0)), day + timedelta(days=row.get("after", 0))
            if "after" in row and "before" not in row:
                first = day + timedelta(days=1)
            return MomentDates(moment, first, last, name.endswith(_MAY_MOVE))
    return None


def _closings(year: int) -> Iterator[MomentDates]:
    """Yield the days on which the office is closed; days in a row that have one reason are one."""
    run: list[tuple[date, str]] = []
    for day, name in sorted(closed_days(year).items()):
        if run and (day - run[-1][0]).days == 1:
            run.append((day, name))
            continue
        if run:
            yield _closing(run)
        run = [(day, name)]
    if run:
        yield _closing(run)


def _closing(run: Sequence[tuple[date, str]]) -> MomentDates:
    """Return a closed stretch, named after its holidays."""
    names = dict.fromkeys(re.sub(r"^Hari kedua dari ", "", name.removesuffix(_MAY_MOVE)) for _, name in run)
    holidays = [name for name in names if not name.startswith("Cuti Bersama")] or list(names)
    moment = ContentMoment(f"{_CLOSED}-{run[0][0]:%m-%d}", " dan ".join(holidays), "Kantor tutup.", ideas=(_CLOSED,))
    return MomentDates(moment, run[0][0], run[-1][0], any(name.endswith(_MAY_MOVE) for _, name in run))


@cache
def _rows() -> Sequence[Mapping[str, Any]]:
    text = files(__package__).joinpath("data/moments.toml").read_text(encoding="utf-8")
    rows: Sequence[Mapping[str, Any]] = tomllib.loads(text)["moment"]
    return rows
