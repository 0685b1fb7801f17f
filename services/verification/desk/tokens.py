"""The token of a session, in its cookie: given at the sign-in, renewed while the session lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from services.verification.domain.staff.session import SessionLimits, StaffSession
from shared.web.desk.session import SessionCheck, StaffMember, sign


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """Signs tokens. `key`: the private key, as PyJWT takes it."""

    key: Any
    key_id: str
    limits: SessionLimits

    def member(self, session: StaffSession, at: datetime) -> StaffMember:
        """Return the person of a session, for as long as a token lasts."""
        return StaffMember(
            staff_id=session.account_id,
            name=session.name,
            roles=session.posting.roles,
            areas=frozenset(session.posting.area),
            court=session.posting.court,
            groups=session.posting.groups,
            session_id=session.id,
            expires_at=min(at + self.limits.token, session.ends_at),
        )

    def token(self, session: StaffSession, at: datetime) -> str:
        """Return a token of a session that is alive at that moment."""
        return sign(self.member(session, at), self.key, self.key_id)

    def put(self, request: Request, response: Response, session: StaffSession, at: datetime) -> None:
        """Put a new token into the session's cookie. The cookie lasts longer than the token, so that it can be renewed."""
        check: SessionCheck = request.app.state.session_check
        set_cookie(response, check.cookie, self.token(session, at), secure=check.secure, seconds=int(self.limits.idle.total_seconds()))


def set_cookie(response: Response, name: str, value: str, *, secure: bool, seconds: int | None = None) -> None:
    """Set a cookie that scripts can't read and other sites' forms don't send; `seconds`: how long; None: until the browser closes."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str, *, secure: bool) -> None:
    """Remove a cookie."""
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
