"""How long and how often we try: what a deployment decides, and the waits between tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.backoff import Backoff

_LONGEST_SECONDS: Final = 50.0  # within a minute of the end of an outage, of whatever length, everybody hears

PROVIDER: Final = Backoff(2.5, _LONGEST_SECONDS, factor=3.0)  # most provider hiccups are over after two seconds
COURT: Final = Backoff(6.0, _LONGEST_SECONDS, factor=3.0)
PAIR: Final = Backoff(12.0, 750.0, factor=4.0)  # one message per 6 s is what a pair allows; Meta: wait 4^n s after the n-th 131056
ASK_LIMIT: Final = 2304  # a day at the longest wait, which jitter makes 37.5 s: then the court gets a second copy, flagged


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """The limits that a deployment sets. Durations in seconds."""

    window_seconds: float = 24 * 3600
    unknown_seconds: float = 20.0
    retry_limit: int = 48  # over half an hour
    media_limit: int = 4
    court_limit: int = 9216  # four days: a long weekend
