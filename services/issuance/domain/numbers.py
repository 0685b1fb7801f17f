"""Numbers of documents and family cards. Pure.

A counter belongs to one kind and one day of Western Indonesian Time; it is raised in the same unit of work that claims the document, so
that every number given is held by a document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shared.errors import DomainError
from shared.values import HOME_REGENCY

LAST_SERIAL: Final = 9999  # four digits in both formats


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


def document_number(kind: str, day: date, serial: int) -> str:
    """Return the number as printed, such as `3519-KK-24112026-0001`."""
    return f"{HOME_REGENCY}-{kind}-{day:%d%m%Y}-{serial:04d}"


def card_counter(district_code: str, day: date) -> str:
    """Return the key of the counter for new family card numbers, such as `NKK-351908-241126`."""
    return f"NKK-{district_code}-{day:%d%m%y}"


def card_number(district_code: str, day: date, serial: int) -> str:
    """Return a new No. KK: six digits of the kecamatan, DDMMYY of recording (no offset for women), four of serial."""
    return f"{district_code}{day:%d%m%y}{serial:04d}"
