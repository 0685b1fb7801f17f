"""Comparing two texts: who gets which, when it may be concluded, and what. Pure (ADR 53).

The rule stands before the first person gets anything: a number of people for each text, or a day. Until it is met nothing is shown that
could be concluded from: whoever looks each day and stops when it looks good finds a difference where there is none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.intervals import Interval, newcombe, wilson


class Arm(StrEnum):
    """One of the two texts."""

    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """When a comparison is over: as soon as there are so many people for each text, or after a day. One of the two is set."""

    per_arm: int | None = None
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if (self.per_arm is None) == (self.ends_on is None):
            raise ValueError("a number of people, or a day")

    def is_met(self, a: ArmCount, b: ArmCount, today: date) -> bool:
        """Return whether it may be concluded now. The last day counts to its end."""
        if self.per_arm is not None:
            return min(a.of, b.of) >= self.per_arm
        return self.ends_on is not None and today > self.ends_on


@dataclass(frozen=True, slots=True)
class ArmCount:
    """How many did what was hoped for, of how many who got a text."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class TrialVerdict:
    """What may be said: the share of each text, and that of the first less that of the second."""

    a: Interval
    b: Interval
    difference: Interval

    @property
    def better(self) -> Arm | None:
        """The text of which more did it; None: nobody knows."""
        if not self.difference.is_apart:
            return None
        return Arm.A if self.difference.low > 0 else Arm.B


def arm_of(trial_id: str, who: str) -> Arm:
    """Return which text somebody gets: half of all, by chance, and always the same one."""
    return Arm.B if hashlib.blake2b(f"{trial_id}|{who}".encode(), digest_size=1).digest()[0] % 2 else Arm.A


def verdict(a: ArmCount, b: ArmCount) -> TrialVerdict:
    """Return what two counts come to."""
    one, other = (wilson(min(each.count, each.of), each.of) for each in (a, b))
    return TrialVerdict(one, other, newcombe(one, other))
