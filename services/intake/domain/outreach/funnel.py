"""The funnel: seen, visited, chatted, began, submitted, finished, told on; each step of a person counted once. Pure (ADR 47).

What is counted is a row of its own (`CountedStep`), whose key says who did what; the same again is the same row. Rows are folded into
tables of a day and a month (`domain/counting.py`), which a page narrows down by any of what a step is looked at by, and by all at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

from services.intake.domain.counting import CountedRow, CountSeries
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
    MET = "met"
    """A need of `participation.Need` that was met: each request of its service that was finished, under the village where they live."""
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

    @property
    def row(self) -> CountedRow:
        """The row that is stored."""
        what = self.what
        place = (what.source, what.service, what.village, what.sex, what.age)
        return CountedRow(self.key, CountSeries.FUNNEL, self.step.value, self.day, place, self.count)


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


@dataclass(frozen=True, slots=True)
class QuestionStep:
    """That a draft ended at a question: `akta_lahir.kk_number`, with `SUMMARY` for the name where all were answered."""

    key: str
    day: date
    question: str
    service: str
    village: str

    @property
    def row(self) -> CountedRow:
        """The row that is stored, in a series of its own: no other step has a question."""
        place = (self.question, self.service, self.village)
        return CountedRow(self.key, CountSeries.STOPS, FunnelStep.STOPPED.value, self.day, place)


def question_step(step: CountedStep, question: str) -> QuestionStep:
    """Return at which question the draft of a `STOPPED` step ended."""
    return QuestionStep(f"{step.key}.question", step.day, question, step.what.service, step.what.village)


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


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """What a page asks of the counts: days from the first to the last, and what is left out.

    `service`, `sex`, `age`: None: any. `sources`, `villages`: codes of which one must be it; None: any. All of them hold at once.
    `steps`: of these alone, where a page needs few; None: of all.
    """

    first: date
    last: date
    sources: frozenset[str] | None = None
    villages: frozenset[str] | None = None
    sex: str | None = None
    age: str | None = None
    service: str | None = None
    steps: frozenset[FunnelStep] | None = None


class Facet(StrEnum):
    """By what a table is broken down."""

    SOURCE = "source"
    SERVICE = "service"
    VILLAGE = "village"
    SEX = "sex"
    AGE = "age"
    QUESTION = "question"
    DAY = "day"
    MONTH = "month"
    """By whole months, and the days of those that are not over, or are asked for in part."""


StepCounts: TypeAlias = Mapping[FunnelStep, int]
