"""Rows that count, and the tables into which they are folded: one for a day or a month of a series. Pure (ADR 54).

A table has a row for each place (a code for each dimension of its series) in which something was counted. It holds columns of small
numbers: a year of an office is some hundred thousand rows, which are filtered and summed for a page in some ten milliseconds.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import compress
from typing import Final, TypeAlias

_BYTES: Final = "B"
_ROWS_OF_A_RUN: Final = 4  # from so many on it is cheaper to set a run of rows at once than to look at each row
SMALL: Final = 5
"""What is smaller is not told in public: three people of a hamlet are known to everybody there."""
MONTH: Final = 7
"""Characters of a date that name its month."""


class CountSeries(StrEnum):
    """What is counted by rows of its own and tables of its own."""

    FUNNEL = "funnel"
    FIGURES = "figures"
    STOPS = "stops"


DIMENSIONS: Final[Mapping[CountSeries, tuple[str, ...]]] = {
    CountSeries.FUNNEL: ("source", "service", "village", "sex", "age"),
    CountSeries.FIGURES: ("about", "hours", "promise"),
    CountSeries.STOPS: ("question", "service", "village"),
}
"""By what the rows of a series are looked at, in the order in which their places say it."""

Place: TypeAlias = tuple[str, ...]
"""A code for each dimension; "" where it is not known. Nothing of it leads to a person."""
PlaceCounts: TypeAlias = Mapping[tuple[str, Place], int]
"""How often each step was counted at each place."""
StepSums: TypeAlias = Mapping[str, Mapping[str, int]]
"""By step, how often it was counted for each code."""
Several: TypeAlias = frozenset[str]
"""Steps."""
ChosenRows: TypeAlias = Mapping[str, bytes]
"""By step, a 1 for each row that is chosen, else a 0."""
Wanted: TypeAlias = tuple[tuple[int, frozenset[str]], ...]
"""For some dimensions, each once, the codes of which one must be it."""


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
    """The rows of one step. `places`: for each dimension the number of its code in the table's names; `counts`: beside them.

    Rows lie in the order of their first dimension, so that those of a code are a run. Most count one: what is more is added apart.
    """

    places: tuple[array[int], ...]
    counts: array[int]
    _kept: dict[str, array[int]] = field(default_factory=dict, compare=False, repr=False)

    def chosen(self, accepted: Sequence[tuple[int, bytes]]) -> bytes:
        """Return a 1 for each row whose codes are accepted, else a 0. `accepted`: the same by dimension, for the number of each code."""
        size = len(self.counts)
        flags = int.from_bytes(b"\1" * size, "big")
        for place, accepts in accepted:
            flags &= int.from_bytes(self._accepted(place, accepts), "big")
        return flags.to_bytes(size, "big")

    def _accepted(self, place: int, accepts: bytes) -> bytes | bytearray:
        column = self.places[place]
        if column.typecode == _BYTES:
            return column.tobytes().translate(accepts.ljust(1 << 8, b"\0"))
        if place or len(column) < _ROWS_OF_A_RUN * len(accepts):
            return bytes(map(accepts.__getitem__, column))
        flags, begins = bytearray(len(column)), self._begins(len(accepts))
        for number in compress(range(len(accepts)), accepts):
            begin, end = begins[number], begins[number + 1]
            flags[begin:end] = b"\1" * (end - begin)
        return flags

    def _begins(self, size: int) -> array[int]:
        """Return where the run of each code of the first dimension begins, and where the last one ends."""
        if "begins" not in self._kept:
            self._kept["begins"] = array("I", (bisect_left(self.places[0], number) for number in range(size + 1)))
        return self._kept["begins"]

    @property
    def _several(self) -> array[int]:
        """The numbers of the rows that do not count one."""
        if "several" not in self._kept:
            self._kept["several"] = array("I", (row for row, count in enumerate(self.counts) if count != 1))
        return self._kept["several"]

    def sums(self, dimension: int | None, flags: bytes | None) -> Mapping[int, int]:
        """Return the sum for the number of each code of a dimension; of None that of all, under 0. `flags`: of rows; None: all of them."""
        if dimension is None:
            return {0: sum(self.counts if flags is None else compress(self.counts, flags))}
        column, counts = self.places[dimension], self.counts
        sums = Counter(column if flags is None else compress(column, flags))
        for row in self._several:
            if flags is None or flags[row]:
                sums[column[row]] += counts[row] - 1
        return sums


@dataclass(frozen=True, slots=True)
class CountTable:
    """The counts of a day or a month. `names`: for each dimension the codes that stand in it."""

    names: tuple[tuple[str, ...], ...]
    columns: Mapping[str, StepColumns]
    _kept: dict[int | None, StepSums] = field(default_factory=dict, compare=False, repr=False)
    _chosen: dict[tuple[Wanted, Several | None], ChosenRows] = field(default_factory=dict, compare=False, repr=False)

    def by(self, dimension: int | None, wanted: Wanted, steps: Several | None = None) -> StepSums:
        """Return the counts of each step by the codes of a dimension; of None all together, for "". `steps`: of these alone.

        What is asked of all rows is kept, and so are the rows that were chosen last: a page breaks down the same ones in several ways.
        """
        if wanted:
            return self._sums(dimension, self._choose(wanted, steps))
        if dimension not in self._kept:
            self._kept[dimension] = self._sums(dimension, dict.fromkeys(self.columns))
        return {step: counts for step, counts in self._kept[dimension].items() if steps is None or step in steps}

    def _sums(self, dimension: int | None, chosen: Mapping[str, bytes | None]) -> StepSums:
        names = ("",) if dimension is None else self.names[dimension]
        sums = ((step, self.columns[step].sums(dimension, flags)) for step, flags in chosen.items())
        return {step: {names[number]: count for number, count in found.items() if count} for step, found in sums}

    def _choose(self, wanted: Wanted, steps: Several | None) -> ChosenRows:
        chosen = self._chosen.get((wanted, steps))
        if chosen is None:
            accepted = [(place, bytes(name in codes for name in self.names[place])) for place, codes in wanted]
            asked = [step for step in self.columns if (steps is None or step in steps) and all(any(accepts) for _, accepts in accepted)]
            found = {step: self.columns[step].chosen(accepted) for step in asked}
            chosen = {step: flags for step, flags in found.items() if 1 in flags}
            self._chosen.clear()
            self._chosen[wanted, steps] = chosen
        return chosen

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
    return _BYTES if largest < 1 << 8 else "H" if largest < 1 << 16 else "I"


def _kind_of_counts(counts: Sequence[int]) -> str:
    """A correction takes away: then a count of one day may be less than none."""
    return "q" if min(counts) < 0 else kind_of(max(counts))
