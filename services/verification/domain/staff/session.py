"""A session: what a sign-in leaves at the server. The token in the cookie is short, and is renewed as long as this lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.verification.domain.staff.account import Posting, StaffAccount

ID_BYTES: Final = 20  # 160 bit: form tokens follow from it


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """`token`: how long services believe a token without asking; `idle`: without a renewal; `longest`: since the sign-in."""

    token: timedelta
    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One sign-in at one browser. It keeps what the account was then: whatever changes the account ends its sessions."""

    id: str
    account_id: str
    login: str
    name: str
    posting: Posting
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    device: str = ""
    ended_at: datetime | None = None

    def is_alive(self, at: datetime, idle: timedelta) -> bool:
        """Return whether it may be renewed at that moment."""
        return self.ended_at is None and at < self.ends_at and at < self.seen_at + idle


def begin(session_id: str, account: StaffAccount, *, at: datetime, limits: SessionLimits, device: str) -> StaffSession:
    """Begin a session for an account that has just signed in."""
    return StaffSession(
        id=session_id,
        account_id=account.id,
        login=account.login,
        name=account.name,
        posting=account.posting,
        started_at=at,
        seen_at=at,
        ends_at=at + limits.longest,
        device=device,
    )
