"""Rows become tables: whatever order they come in, whatever is asked of them, the sums are those of the rows."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.counting import CountedRow, CountSeries, CountTable, fold, periods_of, summed, table_of

DAY = date(2026, 11, 29)
ROWS = st.lists(
    st.builds(
        CountedRow,
        key=st.uuids().map(str),
        series=st.just(CountSeries.FUNNEL),
        step=st.sampled_from(["seen", "chatted", "submitted"]),
        day=st.dates(DAY, DAY + timedelta(days=2)),
        place=st.tuples(*(st.sampled_from(["", "a", "b"]) for _ in range(5))),
        count=st.sampled_from([1, 1, 2, 300, 70_000, -1]),
    ),
    max_size=40,
)


def table(rows: list[CountedRow]) -> CountTable:
    return table_of(CountSeries.FUNNEL, summed(fold(rows).values()))


@given(ROWS, st.integers(0, 40))
def test_folding_in_parts_and_in_any_order_comes_to_the_same_table(rows: list[CountedRow], cut: int) -> None:
    parts = [table(list(reversed(rows[cut:]))).counts, table(rows[:cut]).counts]
    assert table_of(CountSeries.FUNNEL, summed(parts)) == table(rows)


@given(ROWS, st.sampled_from([None, 0, 1, 4]), st.dictionaries(st.integers(0, 4), st.frozensets(st.sampled_from(["", "a", "b", "c"]))))
def test_whatever_is_asked_the_sums_are_those_of_the_rows(
    rows: list[CountedRow], dimension: int | None, wanted: dict[int, frozenset[str]]
) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if all(row.place[number] in codes for number, codes in wanted.items()):
            expected["" if dimension is None else row.place[dimension], row.step] += row.count
    made, question = table(rows), tuple(wanted.items())
    for asked in (None, dimension, dimension):  # what was asked before changes nothing
        made.by(asked, ())
        found = {(name, step): count for step, counts in made.by(dimension, question).items() for name, count in counts.items()}
        assert found == {place: count for place, count in expected.items() if count}


def test_more_codes_than_a_byte_has_numbers_are_told_apart_in_every_dimension() -> None:
    places = [(f"s{number % 700}", "a", f"v{number % 300}", "", "") for number in range(4200)]
    many = [CountedRow(f"{number}", CountSeries.FUNNEL, "seen", DAY, place, 1 + number % 3) for number, place in enumerate(places)]
    made = table(many)
    sources, villages = frozenset({"s0", "s299", "s699"}), frozenset({"v0", "v99"})
    for wanted in (((0, sources),), ((2, villages),), ((0, sources), (2, villages), (1, frozenset({"a"})))):
        chosen = [row for row in many if all(row.place[number] in codes for number, codes in wanted)]
        assert made.by(None, wanted) == {"seen": {"": sum(row.count for row in chosen)}}
        assert made.by(0, wanted)["seen"].keys() == {row.place[0] for row in chosen}


@pytest.mark.parametrize(
    ("first", "last", "periods"),
    [
        (date(2026, 11, 29), date(2026, 11, 29), ("2026-11-29",)),
        (date(2026, 1, 1), date(2026, 3, 31), ("2026-01", "2026-02", *(f"2026-03-{day:02}" for day in range(1, 32)))),
        (date(2026, 1, 31), date(2026, 3, 2), ("2026-01-31", "2026-02", "2026-03-01", "2026-03-02")),
        (date(2026, 2, 1), date(2026, 2, 27), tuple(f"2026-02-{day:02}" for day in range(1, 28))),
        (date(2025, 12, 31), date(2026, 1, 1), ("2025-12-31", "2026-01-01")),
        (date(2026, 2, 2), date(2026, 2, 1), ()),
    ],
)
def test_a_time_is_the_months_that_were_added_up_and_the_days_beside_them(first: date, last: date, periods: tuple[str, ...]) -> None:
    assert periods_of(first, last, ["2026-01", "2026-02"]) == periods
