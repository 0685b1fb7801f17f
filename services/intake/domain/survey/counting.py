"""What is kept of answers: how many gave which value, by month and service, and never a sheet of one person. Pure.

Who answered is counted apart: sex and age band in rows of their own, so that no answer stands beside either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.intake.domain.survey.questions import ELEMENTS, VALUES
from shared.values import Malformed, Nik, Sex

UNKNOWN: Final = "unknown"
AGES: Final = (("under_17", 17), ("17_25", 26), ("26_35", 36), ("36_45", 46), ("46_55", 56))
"""Age bands as the office counts people, each with the age that is beyond it."""
OLDEST: Final = "over_55"
_YOUNGEST_APPLICANT: Final = 10  # years; the century is not in a NIK, and nobody younger asks
_CENTURY: Final = 100


@dataclass(frozen=True, slots=True)
class SurveyTally:
    """The counts of one month and service. `values`: of each element how often 1, 2, 3 and 4 was given; `asked` in that month.

    Answers count in the month of the question, so that the share of those who answered is of the same people.
    """

    month: str
    service: str
    asked: int = 0
    answered: int = 0
    declined: int = 0
    values: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sexes: Mapping[str, int] = field(default_factory=dict)
    ages: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)
    remarks: int = 0

    @property
    def key(self) -> str:
        """What it lies under."""
        return f"{self.month}.{self.service}"


@dataclass(frozen=True, slots=True)
class VillageTally:
    """The answers of those who live in a village, in a year: beside no service, month, sex or age, so that no cross of them is a person."""

    year: str
    village: str
    answered: int = 0
    values: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What it lies under."""
        return f"{self.year}.{self.village}"

    def with_sheet(self, sheet: Mapping[str, int]) -> VillageTally:
        """Count a whole sheet."""
        return replace(self, answered=self.answered + 1, values=_with_values(self.values, sheet))


@dataclass(frozen=True, slots=True)
class SurveyRespondent:
    """What is counted of who answered."""

    sex: str = UNKNOWN
    age: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class SurveyRemark:
    """Free words without numbers and names, under an id that says nothing, not even when."""

    remark_id: str
    month: str
    service: str
    text: str
    topics: tuple[str, ...]


def respondent(nik: str | None, on: date) -> SurveyRespondent:
    """Return what the number of a person tells of them: sex and age band, not where they live (`Nik.region`)."""
    if nik is None:
        return SurveyRespondent()
    try:
        known = Nik.parse(nik)
    except Malformed:
        return SurveyRespondent()
    return SurveyRespondent("female" if known.sex is Sex.FEMALE else "male", _age_band(known, on))


def _age_band(nik: Nik, on: date) -> str:
    month, year = int(nik.text[8:10]), int(nik.text[10:12])
    born = on.year - on.year % _CENTURY + year
    if born > on.year - _YOUNGEST_APPLICANT:
        born -= _CENTURY
    age = on.year - born - ((on.month, on.day) < (month, nik.day_of_birth))
    return next((band for band, beyond in AGES if age < beyond), OLDEST)


def with_question(tally: SurveyTally) -> SurveyTally:
    """Count somebody who was asked."""
    return replace(tally, asked=tally.asked + 1)


def with_refusal(tally: SurveyTally) -> SurveyTally:
    """Count somebody who does not want to answer."""
    return replace(tally, declined=tally.declined + 1)


def with_sheet(tally: SurveyTally, sheet: Mapping[str, int], who: SurveyRespondent) -> SurveyTally:
    """Count a whole sheet, and apart from it who gave one."""
    return replace(
        tally,
        answered=tally.answered + 1,
        values=_with_values(tally.values, sheet),
        sexes=_one_more(tally.sexes, [who.sex]),
        ages=_one_more(tally.ages, [who.age]),
    )


def with_remark(tally: SurveyTally, topics: Iterable[str]) -> SurveyTally:
    """Count free words."""
    return replace(tally, remarks=tally.remarks + 1, topics=_one_more(tally.topics, topics))


def together(tallies: Iterable[SurveyTally]) -> SurveyTally:
    """Return several tallies as one, of no month and no service."""
    total = SurveyTally("", "")
    for tally in tallies:
        total = replace(
            total,
            asked=total.asked + tally.asked,
            answered=total.answered + tally.answered,
            declined=total.declined + tally.declined,
            values={each: _added(total.values.get(each, _NONE), tally.values.get(each, _NONE)) for each in ELEMENTS},
            sexes=dict(Counter(total.sexes) + Counter(tally.sexes)),
            ages=dict(Counter(total.ages) + Counter(tally.ages)),
            topics=dict(Counter(total.topics) + Counter(tally.topics)),
            remarks=total.remarks + tally.remarks,
        )
    return total


_NONE: Final = (0,) * len(VALUES)


def _with_values(values: Mapping[str, tuple[int, ...]], sheet: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    return {
        element: tuple(count + (sheet[element] == value) for value, count in zip(VALUES, values.get(element, _NONE), strict=True))
        for element in ELEMENTS
    }


def _added(one: Iterable[int], other: Iterable[int]) -> tuple[int, ...]:
    return tuple(mine + theirs for mine, theirs in zip(one, other, strict=True))


def _one_more(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(counts) + Counter(names))
