"""What an officer told who sent a request. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.reference.reasons import reasons


@dataclass(frozen=True, slots=True)
class OfficerMessage:
    """Words to who sent a request. `visit_on`: the day on which they meet, where one was set."""

    text: str = field(repr=False)
    at: datetime
    visit_on: date | None = None


def answer_of(codes: Iterable[str], note: str | None, at: datetime) -> OfficerMessage:
    """Return an answer as its reader has it: the sentences of its codes, then what the officer wrote."""
    known = reasons()
    return OfficerMessage(" ".join([*(known[code].text for code in codes if code in known), *([note] if note else [])]), at)
