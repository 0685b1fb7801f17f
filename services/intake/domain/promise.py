"""The time that a sender is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.requests import Request


def promise_moved(request: Request, promised_at: datetime) -> Request:
    """Move the time that the sender is told, only to a later one, and only while it is in review."""
    known = request.promised_at
    if not request.is_in_review or (known is not None and promised_at <= known):
        return request
    return replace(request, promised_at=promised_at)
