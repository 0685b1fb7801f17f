"""The one retry policy: after a failure, which rung of the ladder, which later moment, or the end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from shared.messaging.layout.model import LADDER, RetryDelay

EXHAUSTED: Final = "retries_exhausted"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The patience of a consumer.

    `tries` says how many waits each rung gives before the next one is taken; after the last the message is dead. Three of 5 s, five of
    1 min and forty-two of 10 min are a little over seven hours: a dependency that is down for a night's maintenance is waited for.
    """

    ladder: tuple[RetryDelay, ...] = LADDER
    tries: tuple[int, ...] = (3, 5, 42)

    def __post_init__(self) -> None:
        if not self.ladder or len(self.ladder) != len(self.tries) or min(self.tries) < 1:
            raise ValueError("one positive number of tries per rung")
        if list(self.ladder) != sorted(self.ladder, key=lambda step: step.seconds):
            raise ValueError("rungs go from the shortest wait to the longest")


@dataclass(frozen=True, slots=True)
class Wait:
    """The decision to publish a copy to this rung. `not_before` is set where one rung is too short: it goes round until then."""

    step: RetryDelay
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The decision to make it a dead letter with this code."""

    code: str = EXHAUSTED


RetryDecision: TypeAlias = Wait | GiveUp


def decide(attempt: int, after_seconds: float | None, now: datetime, policy: RetryPolicy) -> RetryDecision:
    """Decide what follows a transient failure.

    Args:
        attempt: How many waits the message has had (the `x-attempt` it came with).
        after_seconds: What the dependency asked for (`Retry-After`); None = by the ladder. It is a lower bound, rounded up to a rung.
        now: For the moment of a wait longer than the last rung.
        policy: The ladder.
    """
    rung = _rung(attempt, policy)
    if rung is None:
        return GiveUp()
    if after_seconds is None or after_seconds <= rung.seconds:
        return Wait(rung)
    if after_seconds <= policy.ladder[-1].seconds:
        return Wait(shortest(after_seconds, policy.ladder))
    return Wait(policy.ladder[-1], not_before=now + timedelta(seconds=after_seconds))


def still_waiting(until: datetime, now: datetime, policy: RetryPolicy) -> RetryDelay | None:
    """Return the rung for what is left of a long wait; None when it is over. A long rung never waits past the moment."""
    left = (until - now).total_seconds()
    if left <= 0:
        return None
    fitting = [step for step in policy.ladder if step.seconds <= left]
    return fitting[-1] if fitting else policy.ladder[0]


def shortest(seconds: float, ladder: Sequence[RetryDelay]) -> RetryDelay:
    """Return the shortest rung that is at least so long; the last where none is."""
    return next((step for step in ladder if step.seconds >= seconds), ladder[-1])


def _rung(attempt: int, policy: RetryPolicy) -> RetryDelay | None:
    passed = 0
    for step, tries in zip(policy.ladder, policy.tries, strict=True):
        passed += tries
        if attempt < passed:
            return step
    return None
