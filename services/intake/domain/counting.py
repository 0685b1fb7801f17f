"""Rows that count, and the tables into which they are folded: one for a day or a month of a series. Pure (ADR 54).

A table has a row for each place (a code for each dimension of its series) in which something was counted. It holds columns of small
numbers: a year of an office is some hundred thousand rows, which are filtered and summed for a page in some ten milliseconds.
"""

from __future__ import annotations

import operator
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import compress
from typing import Final, TypeAlias

MONTH: Final = 7
"""Characters of a date that name its month."""


class CountSeries(StrEnum):
    """What is counted by rows of its own and tables of its own."""

    FUNNEL = "funnel"
    FIGURES = "figures"


DIMENSIONS: Final[Mapping[CountSeries, tuple[str, ...]]] = {
    CountSeries.FUNNEL: ("source", "service", "village", "sex", "age"),
    CountSeries.FIGURES: ("about", "hours", "promise"),
}
"""By what the rows of a series are looked at, in the order in which their places say it."""

Place: TypeAlias = tuple[str, ...]
"""A code for each dimension; "" where it is not known. Nothing of it leads to a person."""
PlaceCounts: TypeAlias = Mapping[tuple[str, Place], int]
"""How often each step was counted at each place."""


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One thing that counts, on the office's day. `key`: the same thing told again is the same row. `step`: what was counted."""

    key: str
    series: CountSeries
    step: str
    day: date
    place: Place
    count: int = 1


def fold(rows: Iterable[CountedRow]) -> Mapping[tuple[CountSeries, str], PlaceCounts]:
    """Return what rows add, by series and day (`2026-11-29`)."""
    found: dict[tuple[CountSeries, str], Counter[tuple[str, Place]]] = {}
    for row in rows:
        found.setdefault((row.series, row.day.isoformat()), Counter())[row.step, row.place] += row.count
    return found


def summed(several: Iterable[PlaceCounts]) -> PlaceCounts:
    """Return counts added up."""
    found: Counter[tuple[str, Place]] = Counter()
    for counts in several:
        found.update(counts)
    return found


def periods_of(first: date, last: date, months: Iterable[str]) -> tuple[str, ...]:
    """Return the tables that make up the days from the first to the last: of these months those that lie whole in them, else days."""
    known, found, day = frozenset(months), list[str](), first
    while day <= last:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        month = day.isoformat()[:MONTH]
        if day.day == 1 and following - timedelta(days=1) <= last and month in known:
            found.append(month)
            day = following
        else:
            found.append(day.isoformat())
            day += timedelta(days=1)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class StepColumns:
    """The rows of one step. `places`: for each dimension the number of its code in the table's names; `counts`: beside them."""

    places: tuple[array[int], ...]
    counts: array[int]


@dataclass(frozen=True, slots=True)
class CountTable:
    """The counts of a day or a month. `names`: for each dimension the codes that stand in it."""

    names: tuple[tuple[str, ...], ...]
    columns: Mapping[str, StepColumns]
    _kept: dict[int | None, Mapping[str, Mapping[str, int]]] = field(default_factory=dict, compare=False, repr=False)

    def by(self, dimension: int | None, wanted: Mapping[int, frozenset[str]]) -> Mapping[str, Mapping[str, int]]:
        """Return the counts of each step by the codes of a dimension; of None all together, under "".

        `wanted`: by dimension, codes of which one must be it.
        """
        if wanted:
            return self._by(dimension, wanted)
        if dimension not in self._kept:
            self._kept[dimension] = self._by(dimension, wanted)
        return self._kept[dimension]

    def _by(self, dimension: int | None, wanted: Mapping[int, frozenset[str]]) -> Mapping[str, Mapping[str, int]]:
        accepted = {place: [name in codes for name in self.names[place]] for place, codes in wanted.items()}
        if not all(map(any, accepted.values())):
            return {}
        found: dict[str, dict[str, int]] = {}
        names = ("",) if dimension is None else self.names[dimension]
        for step, columns in self.columns.items():
            sums = _sums(columns, dimension, len(names), accepted)
            for name, count in zip(names, sums, strict=True):
                if count:
                    found.setdefault(name, {})[step] = count
        return found

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(len(columns.counts) for columns in self.columns.values())

    @property
    def counts(self) -> PlaceCounts:
        """Its rows as counts by step and place."""
        return {
            (step, place): count
            for step, columns in self.columns.items()
            for place, count in zip(self._places(columns), columns.counts, strict=True)
        }

    def _places(self, columns: StepColumns) -> Iterator[Place]:
        named = [map(names.__getitem__, column) for names, column in zip(self.names, columns.places, strict=True)]
        return zip(*named, strict=True)


def _sums(columns: StepColumns, dimension: int | None, size: int, accepted: Mapping[int, Sequence[bool]]) -> Sequence[int]:
    chosen: Iterable[bool] | None = None
    for place, accepts in accepted.items():
        flags = map(accepts.__getitem__, columns.places[place])
        chosen = flags if chosen is None else map(operator.and_, chosen, flags)
    if dimension is None:
        return [sum(columns.counts if chosen is None else compress(columns.counts, chosen))]
    rows: Iterable[tuple[int, int]] = zip(columns.places[dimension], columns.counts, strict=True)
    sums = [0] * size
    for group, count in rows if chosen is None else compress(rows, chosen):
        sums[group] += count
    return sums


def table_of(series: CountSeries, counts: PlaceCounts) -> CountTable:
    """Return the table of counts: the same for the same counts, in whichever order they came. What adds up to 0 has no row."""
    rows = sorted((step, place, count) for (step, place), count in counts.items() if count)
    names = tuple(tuple(sorted({place[number] for _, place, _ in rows})) for number in range(len(DIMENSIONS[series])))
    numbers = [{name: number for number, name in enumerate(each)} for each in names]
    kinds = [kind_of(len(each) - 1) for each in names]
    by_step: dict[str, list[tuple[Place, int]]] = {}
    for step, place, count in rows:
        by_step.setdefault(step, []).append((place, count))
    columns = {}
    for step, held in by_step.items():
        places = tuple(
            array(kind, [known[place[number]] for place, _ in held])
            for number, (kind, known) in enumerate(zip(kinds, numbers, strict=True))
        )
        columns[step] = StepColumns(places, array(_kind_of_counts([count for _, count in held]), [count for _, count in held]))
    return CountTable(names, columns)


def kind_of(largest: int) -> str:
    """Return the type of an array that holds numbers from 0 up to this one."""
    return "B" if largest < 1 << 8 else "H" if largest < 1 << 16 else "I"


def _kind_of_counts(counts: Sequence[int]) -> str:
    """A correction takes away: then a count of one day may be less than none."""
    return "q" if min(counts) < 0 else kind_of(max(counts))
