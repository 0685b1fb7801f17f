"""The one clock. Everything that needs the time gets a `Clock`, so that tests can set it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from shared import faults

Clock: TypeAlias = Callable[[], datetime]
"""Returns the present moment, timezone-aware, in UTC."""

WIB = ZoneInfo("Asia/Jakarta")
"""Western Indonesian Time: what citizens, officers and documents of Kabupaten Madiun mean by a date."""


def now() -> datetime:
    """Return the present moment in UTC, cut to milliseconds, which is what MongoDB keeps."""
    moment = datetime.now(UTC)  # noqa: TID251 - the one place
    if faults.ARMED:
        moment += timedelta(seconds=faults.skew_seconds())
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now_ns() -> int:
    """Return the present moment in nanoseconds since 1970, for what is measured and not kept."""
    return time.time_ns() + (int(faults.skew_seconds() * 1_000_000_000) if faults.ARMED else 0)


def midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """Return when a day begins here, or the one so many days later; None for none, and for one beyond the calendar's ends."""
    try:
        return (datetime(day.year, day.month, day.day, tzinfo=WIB) + timedelta(days=days)).astimezone(UTC) if day else None
    except OverflowError:
        return None


def in_utc(at: datetime) -> datetime:
    """Return a moment with a zone in UTC, as the database holds it.

    Raises:
        ValueError: it lies beyond the calendar's ends.
    """
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar's ends") from None


def monotonic_seconds() -> float:
    """Return the seconds of a clock that never goes back; only differences mean something."""
    return time.monotonic()
