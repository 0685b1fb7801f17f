"""How often somebody may try something out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StatusTries:
    """How often the state of a request may be asked for wrongly in one stretch of time: for one receipt, and from one address."""

    a_receipt: int
    an_address: int


class Tries(Protocol):
    """Tries within a stretch of time, by a key that names nobody."""

    async def take(self, key: str, most: int) -> datetime | None:
        """Take a try; return until when nobody may try under this key where all are taken, else None."""

    async def give_back(self, key: str) -> None:
        """Give one back that was right."""
