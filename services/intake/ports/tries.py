"""How often somebody may try something out."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Tries(Protocol):
    """Tries within a stretch of time, by a key that names nobody."""

    async def take(self, key: str, most: int) -> datetime | None:
        """Take a try; return until when nobody may try under this key where all are taken, else None."""

    async def give_back(self, key: str) -> None:
        """Give one back that was right."""
