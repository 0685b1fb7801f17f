"""Numbers of documents. Pure.

A counter belongs to one kind and one day of Western Indonesian Time; it is raised in the same unit of work that claims the documents, so
that every number given is held by a document.

Decision: a day is not limited to 9,999 numbers. The serial is written with at least four digits and grows to five and six where a day
needs them: `…-9999` is followed by `…-10000`. Numbers given so far keep their form, no number is ever read as another (the serial is the
last part, and never starts with a zero beyond four digits), and a number of any length finds its document by equality. Whoever sorts
numbers must sort by the serial as a number; nothing of ours sorts them. Considered and left: six digits for all, which changes the printed
form that the office knows, and a second counter per district, which would give one number two meanings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from shared.errors import DomainError
from shared.values import HOME_REGENCY

LEAST_DIGITS: Final = 4  # of a serial, as the office prints it
LAST_SERIAL: Final = 999_999  # six digits, the most that `shared.contracts.parts.DocumentNumber` takes: the whole regency in a day

_NAMES: Final[Mapping[str, str]] = MappingProxyType({"SP": "SKPWNI", "SL": "SKPLN", "SD": "SKDLN"})
"""Kinds of letters that other offices take, which all number them in one way: `SKPWNI/3519/24112026/0001`. Of those for another country
we know no number: they are set alike.
"""


@dataclass(frozen=True, slots=True)
class NumberSequence:
    """The last serial given under one key. `skipped`: how many up to it were left out by a restore, given before it or never."""

    key: str
    last: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class NumberFloor:
    """What a restore leaves behind: counters of days up to `until` that it did not bring back begin after `last` (ADR 57)."""

    key: str
    last: int
    until: date


FLOOR: Final = "floor"
"""The key of the one `NumberFloor`, beside the counters."""


def begin(key: str, floor: NumberFloor | None) -> NumberSequence:
    """Return the counter of a key that has none: at zero, but where a restore may have lost one."""
    day = _day_of(key)
    if floor is None or day is None or day > floor.until:
        return NumberSequence(key)
    return NumberSequence(key, floor.last, skipped=floor.last)


def advance(counter: NumberSequence) -> NumberSequence:
    """Take the next serial.

    Raises:
        DomainError: `numbers_exhausted`: the day has no serial left.
    """
    if counter.last >= LAST_SERIAL:
        raise DomainError("numbers_exhausted")
    return replace(counter, last=counter.last + 1)


def document_counter(kind: str, day: date) -> str:
    """Return the key of the counter for document numbers, such as `KK-24112026`."""
    return f"{kind}-{day:%d%m%Y}"


def extract_counter(number: str) -> str:
    """Return the key of the counter of the extracts of an akta beyond the first one."""
    return f"extracts-{number}"


def document_number(kind: str, day: date, serial: int) -> str:
    """Return the number as printed, such as `3519-KK-24112026-0001`, or `SKPWNI/3519/24112026/0001`."""
    day_and_serial = (f"{day:%d%m%Y}", f"{serial:0{LEAST_DIGITS}d}")
    if kind in _NAMES:
        return "/".join((_NAMES[kind], HOME_REGENCY, *day_and_serial))
    return "-".join((HOME_REGENCY, kind, *day_and_serial))


def _day_of(key: str) -> date | None:
    """Return the day of a counter of documents; None of one of extracts."""
    _, _, day = key.rpartition("-")
    if key.startswith("extracts-"):
        return None
    return datetime.strptime(day, "%d%m%Y").date()  # noqa: DTZ007 - a day of Western Indonesian Time, as it was written


def parts_of(number: str) -> tuple[str, str, int]:
    """Return the kind, the day as `DDMMYYYY` and the serial of a number that `document_number` gave."""
    if "/" not in number:
        _, kind, day, serial = number.split("-")
        return kind, day, int(serial)
    name, _, day, serial = number.split("/")
    return next(kind for kind, each in _NAMES.items() if each == name), day, int(serial)
