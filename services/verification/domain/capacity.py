"""How much the office gets done, and when the queue will be worked off. Measured, never assumed: without decisions there is no forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.verification.domain.service_clock import OfficeHours


@dataclass(frozen=True, slots=True)
class Pace:
    """Decisions of the last days, and the officer-hours in which they were made: hours of one officer with at least one decision."""

    decisions: int = 0
    officer_hours: int = 0

    @property
    def per_officer_hour(self) -> float | None:
        """Decisions of one officer in an hour of work; None: nothing was decided."""
        return self.decisions / self.officer_hours if self.officer_hours else None


@dataclass(frozen=True, slots=True)
class OfficerLoad:
    """What one officer holds, and decided today."""

    held: int = 0
    decided_today: int = 0


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The queue at a moment. `by_due`: open tasks whose clock runs, by when they are promised: overdue, today, later."""

    at: datetime
    by_stage: Mapping[str, int]
    by_priority: Mapping[str, int]
    by_service: Mapping[str, int]
    by_due: Mapping[str, int]
    opened_today: int
    closed_today: Mapping[str, int]
    officers: Mapping[str, OfficerLoad]
    pace: Pace = field(default_factory=Pace)

    @property
    def workable(self) -> int:
        """Tasks that wait for a person of the office."""
        return self.by_stage.get("first", 0) + self.by_stage.get("second", 0)

    @property
    def present(self) -> int:
        """Officers who hold or decided something today."""
        return len(self.officers)


def finishing_time(hours: OfficeHours, figures: QueueFigures, tasks: int) -> datetime | None:
    """Return when that many tasks will be decided by the officers of today at the pace of the last days; None: nothing to go by.

    Capped where it is further away than the office's calendar reaches.
    """
    rate = figures.pace.per_officer_hour
    if rate is None or not figures.present:
        return None
    try:
        return hours.promise(figures.at, timedelta(hours=tasks / (rate * figures.present))) if tasks else figures.at
    except ValueError:  # more than a year away: as good as never
        return None


def room_until(hours: OfficeHours, figures: QueueFigures, closing: datetime) -> int | None:
    """Return how many tasks can still be decided until a moment; None: nothing to go by."""
    rate = figures.pace.per_officer_hour
    if rate is None:
        return None
    return int(hours.elapsed(figures.at, closing) / timedelta(hours=1) * rate * figures.present)
