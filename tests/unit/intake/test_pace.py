"""Flood: told once, then nothing until it is calmer."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.pace import SAME_ANSWER_AGAIN, SenderPace, is_said_again, moved_on, one_more, said
from tests.unit.intake.talks import AT


def after(pace: SenderPace, gaps: list[float], a_minute: int) -> list[SenderPace]:
    """The pace after each of several messages, with the seconds before each."""
    at, found = pace.at or AT, [pace]
    for gap in gaps:
        at += timedelta(seconds=gap)
        found.append(one_more(found[-1], at, a_minute))
    return found[1:]


def test_a_person_who_writes_is_never_too_fast() -> None:
    assert not any(pace.is_muted for pace in after(SenderPace(), [3.0] * 500, 30))


def test_a_burst_is_muted_at_the_limit_and_heard_again_when_half_of_it_is_free() -> None:
    burst = after(SenderPace(), [0.1] * 40, 20)
    assert [pace.is_muted for pace in burst].index(True) == 20
    assert burst[-1].is_muted
    assert one_more(burst[-1], AT + timedelta(seconds=10), 20).is_muted, "too soon"
    assert not one_more(burst[-1], AT + timedelta(seconds=60), 20).is_muted


def test_whoever_goes_on_at_that_rate_stays_muted() -> None:
    assert all(pace.is_muted for pace in after(SenderPace(), [0.5] * 600, 60)[200:])


@given(st.lists(st.floats(-100, 1000), max_size=60), st.integers(2, 60))
def test_whatever_the_times_nobody_is_muted_for_ever(gaps: list[float], a_minute: int) -> None:
    pace = [SenderPace(), *after(SenderPace(), gaps, a_minute)][-1]
    later: datetime = max(pace.at or AT, AT) + timedelta(minutes=1)
    assert not one_more(pace, later, a_minute).is_muted


def test_the_same_answer_is_given_once_a_minute() -> None:
    pace = said(SenderPace(), "kirim fotonya", AT)
    assert is_said_again(pace, "kirim fotonya", AT + timedelta(seconds=59))
    assert not is_said_again(pace, "kirim KTP", AT)
    assert not is_said_again(pace, "kirim fotonya", AT + SAME_ANSWER_AGAIN)
    assert not is_said_again(moved_on(pace), "kirim fotonya", AT)  # somebody wrote in between: a photo that is changed is answered
