"""A day on which people come to the office, as they choose it: `besok`, `hari Senin`, `3 Desember`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from typing_extensions import override

from shared.reference.calendar import DAY_NAMES, is_holiday, office_week
from shared.reference.forms.dates import WEEKDAYS, parse_date
from shared.reference.forms.field_type import FieldType, Setup
from shared.typed import without_marks
from shared.values import Malformed

_WEEKDAY: Final = re.compile(rf"(?:hari |dina )?({'|'.join(WEEKDAYS)})(?: depan| ini| besok)?")
_WEEK: Final = 7
_FARTHEST_DAYS: Final = 30  # where a form sets no limit of its own
_OFFERED: Final = 9  # days that are offered to choose from: a list of the chat has ten rows


class DayType(FieldType):
    """A day, whatever it is of: how it lies and travels."""

    @override
    def wire(self, value: date) -> str:
        return value.isoformat()

    @override
    def value(self, wire: Any) -> date:
        return date.fromisoformat(wire)

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}


class OfficeDayType(DayType):
    """A day after today on which the office works by the calendar, not farther ahead than the form's `max` days."""

    @override
    def parse(self, text: str, setup: Setup) -> date:
        day = _day(text, setup.today)
        if day <= setup.today:
            raise Malformed("date_too_soon")
        if day > setup.today + timedelta(days=_farthest(setup)):
            raise Malformed("date_too_far")
        if not _is_open(day):
            raise Malformed("date_office_closed")
        return day

    @override
    def show(self, value: date, setup: Setup) -> str:
        return f"{DAY_NAMES[value.weekday()]}, {value:%d-%m-%Y}"

    @override
    def offered(self, setup: Setup) -> tuple[date, ...]:
        return tuple(_next_days(setup))[:_OFFERED]


def _next_days(setup: Setup) -> Iterator[date]:
    for ahead in range(1, _farthest(setup) + 1):
        day = setup.today + timedelta(days=ahead)
        if _is_open(day):
            yield day


def _farthest(setup: Setup) -> int:
    return setup.limits.max or _FARTHEST_DAYS


def _is_open(day: date) -> bool:
    return day.weekday() in office_week() and not is_holiday(day)


def _day(text: str, today: date) -> date:
    plain = " ".join(without_marks(text).casefold().replace("jum'at", "jumat").split()).strip(" .,!")
    if named := _WEEKDAY.fullmatch(plain):
        return today + timedelta(days=(WEEKDAYS.index(named[1]) - today.weekday() - 1) % _WEEK + 1)
    try:
        return parse_date(text, today)
    except Malformed as malformed:
        if malformed.code != "date_without_year":
            raise
    this_year = parse_date(f"{text} {today.year}", today)
    return this_year if this_year > today else parse_date(f"{text} {today.year + 1}", today)
