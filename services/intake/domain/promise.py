"""What a sender is told: the time, and an officer's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.officer_messages import OfficerMessage
from services.intake.domain.requests import Request


def promise_moved(request: Request, promised_at: datetime) -> Request:
    """Move the time that the sender is told, only to a later one, and only while it is in review."""
    known = request.promised_at
    if not request.is_in_review or (known is not None and promised_at <= known):
        return request
    return replace(request, promised_at=promised_at)


def told(request: Request, message: OfficerMessage, promised_at: datetime | None = None) -> Request:
    """Record what an officer told its sender, and the time that is promised from then on. Something told before that changes nothing."""
    if request.told is not None and message.at < request.told.at:
        return request
    kept = replace(message, visit_on=message.visit_on or (request.told.visit_on if request.told else None))
    return replace(request, told=kept, promised_at=promised_at or request.promised_at)
