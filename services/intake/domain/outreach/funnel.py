"""The funnel: seen, visited, chatted, began, submitted, finished, told on; each step of a person counted once. Pure (ADR 47).

What is counted is a row of its own (`CountedStep`), whose key says who did what; the same again is the same row. Rows are folded into
cells: counts by month and by day, for each way of looking at them (`View`). So a page reads some thousand cells, however many came.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from services.intake.domain.outreach.sources import NO_SOURCE, ArrivalKind
from shared.values import Nik


class FunnelStep(StrEnum):
    """What is counted, in the order of the way; the last ones stand beside it."""

    SEEN = "seen"
    """How often a piece was shown: typed in by hand, or from insights of an account."""
    VISITED = "visited"
    """Somebody opened the page of a source: once a day, for nobody knows who it is."""
    CHATTED = "chatted"
    BEGAN = "began"
    SUBMITTED = "submitted"
    FINISHED = "finished"
    TOLD = "told"
    """Somebody came by the link that those of this source pass on; counted for this source."""
    SERVED = "served"
    """A person, by NIK, whose request was finished; under the village where they live."""
    STOPPED = "stopped"
    """A draft ended without a request; each one counts, with the question that was open."""
    RETURNED = "returned"
    """A request came back to whoever filed it, to be mended."""
    LATE = "late"
    """A request came to its end after the time that was promised; it is counted as `FINISHED` too."""
    ENDED = "ended"
    """A chat began with the code of a source that is retired or over; it is counted as `CHATTED` too."""
    DAMAGED = "damaged"
    UNKNOWN = "unknown"


WAY: Final = (
    FunnelStep.SEEN,
    FunnelStep.VISITED,
    FunnelStep.CHATTED,
    FunnelStep.BEGAN,
    FunnelStep.SUBMITTED,
    FunnelStep.FINISHED,
    FunnelStep.TOLD,
)
ODD: Final[Mapping[ArrivalKind, FunnelStep]] = {
    ArrivalKind.ENDED: FunnelStep.ENDED,
    ArrivalKind.DAMAGED: FunnelStep.DAMAGED,
    ArrivalKind.UNKNOWN: FunnelStep.UNKNOWN,
}
AGE_BANDS: Final = ("0-4", "5-16", "17-24", "25-39", "40-59", "60+")
"""By what the office issues: KIA without and with a photo (Permendagri 2/2016 article 3), KTP-el from 17 (UU 24/2013 article 63)."""
_BEGINS: Final = (0, 5, 17, 25, 40, 60)
_MONTH: Final = 7  # characters of a date that name its month
SUMMARY: Final = "-"
"""Stands for a question where none was open any more: the summary waited to be confirmed."""
UNSAID: Final = ""
"""Stands for what is not known: a service, a village, a sex, an age."""
_MARK_BYTES: Final = 12  # of a hash: two of a year's hundred thousand persons share one once in 10^18


@dataclass(frozen=True, slots=True)
class WhoAndWhere:
    """By what a step is looked at, all of it codes: nothing leads to a person."""

    source: str = NO_SOURCE
    service: str = UNSAID
    village: str = UNSAID
    sex: str = UNSAID
    age: str = UNSAID
    question: str = UNSAID
    """Of `STOPPED`: the question that was open, `akta_lahir.kk_number`; `SUMMARY` in its place: all were answered."""


@dataclass(frozen=True, slots=True)
class CountedStep:
    """One step of one person, on the office's day. `key`: of the same person, step and source in a year it is the same.

    `count`: of `SEEN` many at once, or fewer than before where a number was corrected.
    """

    key: str
    step: FunnelStep
    day: date
    what: WhoAndWhere
    count: int = 1


def person_step(step: FunnelStep, mark: str, day: date, what: WhoAndWhere) -> CountedStep:
    """Return a step of a person, who counts once in a calendar year for each source and service.

    A person who was served counts once in a year, whatever it was and wherever it began.
    """
    about = (UNSAID, UNSAID) if step is FunnelStep.SERVED else (what.source, what.service)
    return CountedStep(".".join((str(day.year), step.value, mark, *about)), step, day, what)


def visit_step(mark: str, day: date, what: WhoAndWhere) -> CountedStep:
    """Return a visit to the page of a source: one of an unknown visitor a day."""
    return CountedStep(f"{day.isoformat()}.{FunnelStep.VISITED.value}.{mark}.{what.source}", FunnelStep.VISITED, day, what)


def stop_step(mark: str, day: date, what: WhoAndWhere) -> CountedStep:
    """Return that a draft ended without a request. `mark`: of the draft, for somebody may begin and stop more than once."""
    return CountedStep(".".join((str(day.year), FunnelStep.STOPPED.value, mark, what.service)), FunnelStep.STOPPED, day, what)


def mark_of(salt: bytes, who: str) -> str:
    """Return what stands for somebody in keys: it tells nobody who they are, and once the salt is gone it can't be made again."""
    return hashlib.blake2b(who.encode(), key=salt, digest_size=_MARK_BYTES).hexdigest()


def age_band(years: int) -> str:
    """Return the band of an age in whole years."""
    return AGE_BANDS[max(index for index, begins in enumerate(_BEGINS) if begins <= max(0, years))]


def sex_and_age(nik: str | None, on: date) -> tuple[str, str]:
    """Return sex and age band as a NIK says them; of two centuries the later one in which the person is born by then.

    Whoever is a hundred or older counts as a child: the number has two digits of the year.
    """
    if nik is None:
        return UNSAID, UNSAID
    number = Nik(nik)
    births = [born for century in (1900, 2000) if (born := _day(century + int(nik[10:12]), int(nik[8:10]), number.day_of_birth))]
    born = max((birth for birth in births if birth <= on), default=None)
    if born is None:
        return number.sex.value, UNSAID
    return number.sex.value, age_band(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None  # 29 February of 1900


class View(StrEnum):
    """The ways of looking at counts. Each is kept, so that none has to be counted when a page asks."""

    ALL = "all"
    """By service."""
    SOURCE = "source"
    SOURCE_SERVICE = "source_service"
    VILLAGE = "village"
    VILLAGE_SERVICE = "village_service"
    PERSON = "person"
    """By sex, age and service."""
    QUESTION = "question"
    """By question, village and service: of `STOPPED` alone."""


@dataclass(frozen=True, slots=True)
class CellKey:
    """One cell: a month (`2026-11`) or a day (`2026-11-29`) of one view."""

    view: View
    period: str
    what: WhoAndWhere


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """What a page asks of the cells: days from the first to the last, and what is left out.

    `service`, `sex`, `age`: None: any. `sources`, `villages`: codes of which one must be it; None: any. Sources, villages and persons are
    ways of looking that exclude each other: of two of them the first one counts.
    """

    first: date
    last: date
    sources: frozenset[str] | None = None
    villages: frozenset[str] | None = None
    sex: str | None = None
    age: str | None = None
    service: str | None = None

    @property
    def view(self) -> View:
        """The view whose cells answer it."""
        if self.sources is not None:
            return View.SOURCE if self.service is None else View.SOURCE_SERVICE
        if self.villages is not None:
            return View.VILLAGE if self.service is None else View.VILLAGE_SERVICE
        return View.ALL if self.sex is None and self.age is None else View.PERSON


class Facet(StrEnum):
    """By what a table is broken down, and the view that has it."""

    SOURCE = "source"
    SERVICE = "service"
    VILLAGE = "village"
    SEX = "sex"
    AGE = "age"
    QUESTION = "question"
    DAY = "day"
    MONTH = "month"
    """By whole months, and the days of those that are asked for in part."""


StepCounts: TypeAlias = Mapping[FunnelStep, int]

Cells: TypeAlias = Mapping[CellKey, StepCounts]


def cells_of(step: CountedStep) -> tuple[CellKey, ...]:
    """Return the cells that a step counts in."""
    what, day = step.what, step.day.isoformat()
    parts = {
        View.ALL: WhoAndWhere(service=what.service),
        View.SOURCE: WhoAndWhere(source=what.source),
        View.SOURCE_SERVICE: WhoAndWhere(source=what.source, service=what.service),
        View.VILLAGE: WhoAndWhere(village=what.village),
        View.VILLAGE_SERVICE: WhoAndWhere(village=what.village, service=what.service),
        View.PERSON: WhoAndWhere(service=what.service, sex=what.sex, age=what.age),
    }
    if step.step is FunnelStep.STOPPED:
        parts[View.QUESTION] = WhoAndWhere(service=what.service, village=what.village, question=what.question)
    return tuple(CellKey(view, period, part) for view, part in parts.items() for period in (day[:_MONTH], day))


def fold(steps: Iterable[CountedStep]) -> Cells:
    """Return what steps add to the cells."""
    found: dict[CellKey, Counter[FunnelStep]] = {}
    for step in steps:
        for cell in cells_of(step):
            found.setdefault(cell, Counter())[step.step] += step.count
    return found


def periods_of(first: date, last: date) -> tuple[str, ...]:
    """Return the months that lie whole between two days, and the days of the others: what is to be added up for all of them."""
    found: list[str] = []
    day = first
    while day <= last:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        if day.day == 1 and following - timedelta(days=1) <= last:
            found.append(day.isoformat()[:_MONTH])
            day = following
        else:
            found.append(day.isoformat())
            day += timedelta(days=1)
    return tuple(found)
