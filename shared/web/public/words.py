"""How numbers and times are written on public pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from shared.clock import WIB
from shared.reference.calendar import DAY_NAMES

MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)


def day(on: date) -> str:
    """Return `24 November 2026`."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def moment(at: datetime) -> str:
    """Return `Selasa, 24 November 2026 pukul 09.42`."""
    local = at.astimezone(WIB)
    return f"{DAY_NAMES[local.weekday()]}, {day(local.date())} pukul {local:%H.%M}"
