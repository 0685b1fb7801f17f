"""Days and times of day as people write them: `12-3-1985`, `12 Maret 85`, `wingi`, `14.30`, `jam 7 malam`, `setengah telu sore`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.reference.calendar import DAY_NAMES
from shared.typed import without_marks
from shared.values import Malformed

_MONTHS: Final = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_OTHER_MONTHS: Final = {"peb": 2, "nop": 11, "may": 5, "aug": 8, "agt": 8, "ags": 8, "oct": 10, "dec": 12}
WEEKDAYS: Final = tuple(name.casefold() for name in DAY_NAMES)
_WEEKDAY: Final = rf"(?:{'|'.join(WEEKDAYS)}|jum'at|ahad)"
_BEFORE: Final = "hari|pada|tgl|tanggal|lahir|lahire|meninggal|seda|dek|kala|waktu|kira[ -]?kira|sekitar"
_AROUND: Final = re.compile(rf"(?:(?:{_BEFORE}|{_WEEKDAY})[\s.,:]+)+")
"""What stands before a day or a time and does not change it."""
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[\s./-]+([a-z]+|\d{1,2})[\s./-]+(\d{4}|\d{2})")
_NO_YEAR: Final = re.compile(r"(\d{1,2})[\s./-]+([a-z]{3,}|\d{1,2})")
_YEAR_FIRST: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TOGETHER: Final = re.compile(r"(\d{2})(\d{2})(\d{4})")
_AGO_IN_WORDS: Final = {
    -2: "lusa, besok lusa, suk emben",
    -1: "besok, besok pagi, sesuk, sesok, mbenjing, mbenjang",
    0: "hari ini, ini, dina iki, tadi, tadi pagi, tadi siang, tadi sore, mau esuk, mau isuk, wau enjing",
    1: "kemarin, kemaren, kmrn, wingi, kemarin pagi, kemarin siang, kemarin sore, kemarin malam, wingi sore",
    2: "kemarin lusa, kemarin dulu, wingenane",
    7: "seminggu lalu, seminggu yang lalu",
}
"""Without `tadi malam` and `minggu lalu`: which day that was nobody can tell."""
_DAYS_AGO: Final = {words: days for days, line in _AGO_IN_WORDS.items() for words in line.split(", ")}
_AGO: Final = re.compile(r"(\d{1,2}) (hari|dina|minggu)(?: (?:yang|sing))? (?:lalu|kepungkur)")
_LAST: Final = re.compile(rf"(?:hari )?({'|'.join(WEEKDAYS)})(?: yang)? (?:kemarin|lalu|wingi)")
_LAST_WEEK: Final = "minggu lalu"  # also `Sunday last`: with `hari` before it
_WEEK: Final = 7
_NUMBERS_IN_WORDS: Final = {
    "1": "satu, siji", "2": "dua, loro", "3": "tiga, telu", "4": "empat, papat", "5": "lima, limo", "6": "enam, enem", "7": "tujuh, pitu",
    "8": "delapan, wolu", "9": "sembilan, sanga, songo", "10": "sepuluh", "11": "sebelas, sewelas", "12": "dua belas, rolas",
    "jam 0": "tengah malam",
}  # fmt: skip
_NUMBERS: Final = {word: number for number, line in _NUMBERS_IN_WORDS.items() for word in line.split(", ")}
_NUMBER_WORD: Final = re.compile(rf"\b(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b")
_TIME: Final = re.compile(
    r"(?:jam|pukul|pkl)?[\s.]*(?:(setengah|separo)\s+)?(\d{1,2})(?:[.:](\d{2}))?(?:\s+(lebih|kurang)\s+(\d{1,2})(?:\s*menit)?)?"
    r"\s*(dini hari|subuh|pagi|isuk|esuk|siang|awan|sore|malam|bengi)?\s*(?:wib)?"
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
        Malformed: `date_malformed`, `date_without_year` or `date_impossible`.
    """
    said = _plain(text)
    plain = _AROUND.sub("", f"{said} ", count=1).strip() if _AROUND.match(said) else said
    days = _days_ago(said, today)
    if days is not None or (days := _days_ago(plain, today)) is not None:
        return today - timedelta(days=days)
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(plain) or _TOGETHER.fullmatch(plain):
        day, month, year = match.groups()
    else:
        raise Malformed("date_without_year" if _is_without_year(plain) else "date_malformed")
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
    match = _TIME.fullmatch(_AROUND.sub("", _NUMBER_WORD.sub(lambda word: _NUMBERS[word[0]], _plain(text)), count=1))
    if match is None:
        raise Malformed("time_malformed")
    half, hour, minute, part = match[1], int(match[2]), int(match[3] or 0), match[6] or ""
    first, last = _AFTERNOON.get(part, (1, 0))
    if first <= hour <= last:
        hour += _NOON
    elif part in _NIGHT and hour == _NOON:
        hour = 0
    if half and not minute:
        hour, minute = (hour - 1) % _DAY_HOURS, _HALF_HOUR_BEFORE
    try:
        return _moved(time(hour, minute), match[4], int(match[5] or 0))
    except ValueError:
        raise Malformed("time_impossible") from None


def _moved(at: time, way: str | None, minutes: int) -> time:
    """Return a time so many minutes later or, with `kurang`, earlier."""
    if not way:
        return at
    moved = datetime.combine(date.min + timedelta(days=1), at) + timedelta(minutes=-minutes if way == "kurang" else minutes)
    return moved.time()


def _plain(text: str) -> str:
    return " ".join(without_marks(text).casefold().split()).strip(" .,!")


def _days_ago(plain: str, today: date) -> int | None:
    """Return how many days ago that was, for a day that is named by its distance; else None."""
    if plain in _DAYS_AGO:
        return _DAYS_AGO[plain]
    if ago := _AGO.fullmatch(_NUMBER_WORD.sub(lambda word: _NUMBERS[word[0]], plain)):
        return int(ago[1]) * (_WEEK if ago[2] == "minggu" else 1)
    if plain != _LAST_WEEK and (last := _LAST.fullmatch(plain.replace("jum'at", "jumat").replace("ahad", "minggu"))):
        return (today.weekday() - WEEKDAYS.index(last[1]) - 1) % _WEEK + 1
    return None


def _is_without_year(plain: str) -> bool:
    found = _NO_YEAR.fullmatch(plain)
    if found is None:
        return False
    try:
        return 0 < _month(found[2]) <= len(_MONTHS)
    except Malformed:
        return False


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
