"""The clock of a task: working time from the complete request to its promise, stopped while the citizen is asked. Immutable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol


class OfficeHours(Protocol):
    """The office's clock, as `shared.reference.working_hours` has it."""

    def promise(self, start: datetime, working_time: timedelta) -> datetime:
        """Return when that much working time will have passed."""

    def promise_days(self, start: datetime, days: int) -> datetime:
        """Return when the office closes on the last of so many working days after that day."""

    def end_of(self, day: date) -> datetime:
        """Return when the office closes on a day on which it works."""

    def is_working_day(self, day: date) -> bool:
        """Return whether the office works on that day."""

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments; zero where the end is not later."""


class Lateness(StrEnum):
    """How late a task is: amber, its promise is near; red, the promise is broken, and the head of the section is told."""

    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class AlarmTimes:
    """The working time before the promise at which a task turns amber, and after it at which it turns red."""

    amber_before: timedelta
    red_after: timedelta


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """The moments of one task. `runs_since`: when it started, or went on, last. `stopped_at`: since when it stands.

    `told`: the lateness that was announced last.
    """

    runs_since: datetime
    due_at: datetime
    amber_at: datetime
    red_at: datetime
    stopped_at: datetime | None = None
    told: Lateness | None = None

    def lateness(self, at: datetime) -> Lateness | None:
        """Return how late it is at that moment; of a clock that stands, when it was stopped."""
        moment = at if self.stopped_at is None else min(at, self.stopped_at)
        if moment >= self.red_at:
            return Lateness.RED
        return Lateness.AMBER if moment >= self.amber_at else None

    def is_overdue(self, at: datetime) -> bool:
        """Return whether the promise is broken."""
        return self.due_at < (at if self.stopped_at is None else min(at, self.stopped_at))

    @property
    def alarm_at(self) -> datetime | None:
        """When the next lateness is to be announced; None where the clock stands or all was told."""
        if self.stopped_at is not None or self.told is Lateness.RED:
            return None
        return self.red_at if self.told is Lateness.AMBER else self.amber_at


def started(hours: OfficeHours, times: AlarmTimes, *, at: datetime, due_at: datetime) -> ServiceClock:
    """Return the clock of a task that is opened at `at` and promised for `due_at`."""
    lead = max(hours.elapsed(at, due_at) - times.amber_before, timedelta())
    amber_at = hours.promise(at, lead) if lead else at
    red_at = hours.promise(due_at, times.red_after) if times.red_after else due_at
    return ServiceClock(at, due_at, min(amber_at, due_at), max(red_at, due_at))


def stopped(clock: ServiceClock, *, at: datetime) -> ServiceClock:
    """Stop the clock; one that stands stays as it is, and none stands since before it went on last (in a pause that began earlier)."""
    return clock if clock.stopped_at is not None else replace(clock, stopped_at=max(at, clock.runs_since))


def resumed(clock: ServiceClock, hours: OfficeHours, times: AlarmTimes, *, at: datetime) -> ServiceClock:
    """Let the clock go on: the working time that was left when it stopped is left now. A broken promise stays broken, when it was."""
    if clock.stopped_at is None:
        return clock
    if clock.stopped_at >= clock.due_at:
        return replace(clock, stopped_at=None, runs_since=at)
    due_at = hours.promise(at, hours.elapsed(clock.stopped_at, clock.due_at))
    return replace(started(hours, times, at=at, due_at=due_at), told=clock.told)


def without_pause(clock: ServiceClock, hours: OfficeHours, times: AlarmTimes, *, since: datetime, until: datetime) -> ServiceClock:
    """Return the clock as if it had stood during a pause of the office; once: a clock that went on after it, or stands, stays as it is."""
    if clock.stopped_at is not None or clock.runs_since >= until:
        return clock
    return resumed(stopped(clock, at=max(since, clock.runs_since)), hours, times, at=until)


def told(clock: ServiceClock, lateness: Lateness) -> ServiceClock:
    """Record that a lateness was announced."""
    return replace(clock, told=lateness)
