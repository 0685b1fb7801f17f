"""The office as it stands on its documents. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Officer:
    """The officer who signs. `nip` may be empty."""

    title: str
    name: str
    nip: str


@dataclass(frozen=True, slots=True)
class Pickup:
    """The place where cards are handed over."""

    place: str
    address: str
    hours: str


@dataclass(frozen=True, slots=True)
class Office:
    """The office as it stands on its documents."""

    government: str
    name: str
    city: str
    officer: Officer
    pickup: Pickup
