"""A clock that jumps is not believed until it is back, or has gone on for a while."""

from datetime import timedelta

import pytest

from shared.clock import now
from shared.retention.clock import ClockMark, judged

AT, DAY, JUMP = now(), timedelta(days=1), timedelta(days=14)


def after(*days: float) -> list[bool]:
    """Whether the clock is believed at each of these looks."""
    mark: ClockMark | None = ClockMark(AT)
    said = []
    for each in days:
        mark = judged(mark, AT + each * DAY, JUMP)
        said.append(mark.is_believed)
    return said


def test_the_first_look_has_nothing_to_compare_with() -> None:
    assert judged(None, AT, JUMP) == ClockMark(AT)


@pytest.mark.parametrize("days", [0, 0.04, 1, 14, -1])
def test_a_clock_that_goes_on_or_is_set_right_by_a_little_is_believed(days: float) -> None:
    assert after(days) == [True]


@pytest.mark.parametrize("days", [15, 400, -3, -9000])
def test_a_clock_that_jumps_is_not(days: float) -> None:
    assert after(days, days + 1) == [False, False]


def test_once_it_is_back_it_is_believed_at_once() -> None:
    assert after(400, 401, 0.5, 1) == [False, False, True, True]


def test_one_that_goes_on_for_as_long_as_a_jump_is_is_believed_again() -> None:
    assert after(30, 37, 43.9, 44, 45) == [False, False, False, True, True], "the office was shut"


def test_one_that_jumps_again_meanwhile_begins_anew() -> None:
    assert after(30, 40, 400, 408, 414) == [False, False, False, False, True]


def test_what_is_believed_is_the_last_look() -> None:
    assert judged(judged(ClockMark(AT), AT + 10 * DAY, JUMP), AT + 20 * DAY, JUMP) == ClockMark(AT + 20 * DAY)
