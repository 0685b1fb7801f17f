"""The duty of a request to leave a row: a route that forgets it is written down by its name (`shared.web.audited`)."""

from __future__ import annotations

from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class AuditDuty:
    """Whether something was written down during this request, and was committed."""

    done: bool = False


_duty: Final[ContextVar[AuditDuty | None]] = ContextVar("audit_duty", default=None)


def begin_duty() -> tuple[AuditDuty, Token[AuditDuty | None]]:
    """Begin the duty of a request; give the token to `end_duty`."""
    duty = AuditDuty()
    return duty, _duty.set(duty)


def end_duty(token: Token[AuditDuty | None]) -> None:
    """End it."""
    _duty.reset(token)


def current_duty() -> AuditDuty | None:
    """Return the duty of the request that is being answered; None outside of requests."""
    return _duty.get()
