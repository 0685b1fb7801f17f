"""The clock of the simulated year: all processes read one file that says how far they are ahead (`shared.faults`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from shared import faults
from shared.clock import WIB, now

FILE: Final = "FAULT_FILE"
TICKS: Final = (3, 10, 17, 24)
"""Days of each month on which something happens; in between nothing does."""
_HOUR: Final = 9  # the office is open


@dataclass(frozen=True)
class YearClock:
    """Moves the clock of every process that was started with its file."""

    file: Path

    def move_to(self, at: datetime) -> None:
        """Let it be that moment now, everywhere; time goes on from there."""
        real = now() - timedelta(seconds=faults.skew_seconds())
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"skew {(at - real).total_seconds():.3f}\n")
        draft.replace(self.file)


def clock_of(environment: Mapping[str, str]) -> YearClock:
    """Return the clock that this process and its children go by."""
    return YearClock(Path(environment[FILE]))


def start_again_with_a_clock(module: str, words: Sequence[str]) -> None:
    """Start this program anew with a clock that can be moved: a process decides once whether it has one."""
    file = Path(mkdtemp(prefix="campaign-")) / "clock"
    os.execve(sys.executable, [sys.executable, "-m", module, *words], {**os.environ, FILE: str(file)})  # noqa: S606 - ourselves


def moment(year: int, tick: int) -> datetime:
    """Return when a tick of a year is."""
    month, place = divmod(tick, len(TICKS))
    return datetime(year, month + 1, TICKS[place], _HOUR, tzinfo=WIB)


def simulated_year(today: date) -> int:
    """Return the year that is played: the next one, in which nothing has happened yet and every certificate is valid."""
    return today.year + 1
