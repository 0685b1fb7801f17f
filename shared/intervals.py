"""Intervals of shares that counts can bear: Wilson's for one, Newcombe's for the difference of two. Pure.

Wilson (1927), without correction for continuity; Newcombe (1998), method 10, which is made of two of Wilson's. Both stay within what a
share can be, and hold for small counts and shares near 0 and 1, where the usual one with a normal distribution does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True, slots=True)
class Interval:
    """What a share, or a difference of shares, lies within in 95 of 100 cases, and what was counted."""

    low: float
    at: float
    high: float

    @property
    def is_apart(self) -> bool:
        """Whether a difference of nothing lies outside."""
        return self.low > 0 or self.high < 0


def wilson(count: int, of: int) -> Interval:
    """Return the interval of a share; of nobody it is all that there is.

    Raises:
        ValueError: more than there are, or less than none.
    """
    if not 0 <= count <= of:
        raise ValueError("a share of more than all, or less than none")
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    share, square = count / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return Interval(max(0.0, middle - half), share, min(1.0, middle + half))


def newcombe(one: Interval, other: Interval) -> Interval:
    """Return the interval of the difference of two shares, the first less the second, from `wilson` of each."""
    difference = one.at - other.at
    below = math.hypot(one.at - one.low, other.high - other.at)
    above = math.hypot(one.high - one.at, other.at - other.low)
    return Interval(max(-1.0, difference - below), difference, min(1.0, difference + above))
