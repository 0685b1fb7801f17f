"""Figures of the office for its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from services.verification.domain.overview import DayKept, Dues


class OverviewReader(Protocol):
    """Counts by indexes, outside any unit of work. `at`: now; `day_ends`: until when a promise is for today."""

    async def by_service(self, *, at: datetime, day_ends: datetime) -> Mapping[str, Dues]:
        """Return the open tasks of each service."""

    async def by_village(self, *, at: datetime, day_ends: datetime) -> Mapping[str, Dues]:
        """Return the open tasks of each village by its code; empty code: of none that is known."""

    async def by_age(self, *, at: datetime) -> Mapping[tuple[int, str], int]:
        """Return the open tasks by age (the place in `AGE_DAYS` of the first bound that is not reached) and stage."""

    async def kept_on(self, days: Sequence[date], *, at: datetime) -> tuple[DayKept, ...]:
        """Return what officers decided on each of these days of the office."""

    async def opened_since(self, moment: datetime) -> int:
        """Return how many tasks were opened from a moment on."""
