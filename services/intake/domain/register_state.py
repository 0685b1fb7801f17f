"""Whether the civil register is to be had, as verification told last: while it is not, no request moves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

KEY: Final = "register"  # there is one


@dataclass(frozen=True, slots=True)
class RegisterState:
    """Since when it is not to be had (None: it is), by the word of `told_at`."""

    paused_since: datetime | None = None
    told_at: datetime | None = None


def told(known: RegisterState, paused_since: datetime | None, at: datetime) -> RegisterState:
    """Return the state after verification told of it; of two words that come in any order the later one counts."""
    if known.told_at is not None and at < known.told_at:
        return known
    return RegisterState(paused_since, at)
