"""Days and times of day as people write them: `12-3-1985`, `12 Maret 85`, `14.30`, `jam 7 malam`."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Final

from shared.typed import without_marks
from shared.values import Malformed

_MONTHS: Final = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_OTHER_MONTHS: Final = {"peb": 2, "nop": 11, "may": 5, "aug": 8, "agt": 8, "ags": 8, "oct": 10, "dec": 12}
_WEEKDAYS: Final = r"(?:senin|selasa|rabu|kamis|jumat|jum'at|sabtu|minggu|ahad)"
_DAY_FIRST: Final = re.compile(
    rf"(?:{_WEEKDAYS}[\s,]*)?(?:tgl|tanggal)?[\s.:]*(\d{{1,2}})[\s./-]+([a-z]+|\d{{1,2}})[\s./-]+(\d{{4}}|\d{{2}})"
)
_YEAR_FIRST: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TOGETHER: Final = re.compile(r"(\d{2})(\d{2})(\d{4})")
_DAYS_AGO: Final = {"hari ini": 0, "tadi pagi": 0, "kemarin": 1, "wingi": 1, "kemarin lusa": 2}
_TIME: Final = re.compile(
    r"(?:jam|pukul|pkl)?[\s.]*(setengah\s+)?(\d{1,2})(?:[.:](\d{2}))?\s*(dini hari|subuh|pagi|isuk|siang|awan|sore|malam|bengi)?\s*(?:wib)?"
)
_NOON: Final = 12
_AFTERNOON: Final = {"siang": (1, 4), "awan": (1, 4), "sore": (1, 7), "malam": (6, 11), "bengi": (6, 11)}
"""Hours of the clock that mean the afternoon's with each word; `jam 1 malam` is one in the morning."""
_NIGHT: Final = ("malam", "bengi", "dini hari")
_DAY_HOURS: Final = 24
_HALF_HOUR_BEFORE: Final = 30  # `setengah 8` is half past seven
_CENTURY: Final = 100


def parse_date(text: str, today: date) -> date:
    """Return the day that is meant; two digits of a year are of the hundred years that end today.

    Raises:
        Malformed: `date_malformed` or `date_impossible`.
    """
    plain = " ".join(without_marks(text).casefold().split())
    if plain in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[plain])
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(plain) or _TOGETHER.fullmatch(plain):
        day, month, year = match.groups()
    else:
        raise Malformed("date_malformed")
    try:
        return date(_year(year, today), _month(month), int(day))
    except ValueError as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("date_impossible") from None


def parse_time(text: str) -> time:
    """Return the time of day that is meant.

    Raises:
        Malformed: `time_malformed` or `time_impossible`.
    """
    match = _TIME.fullmatch(" ".join(without_marks(text).casefold().split()))
    if match is None:
        raise Malformed("time_malformed")
    half, hour, minute, part = match[1], int(match[2]), int(match[3] or 0), match[4] or ""
    first, last = _AFTERNOON.get(part, (1, 0))
    if first <= hour <= last:
        hour += _NOON
    elif part in _NIGHT and hour == _NOON:
        hour = 0
    if half and not minute:
        hour, minute = (hour - 1) % _DAY_HOURS, _HALF_HOUR_BEFORE
    try:
        return time(hour, minute)
    except ValueError:
        raise Malformed("time_impossible") from None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    short = text[:3]
    if short in _MONTHS:
        return _MONTHS.index(short) + 1
    if short in _OTHER_MONTHS:
        return _OTHER_MONTHS[short]
    raise Malformed("date_malformed")


def _year(text: str, today: date) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004 - all four digits
        return year
    this = today.year % _CENTURY
    return today.year - this + year - (_CENTURY if year > this else 0)
