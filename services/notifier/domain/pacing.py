"""How fast we may send: token buckets, pauses, and the state of the sender as a whole. Times are datetimes, waits are seconds.

Limits: 80 messages/s per number and one message per 6 s per person with a burst of 45 (Cloud API, throughput and pair rate limits).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.backoff import Backoff

_SLOW_DOWN: Final = Backoff(1.5, 400.0)  # after a rate-limit answer; Meta measures its windows in minutes, longer only adds delay
_MAINTENANCE: Final = Backoff(240.0, 240.0)  # "try again in a few minutes"
_MAX_LEVEL: Final = 12  # 2^12 s is far above the cap; keeps the number small


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket as it was at `at`."""

    tokens: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of a bucket: `per_second` tokens flow in, at most `burst` are kept."""

    per_second: float
    burst: float

    def full(self, at: datetime) -> Bucket:
        """Return a bucket nobody has drawn from."""
        return Bucket(self.burst, at)

    def take(self, bucket: Bucket | None, at: datetime, wanted: int = 1, keep: float = 0.0) -> tuple[Bucket, int, float]:
        """Draw up to `wanted` whole tokens; `keep` of them stay for others.

        Returns:
            The bucket afterwards, how many were drawn, and the seconds until the next one where none was.
        """
        held = bucket or self.full(at)
        elapsed = max(0.0, (at - held.at).total_seconds())
        level = min(self.burst, held.tokens + elapsed * self.per_second)
        moment = max(at, held.at)  # another worker's clock may be ahead of ours: never count time twice
        drawn = min(wanted, max(0, int(level - keep + 1e-9)))  # 1e-9: sums of floats stop just short of a whole token
        after = Bucket(level - drawn, moment)
        return after, drawn, 0.0 if drawn else (keep + 1.0 - level) / self.per_second


@dataclass(frozen=True, slots=True)
class SenderState:
    """The WhatsApp number as a whole, shared by every worker.

    `paused_reason` stands until an operator resumes, `paused_by` is who paused (None: the provider's answer); `slow_until` passes.
    """

    bucket: Bucket | None = None
    paused_reason: str | None = None
    paused_at: datetime | None = None
    paused_by: str | None = None
    slow_until: datetime | None = None
    slow_level: int = 0

    @property
    def is_paused(self) -> bool:
        """Whether nothing may be sent until somebody resumes."""
        return self.paused_reason is not None

    def slow_seconds(self, at: datetime) -> float:
        """Return the seconds that everyone still has to wait."""
        return max(0.0, (self.slow_until - at).total_seconds()) if self.slow_until else 0.0


def pause(state: SenderState, reason: str, *, at: datetime, by: str | None = None) -> SenderState:
    """Stop sending. The first reason stands: it is the one to look into."""
    return state if state.is_paused else replace(state, paused_reason=reason, paused_at=at, paused_by=by)


def resume(state: SenderState) -> SenderState:
    """Send again, at full speed."""
    return replace(state, paused_reason=None, paused_at=None, paused_by=None, slow_until=None, slow_level=0)


def slow_down(state: SenderState, *, at: datetime, jitter: float, after_seconds: float | None = None) -> SenderState:
    """Make everyone wait, twice as long as last time; answers to calls already in flight do not count again."""
    if state.slow_until is not None and at < state.slow_until:
        return state
    level = min(state.slow_level + 1, _MAX_LEVEL)
    seconds = _SLOW_DOWN.seconds(level, jitter)
    return replace(state, slow_until=at + timedelta(seconds=max(seconds, after_seconds or 0.0)), slow_level=level)


def maintenance(state: SenderState, *, at: datetime, jitter: float) -> SenderState:
    """Make everyone wait some minutes."""
    until = at + timedelta(seconds=_MAINTENANCE.seconds(1, jitter))
    return state if state.slow_until is not None and state.slow_until >= at else replace(state, slow_until=until)


def calm(state: SenderState, *, at: datetime) -> SenderState:
    """Take back one step of the slow-down: a message went through after the wait was over."""
    if state.slow_level == 0 or state.slow_seconds(at) > 0:
        return state
    return replace(state, slow_level=state.slow_level - 1)
