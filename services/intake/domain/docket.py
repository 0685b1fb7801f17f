"""The docket: the latest requests for one person by service, and how many came in today. Pure.

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
    """The limits of filing: requests a day (WIB) of one contact and for one person, when one repeats another, and a link's lifetime."""

    contact_a_day: int
    person_a_day: int
    repeat_within: timedelta
    link_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class DayCount:
    """A count of requests on one day; another day begins at 0."""

    day: date = date.min
    count: int = 0

    def on(self, day: date) -> int:
        """Return the count if it is of this day, else 0."""
        return self.count if self.day == day else 0

    def plus_one(self, day: date) -> DayCount:
        """Return the count of this day plus one."""
        return DayCount(day, self.on(day) + 1)


NONE_YET: Final = DayCount()


@dataclass(frozen=True, slots=True)
class Docket:
    """The docket of one person. `key` stands for the person; `latest`: service -> ids of its latest requests."""

    key: str
    tally: DayCount = NONE_YET
    latest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def docket_key(person_key: str) -> str:
    """Return a hash of what stands for a person: keys appear in database errors and logs, which must name nobody."""
    return hashlib.sha256(f"docket:{person_key}".encode()).hexdigest()


def counted(docket: Docket, day: date) -> Docket:
    """Return the docket with one more request on this day."""
    return replace(docket, tally=docket.tally.plus_one(day))


def with_latest(docket: Docket, service: str, request_ids: Iterable[str], repeats: str | None = None) -> Docket:
    """Return the docket with these as the service's latest requests, and the one that they repeat: another repeats it, too."""
    kept = (*request_ids, *((repeats,) if repeats else ()))
    return replace(docket, latest={**docket.latest, service: tuple(dict.fromkeys(kept))})


def repeated(former: Iterable[Request], at: datetime, within: timedelta) -> str | None:
    """Return the id of a former request that ended less than `within` ago.

    A returned or a void one doesn't count: it is to be filed again.
    """
    ended = [each for each in former if not each.is_open and each.state not in (RequestState.RETURNED, RequestState.VOID)]
    return next((each.request_id for each in ended if at - each.timeline[-1].at < within), None)
