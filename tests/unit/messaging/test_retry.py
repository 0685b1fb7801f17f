"""The retry policy: pure, so every promise about it is checked here."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import now
from shared.messaging.consumer import retry
from shared.messaging.consumer.retry import GiveUp, RetryPolicy, Wait, decide, still_waiting
from shared.messaging.layout import model as layout

AT = now()
POLICY = RetryPolicy()
FIVE, MINUTE, TEN = layout.LADDER
SECONDS = st.floats(min_value=0, max_value=1e6)


def test_the_ladder_is_climbed_rung_by_rung_to_its_end() -> None:
    steps = [decide(attempt, None, AT, RetryPolicy(tries=(2, 1, 2))) for attempt in range(6)]
    assert steps == [Wait(FIVE), Wait(FIVE), Wait(MINUTE), Wait(TEN), Wait(TEN), GiveUp(retry.EXHAUSTED)]


def test_a_dependency_that_is_down_for_seven_hours_is_waited_for() -> None:
    waits = [step for attempt in range(1000) if isinstance(step := decide(attempt, None, AT, POLICY), Wait)]
    assert sum(wait.step.seconds for wait in waits) > 7 * 3600


@pytest.mark.parametrize(("after_seconds", "step"), [(0, FIVE), (4, FIVE), (5, FIVE), (6, MINUTE), (60, MINUTE), (61, TEN), (600, TEN)])
def test_what_is_asked_for_is_rounded_up_to_a_rung(after_seconds: float, step: layout.RetryDelay) -> None:
    assert decide(0, after_seconds, AT, POLICY) == Wait(step)


def test_what_is_asked_for_never_shortens_the_ladder() -> None:
    assert decide(100, 1, AT, RetryPolicy(tries=(1, 1, 200))) == Wait(TEN)


def test_more_than_the_last_rung_has_a_moment() -> None:
    assert decide(0, 3600, AT, POLICY) == Wait(TEN, AT + timedelta(hours=1))


@given(attempt=st.integers(0, 10_000), after_seconds=st.none() | SECONDS)
def test_nothing_comes_back_before_it_was_asked_to(attempt: int, after_seconds: float | None) -> None:
    decision = decide(attempt, after_seconds, AT, POLICY)
    if isinstance(decision, Wait):
        until = decision.not_before or AT + timedelta(seconds=decision.step.seconds)
        assert until >= AT + timedelta(seconds=after_seconds or 0) - timedelta(microseconds=1)


@given(left=SECONDS)
def test_a_long_wait_ends_soon_after_its_moment(left: float) -> None:
    """Going round takes at most one shortest rung too long."""
    until, moment = AT + timedelta(seconds=left), AT
    for _ in range(5_000):
        step = still_waiting(until, moment, POLICY)
        if step is None:
            break
        moment += timedelta(seconds=step.seconds)
    assert until <= moment <= until + timedelta(seconds=FIVE.seconds) or moment == AT == until


@pytest.mark.parametrize(("ladder", "tries"), [((), ()), (layout.LADDER, (1, 1)), (layout.LADDER, (1, 0, 1)), ((TEN, FIVE), (1, 1))])
def test_a_policy_that_makes_no_sense_is_refused(ladder: tuple[layout.RetryDelay, ...], tries: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rung"):
        RetryPolicy(ladder, tries)
