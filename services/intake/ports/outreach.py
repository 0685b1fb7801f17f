"""Sources and the funnel, outside any unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.intake.domain.outreach.funnel import CountedStep, Facet, FunnelQuestion, QuestionStep, StepCounts
from services.intake.domain.outreach.source_trials import SourceTrial
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.domain.outreach.trips import Trip


@dataclass(frozen=True, slots=True)
class SourceSearch:
    """The filters of the list of sources. `text`: a code, or words of the name, campaign or account. `after`: cursor."""

    text: str = ""
    channel: str = ""
    place: str = ""
    campaign: str = ""
    village: str = ""
    service: str = ""
    only_running: bool = False
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page of sources, the newest first; how many there are in all, and the cursor of the next page where there is one."""

    sources: tuple[OutreachSource, ...]
    count: int
    next: str | None = None


class SourceReader(Protocol):
    """Plain reads of sources."""

    async def find(self, code: str) -> OutreachSource | None:
        """Return the source of a code, in capitals; None where there is none. Retired ones are found too."""

    async def search(self, search: SourceSearch) -> SourcePage:
        """Return one page of sources."""

    async def all(self) -> Sequence[OutreachSource]:
        """Return every source: their codes are never given again, and their names stand beside counts."""

    async def codes(self) -> Collection[str]:
        """Return every code that was ever given out."""

    async def is_measured(self, code: str) -> bool:
        """Return whether a platform tells how often a source is seen, so that nobody types it."""

    async def campaigns(self) -> Sequence[str]:
        """Return the names of the campaigns, by the alphabet."""


@dataclass(frozen=True, slots=True)
class TripSearch:
    """The filters of the list of trips. `since`: the first day; `after`: cursor."""

    village: str = ""
    since: date | None = None
    after: str | None = None
    limit: int = 30


@dataclass(frozen=True, slots=True)
class TripPage:
    """A page of trips, the latest day first, and the cursor of the next page where there is one."""

    trips: tuple[Trip, ...]
    next: str | None = None


class TripReader(Protocol):
    """Plain reads of trips to the villages."""

    async def find(self, trip_id: str) -> Trip | None:
        """Return a trip; None where there is none."""

    async def search(self, search: TripSearch) -> TripPage:
        """Return one page of trips."""


class SourceTrialReader(Protocol):
    """Plain reads of comparisons of two sources."""

    async def find(self, trial_id: str) -> SourceTrial | None:
        """Return a comparison; None where there is none."""

    async def latest(self, limit: int) -> Sequence[SourceTrial]:
        """Return the latest ones first."""


class Funnel(Protocol):
    """The tables that rows are folded into, and counts of the funnel out of them: what was counted up to some seconds ago."""

    async def fold(self, most: int) -> int:
        """Add new rows to the tables, `most` at a time; return how many they were. Safe to be killed, and in several processes."""

    async def roll(self) -> None:
        """Add up the months that are over, once each, so that a long time is read out of few tables."""

    async def rebuild(self) -> int:
        """Count everything anew out of the rows that are in the tables, the public figures too; return how many rows these are."""

    async def counts(self, question: FunnelQuestion, facet: Facet) -> Mapping[str, StepCounts]:
        """Return the counts by a facet, each row by its code; of days and months by their dates: `2026-11-29`, `2026-11`.

        By months those that are over have one row, and of the others each day has its own.
        """


class StepLog(Protocol):
    """The rows of the funnel, and their salts."""

    async def note(self, steps: Collection[CountedStep | QuestionStep]) -> int:
        """Store steps that no unit of work is about, once each; return how many were new."""

    async def seen(self, code: str, day: date | None = None) -> int:
        """Return how often somebody typed that a piece was seen on a day; None: on any."""

    async def salt(self, period: str) -> bytes:
        """Return the salt of a year (`2026`) or a day (`2026-11-29`): made at the first use, gone some time after."""
