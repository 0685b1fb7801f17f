"""The wait before a repeat."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.backoff import Backoff


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (9, 60.0), (10_000, 60.0)])
def test_it_doubles_up_to_the_longest(failures: int, seconds: float) -> None:
    assert Backoff(0.5, 60.0).seconds(failures) == seconds


def test_nothing_failed_yet_counts_as_the_first() -> None:
    assert Backoff(0.5, 60.0).seconds(0) == 0.5


@given(failures=st.integers(1, 1_000), jitter=st.floats(0, 1, exclude_max=True), factor=st.floats(1, 8), spread=st.floats(0, 1))
def test_jitter_shortens_by_its_share(failures: int, jitter: float, factor: float, spread: float) -> None:
    backoff = Backoff(0.1, 30.0, factor, spread)
    whole = backoff.seconds(failures)
    assert whole * (1 - spread) <= backoff.seconds(failures, jitter) <= whole
    assert math.isfinite(whole)
