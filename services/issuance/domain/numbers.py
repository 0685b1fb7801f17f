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

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shared.errors import DomainError
from shared.values import HOME_REGENCY

LEAST_DIGITS: Final = 4  # of a serial, as the office prints it
LAST_SERIAL: Final = 999_999  # six digits, the most that `shared.contracts.parts.DocumentNumber` takes: the whole regency in a day


@dataclass(frozen=True, slots=True)
class NumberSequence:
    """The last serial given under one key."""

    key: str
    last: int = 0


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
    """Return the number as printed, such as `3519-KK-24112026-0001`."""
    return f"{HOME_REGENCY}-{kind}-{day:%d%m%Y}-{serial:0{LEAST_DIGITS}d}"
