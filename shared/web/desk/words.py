"""How numbers, moments and persons are written on the pages of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.clock import WIB
from shared.reference.calendar import DAY_NAMES

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
NOTHING: Final = "\u2013"
_NEAR_DAYS: Final = {-1: "kemarin", 0: "hari ini", 1: "besok"}
_MASK: Final = "•••••"
"""Of one length: it tells nothing of what it hides."""
_HOUR, _DAY = 60, 24 * 60  # minutes
_SHOWN_OF_A_PHONE: Final = 3  # last digits: enough to tell two people of one case apart
_LONG_NUMBER: Final = 16  # digits of a NIK and of the number of a family card


class Tone(StrEnum):
    """The only meanings that a colour may carry."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"
    INFO = "info"
    COURT = "court"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class State:
    """A state as people see it: word, colour and picture, never one of them alone."""

    word: str
    tone: Tone
    icon: str


def count(number: int) -> str:
    """Return 1.284."""
    return f"{number:,}".replace(",", ".")


def decimal(number: float, digits: int = 1) -> str:
    """Return 0,8; of less than nothing by less than is shown 0,0."""
    return f"{number:z,.{digits}f}".translate(str.maketrans(",.", ".,"))


def difference(number: float, digits: int = 2) -> str:
    """Return +0,80 or -0,80; 0,00 where there is none that is shown."""
    said = decimal(number, digits)
    return f"+{said}" if number > 0 and said != decimal(0, digits) else said


def moment(at: datetime) -> str:
    """Return `Selasa, 24 Nov 2026 09.42 WIB`."""
    local = at.astimezone(WIB)
    return f"{DAY_NAMES[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year} {local:%H.%M} WIB"


def day_short(on: date) -> str:
    """Return `24 Nov`."""
    return f"{on.day} {_MONTHS[on.month - 1]}"


def weekday(on: date) -> str:
    """Return `Selasa`."""
    return DAY_NAMES[on.weekday()]


def file_day(at: datetime) -> str:
    """Return `2026-11-24`, for names of files."""
    return at.astimezone(WIB).date().isoformat()


def short_moment(at: datetime, now: datetime) -> str:
    """Return `24 Nov 09.38`, for tables; with the year where it is another one."""
    local = at.astimezone(WIB)
    year = "" if local.year == now.astimezone(WIB).year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{year} {local:%H.%M}"


def time_left(until: datetime, now: datetime) -> str:
    """Return `2 jam 5 mnt lagi` or `lewat 40 mnt`."""
    return f"{span(until - now)} lagi" if until >= now else f"lewat {span(now - until)}"


def day_words(at: datetime, now: datetime) -> str:
    """Return `hari ini 15.00`, `besok 09.24`, `kemarin 09.24`, or the short moment of another day."""
    local = at.astimezone(WIB)
    word = _NEAR_DAYS.get((local.date() - now.astimezone(WIB).date()).days)
    return f"{word} {local:%H.%M}" if word else short_moment(at, now)


def span(length: timedelta) -> str:
    """Return `2 jam 5 mnt`, or whole days."""
    minutes = int(length.total_seconds() // 60)
    if minutes >= _DAY:
        return f"{minutes // _DAY} hari"
    hours, rest = divmod(minutes, _HOUR)
    return " ".join(part for part in (f"{hours} jam" if hours else "", f"{rest} mnt" if rest or not hours else "") if part)


def masked_name(name: str) -> str:
    """Return the first letter and a mask."""
    return f"{name.strip()[:1]}{_MASK}" if name.strip() else NOTHING


def masked_number(number: str) -> str:
    """Return a NIK or the number of a family card with its region and its end, `3519•••••0004`."""
    return f"{number[:4]}{_MASK}{number[-4:]}" if len(number) == _LONG_NUMBER else _MASK


def masked_phone(number: str) -> str:
    """Return a mask and the last digits."""
    return f"{_MASK}{number[-_SHOWN_OF_A_PHONE:]}" if len(number) > 2 * _SHOWN_OF_A_PHONE else _MASK


def proper(name: str) -> str:
    """Return a name of the register, which is in capitals, as people write it."""
    return " ".join(word.capitalize() if word.isupper() else word for word in name.split())
