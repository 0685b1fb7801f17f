"""Intervals of shares, against those that Newcombe published and one worked by hand."""

import pytest

from shared.intervals import newcombe, wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # By hand: (0.5 + 3.8415 / 20) / 1.38415 = 0.5; half: 1.95996 * sqrt(0.025 + 3.8415 / 400) / 1.38415 = 0.2634
        (5, 10, 0.2366, 0.7634),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_of_a_share(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    found = newcombe(wilson(*one), wilson(*other))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    turned = newcombe(wilson(*other), wilson(*one))
    assert (round(turned.low, 4), round(turned.high, 4)) == (-high, -low)
    assert found.is_apart is (low > 0 or high < 0)


@pytest.mark.parametrize(("count", "of"), [(3, 2), (-1, 2)])
def test_a_share_is_of_those_that_there_are(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="share"):
        wilson(count, of)
