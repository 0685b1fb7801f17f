"""The office's figures: each thing counts once, times are counted on the office's clock, and no count tells who it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.counting import SMALL, fold, summed
from services.intake.domain.deliveries import delivered, issue
from services.intake.domain.documents import IssuedDocument, IssuedState
from services.intake.domain.figures import Figure, FigureCell, FigureRow, cells_of, hidden, hours_within, months_back, rows_of
from services.intake.domain.requests import Request, RequestState, Step, approve, progress, resubmit, returned
from services.intake.public.villages import shown as shown_villages
from shared.clock import WIB
from shared.reference.regions import villages
from shared.reference.working_hours import WorkingHours
from tests.unit.intake.test_request_states import CITIZENS, DOCUMENT, FORM, SLIP

OFFICE = WorkingHours()
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 in Madiun
REQUEST = replace(CITIZENS, submitted_at=MONDAY, promised_at=MONDAY + timedelta(days=1), timeline=(Step(RequestState.SUBMITTED, MONDAY),))


def life(at: timedelta, *documents: IssuedDocument, begun: Request = REQUEST) -> list[Request]:
    """A request from its filing to the last of its documents, in every state that is stored."""
    states = [begun, approve(begun, len(documents), MONDAY)]
    for document in documents:
        states.append(issue(states[-1], document, len(documents), MONDAY + at))
    for document in documents:
        states.append(delivered(states[-1], document.document_id, IssuedState.DELIVERED, MONDAY + at * 2))
    return states


def counted(states: list[Request]) -> list[FigureRow]:
    return [
        row for before, after in zip([None, *states], states, strict=False) for row in rows_of(before, after, after.timeline[-1].at, OFFICE)
    ]


def test_a_request_its_documents_and_its_end_count_once_each() -> None:
    rows = counted(life(timedelta(hours=2), DOCUMENT, SLIP))
    assert [(row.figure, row.about) for row in rows] == [
        (Figure.FILED, "kk_hilang"),
        (Figure.ISSUED, "kk"),
        (Figure.ISSUED, "ktp"),
        (Figure.FINISHED, "kk_hilang"),
    ]
    assert len({row.key for row in rows}) == 4


@pytest.mark.parametrize(
    ("took", "hours", "on_time"),
    [(timedelta(minutes=1), 1, True), (timedelta(hours=5), 4, True), (timedelta(days=1), 7, True), (timedelta(days=2), 14, False)],
)
def test_time_is_counted_on_the_offices_clock(took: timedelta, hours: int, *, on_time: bool) -> None:
    """From 8.00: a break of an hour at noon, seven hours a day."""
    (finished,) = [row for row in counted(life(took, DOCUMENT)) if row.figure is Figure.FINISHED]
    assert (finished.hours, finished.is_on_time) == (hours, on_time)


def test_time_begins_when_everything_was_there() -> None:
    back = returned(REQUEST, 1, MONDAY + timedelta(hours=1), ("attachment_unreadable",))
    again, _ = resubmit(back, FORM, MONDAY + timedelta(days=3), MONDAY + timedelta(days=2))
    rows = counted(life(timedelta(days=2, hours=1), DOCUMENT, begun=again))
    assert [row.hours for row in rows if row.figure is Figure.FINISHED] == [1]


def test_what_ends_with_an_answer_is_finished_and_what_is_refused_is_not() -> None:
    for state, count in ((RequestState.ANSWERED, 1), (RequestState.REJECTED, 0), (RequestState.RETURNED, 0)):
        ended = progress(REQUEST, Step(state, MONDAY + timedelta(hours=1)))
        assert len(rows_of(REQUEST, ended, MONDAY, OFFICE)) == count


def test_a_month_is_that_of_madiun() -> None:
    late = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)  # 1 December, 1.00
    assert rows_of(None, REQUEST, late, OFFICE)[0].day == date(2026, 12, 1)
    assert months_back(late, 3, WIB) == ("2026-10", "2026-11", "2026-12")
    assert months_back(datetime(2027, 1, 1, tzinfo=UTC), 2, WIB) == ("2026-12", "2027-01")


def test_cells_are_read_out_of_the_tables_of_a_month_and_the_days_beside_it() -> None:
    took = [FigureRow(str(number), Figure.FINISHED, MONDAY.date(), "kk", hours, hours < 8) for number, hours in enumerate((2, 2, 9))]
    told = [("2026-11", summed(fold(row.row for row in rows).values())) for rows in (took[:1], took[1:])]
    assert cells_of(told) == (FigureCell(Figure.FINISHED, "2026-11", "kk", 3, 2, {2: 2, 9: 1}),)
    filed = FigureRow("a", Figure.FILED, MONDAY.date(), "kk")
    assert cells_of([("2026-11", summed(fold([filed.row]).values()))]) == (FigureCell(Figure.FILED, "2026-11", "kk", 1),)


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 30), min_size=1), st.sampled_from([0.5, 0.9]))
def test_a_share_is_within_hours_that_so_many_took_at_most(hours: dict[int, int], share: float) -> None:
    found, whole = hours_within(hours, share), sum(hours.values())
    assert sum(count for each, count in hours.items() if each <= found) >= share * whole
    assert sum(count for each, count in hours.items() if each < found) < share * whole


def test_of_nothing_there_is_no_share() -> None:
    with pytest.raises(ValueError, match="nothing"):
        hours_within({}, 0.9)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([0, 5, 12], [0, 5, 12]),
        ([4, 5, 12], [None, None, 12]),
        ([1, 4, 12], [None, None, 12]),
        ([1, 1, 7, 12], [None, None, None, 12]),
        ([1, 1, 1, 1, 1, 9, 12], [None, None, None, None, None, None, 12]),
        ([1, 1, 1, 1, 1, 0], [None] * 6),
        ([3], [None]),
        ([3, 0, 0], [None, 0, 0]),
        ([], []),
    ],
)
def test_small_counts_are_hidden_and_another_where_the_rest_would_tell_them(counts: list[int], shown: list[int | None]) -> None:
    assert list(hidden(counts)) == shown


def test_small_rates_stand_on_the_map_in_tenths_and_large_ones_whole() -> None:
    one, *_, other = villages()
    people = dict.fromkeys(villages(), 1000)
    small = shown_villages(2026, {one: 60, other: 20}, people)
    assert {tile.said for tile in small.tiles if tile.served} == {"4,3", "2,0"}
    assert small.keys[0].text == "0,0 sampai 0,7"
    large = shown_villages(2026, {one: 6000, other: 20}, people)
    assert {tile.said for tile in large.tiles if tile.served} == {"429", "2"}
    assert large.keys[-1].text == "342 atau lebih"
    assert {tile.said for tile in shown_villages(2026, {one: 1600, other: 3}).tiles} == {"\u2013", "0"}


@given(st.lists(st.integers(0, 20), max_size=12))
def test_no_small_count_is_told_by_what_is_left(counts: list[int]) -> None:
    shown = hidden(counts)
    low = [count for count, seen in zip(counts, shown, strict=True) if seen is None]
    assert all(seen is None for count, seen in zip(counts, shown, strict=True) if 0 < count < SMALL)
    if low and any(count >= SMALL for count in counts):
        assert len(low) > 1
        assert sum(low) >= SMALL
    if sum(low) >= SMALL and (0 in low or any(count >= SMALL for count in low)):
        assert sum(low) > len(low), "all of them would be 1 each"
