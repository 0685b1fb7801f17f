"""The index of public satisfaction (IKM) by PermenPANRB 14/2017: exact fractions, rounded once at the end. Pure.

Of each element the mean of its values; each weighs one ninth; their sum times 25 is the index, from 25 to 100. The grade is that of the
rounded number, as its intervals are written with two decimals: what is read and its grade never differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from services.intake.domain.survey.counting import SurveyTally, VillageTally
from services.intake.domain.survey.questions import ELEMENTS, VALUES

WEIGHT: Final = Fraction(1, len(ELEMENTS))
FACTOR: Final = 25
GRADES: Final = ((Decimal("88.31"), "A"), (Decimal("76.61"), "B"), (Decimal("65.00"), "C"), (Decimal("25.00"), "D"))
"""From which index on a grade is given (attachment, table of mutu pelayanan)."""
_PLACES: Final = 100  # two decimals


@dataclass(frozen=True, slots=True)
class ElementIndex:
    """One element: the mean of its values, exact, and rounded as an index of its own."""

    code: str
    mean: Fraction

    @property
    def index(self) -> Decimal:
        """The mean times 25."""
        return rounded(self.mean * FACTOR)

    @property
    def grade(self) -> str:
        """The grade of this element alone."""
        return grade_of(self.index)


@dataclass(frozen=True, slots=True)
class SatisfactionIndex:
    """The index of some answers. `exact`: before it is rounded."""

    answers: int
    elements: tuple[ElementIndex, ...]
    exact: Fraction

    @property
    def value(self) -> Decimal:
        """The index with two decimals."""
        return rounded(self.exact)

    @property
    def grade(self) -> str:
        """A (sangat baik), B (baik), C (kurang baik) or D (tidak baik)."""
        return grade_of(self.value)

    def weakest(self, number: int) -> tuple[ElementIndex, ...]:
        """Return the elements with the lowest means, the lowest first."""
        return tuple(sorted(self.elements, key=lambda each: each.mean)[:number])


def index_of(tally: SurveyTally | VillageTally) -> SatisfactionIndex | None:
    """Return the index of what was counted; None where nobody answered."""
    if not tally.answered:
        return None
    elements = tuple(ElementIndex(code, _mean(tally.values, code)) for code in ELEMENTS)
    return SatisfactionIndex(tally.answered, elements, sum((each.mean * WEIGHT for each in elements), Fraction(0)) * FACTOR)


def response_rate(tally: SurveyTally) -> Decimal | None:
    """Return how many of a hundred who were asked answered, with one decimal; None where nobody was asked."""
    if not tally.asked:
        return None
    return (Decimal(1000 * tally.answered) / tally.asked).quantize(Decimal(1), ROUND_HALF_UP) / 10


def rounded(value: Fraction) -> Decimal:
    """Return a fraction with two decimals, a half upwards: by whole numbers, so that nothing is rounded before."""
    return Decimal((2 * value.numerator * _PLACES + value.denominator) // (2 * value.denominator)) / _PLACES


def grade_of(index: Decimal) -> str:
    """Return the grade of a rounded index."""
    return next((grade for least, grade in GRADES if index >= least), GRADES[-1][1])


def _mean(values: Mapping[str, tuple[int, ...]], code: str) -> Fraction:
    counts = values[code]
    return Fraction(sum(value * count for value, count in zip(VALUES, counts, strict=True)), sum(counts))
