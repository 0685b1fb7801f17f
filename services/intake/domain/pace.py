"""How fast somebody writes: beyond a limit they are told once, then nothing until it is calmer. What they wrote counts. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_CALM: Final = 0.5  # of the limit: so much has to be free again before answers go on
SAME_ANSWER_AGAIN: Final = timedelta(minutes=1)
"""An album, or a row of voice messages, gets the same answer once in this time."""
_DIGEST_DIGITS: Final = 16  # hex: two answers of one minute are not mistaken for one another


@dataclass(frozen=True, slots=True)
class SenderPace:
    """The messages of one sender. `spent`: of those that a minute allows, at `at`. `is_muted`: it is too fast; `is_told`: they know it.

    `said`: a digest of the last answer to a message without words, said at `said_at`.
    """

    spent: float = 0.0
    at: datetime | None = None
    is_muted: bool = False
    is_told: bool = False
    said: str = ""
    said_at: datetime | None = None


def one_more(pace: SenderPace, at: datetime, a_minute: int) -> SenderPace:
    """Return the pace after one more message, where `a_minute` are allowed; one that is older than the last counts as now."""
    now = at if pace.at is None else max(at, pace.at)
    regained = (now - pace.at) / _MINUTE * a_minute if pace.at is not None else 0.0
    spent = min(max(pace.spent - regained, 0.0) + 1, float(a_minute))
    is_muted = spent > a_minute * _CALM if pace.is_muted else spent >= a_minute
    return replace(pace, spent=spent, at=now, is_muted=is_muted, is_told=pace.is_told and is_muted)


def said(pace: SenderPace, text: str, at: datetime) -> SenderPace:
    """Return the pace with what was just answered to a message without words."""
    return replace(pace, said=_digest(text), said_at=at)


def moved_on(pace: SenderPace) -> SenderPace:
    """Return the pace after a message in words: what was answered before it may be said again."""
    return replace(pace, said="", said_at=None)


def is_said_again(pace: SenderPace, text: str, at: datetime) -> bool:
    """Return whether the same was answered a moment ago."""
    return pace.said_at is not None and at - pace.said_at < SAME_ANSWER_AGAIN and pace.said == _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_DIGITS]
