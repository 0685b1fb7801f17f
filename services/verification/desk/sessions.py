"""Sessions in lists. A session's id is a secret: lists name it by the beginning of its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.verification.domain.staff.session import StaffSession


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in a list. `is_own`: it is the one that looks at the list."""

    name: str
    device: str
    started_at: datetime
    seen_at: datetime
    is_own: bool


def session_rows(sessions: Sequence[StaffSession], own: str = "") -> list[SessionRow]:
    """Return the rows of sessions."""
    return [SessionRow(name_of(each.id), each.device, each.started_at, each.seen_at, each.id == own) for each in sessions]


def session_with(sessions: Sequence[StaffSession], name: str) -> str | None:
    """Return the id of the session that lists name so."""
    return next((each.id for each in sessions if name_of(each.id) == name), None)


def name_of(session_id: str) -> str:
    """Return how lists name a session."""
    return hashlib.sha256(f"session {session_id}".encode()).hexdigest()[:16]
