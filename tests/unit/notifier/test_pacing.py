"""Token buckets and pauses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain import pacing
from services.notifier.domain.pacing import Bucket, Rate, SenderState
from tests.unit.notifier.samples import AT, after

PAIR = Rate(1 / 6, 45)


def test_the_burst_then_one_in_six_seconds() -> None:
    bucket: Bucket | None = None
    for _ in range(45):
        bucket, drawn, wait = PAIR.take(bucket, AT)
        assert (drawn, wait) == (1, 0.0)
    bucket, drawn, wait = PAIR.take(bucket, AT)
    assert (drawn, round(wait, 6)) == (0, 6.0)
    assert PAIR.take(bucket, after(seconds=5.9))[1] == 0
    assert PAIR.take(bucket, after(seconds=6))[1] == 1


def test_no_more_than_the_burst_is_saved_up() -> None:
    bucket, _, _ = PAIR.take(None, AT)
    assert PAIR.take(bucket, after(days=3), wanted=100)[1] == 45


def test_a_clock_that_is_behind_gives_nothing_away() -> None:
    empty = Bucket(0.0, after(seconds=60))
    bucket, drawn, _ = PAIR.take(empty, AT)
    assert (drawn, bucket.at) == (0, after(seconds=60))


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 10)), max_size=60), st.floats(0.1, 100), st.integers(1, 60))
def test_never_more_than_burst_plus_rate(draws: list[tuple[float, int]], per_second: float, burst: int) -> None:
    rate, bucket, elapsed, total = Rate(per_second, burst), None, 0.0, 0
    for pause, wanted in draws:
        elapsed += pause
        bucket, drawn, wait = rate.take(bucket, after(seconds=elapsed), wanted)
        assert 0 <= drawn <= wanted
        assert (wait > 0) == (drawn == 0)
        total += drawn
    assert total <= burst + elapsed * per_second + 1e-3


def test_slowing_down_doubles_and_answers_in_flight_count_once() -> None:
    state = pacing.slow_down(SenderState(), at=AT, jitter=0.5)
    assert state.slow_seconds(AT) == 1.125
    assert pacing.slow_down(state, at=AT, jitter=0.5) is state
    again = pacing.slow_down(state, at=after(seconds=2), jitter=0.5)
    assert again.slow_seconds(after(seconds=2)) == 2.25


def test_the_slow_down_is_capped_and_heeds_retry_after() -> None:
    state = SenderState(slow_level=12)
    assert pacing.slow_down(state, at=AT, jitter=0.5).slow_seconds(AT) == 300.0
    assert pacing.slow_down(SenderState(), at=AT, jitter=0.5, after_seconds=30).slow_seconds(AT) == 30.0


def test_calm_takes_one_step_back_after_the_wait() -> None:
    state = pacing.slow_down(SenderState(slow_level=2), at=AT, jitter=0.5)
    assert pacing.calm(state, at=AT) is state
    assert pacing.calm(state, at=after(minutes=10)).slow_level == 2


def test_the_first_reason_of_a_pause_stands_until_it_is_resumed() -> None:
    state = pacing.pause(pacing.pause(SenderState(), "meta_190", at=AT), "meta_10", at=after(seconds=1))
    assert (state.paused_reason, state.paused_at) == ("meta_190", AT)
    assert not pacing.resume(state).is_paused


def test_maintenance_is_minutes() -> None:
    assert 120 < pacing.maintenance(SenderState(), at=AT, jitter=0.5).slow_seconds(AT) < 300
