"""What was asked for one person: the latest requests of each service, and how many came in today. Pure.

One row per person, unique in the database: two who ask the same at once write the same row, so one of them comes second and knows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from services.intake.domain.requests import Request, RequestState


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests a day (WIB) one contact may file and may be filed for one person, what is a repeat, and how long a link holds."""

    contact_a_day: int
    person_a_day: int
    repeat_within: timedelta
    link_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many there were on a day; another day begins at none."""

    day: date = date.min
    count: int = 0

    def on(self, day: date) -> int:
        """Return how many there were on this day, as far as this tally knows."""
        return self.count if self.day == day else 0

    def plus_one(self, day: date) -> DayCount:
        """With one more."""
        return DayCount(day, self.on(day) + 1)


NONE_YET: Final = DayCount()


@dataclass(frozen=True, slots=True)
class Docket:
    """`key` stands for the person; `latest`: service -> ids of the requests that were filed last, one per product."""

    key: str
    tally: DayCount = NONE_YET
    latest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def docket_key(nik: str) -> str:
    """Return a hash: what a database says of its keys should name nobody."""
    return hashlib.sha256(f"docket:{nik}".encode()).hexdigest()


def counted(docket: Docket, day: date) -> Docket:
    """With one more request on this day."""
    return replace(docket, tally=docket.tally.plus_one(day))


def with_latest(docket: Docket, service: str, request_ids: Iterable[str]) -> Docket:
    """With these as the latest of the service."""
    return replace(docket, latest={**docket.latest, service: tuple(dict.fromkeys(request_ids))})


def repeated(former: Iterable[Request], at: datetime, within: timedelta) -> str | None:
    """Return the former request that ended less than `within` ago. One that was returned was given back to be asked again: no repeat."""
    ended = [each for each in former if not each.is_open and each.state is not RequestState.RETURNED]
    return next((each.request_id for each in ended if at - each.timeline[-1].at < within), None)
