"""Whom the survey asks: one in so many ended requests, drawn by the request's id, each person now and then, each request once. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.intake.domain.requests import Request, RequestState
from shared.values import Channel

ENDS: Final = frozenset({RequestState.DELIVERED, RequestState.ANSWERED})
"""States in which somebody got what they asked for, in documents or in words."""
POSTPONED: Final = timedelta(hours=1)  # whoever is busy with an officer or a form is asked later
_DRAW: Final = b"survey:"
_DRAW_BYTES: Final = 8


class InvitationState(StrEnum):
    """How far an invitation is."""

    DUE = "due"
    ASKED = "asked"
    ANSWERED = "answered"
    DECLINED = "declined"
    DROPPED = "dropped"
    """Never sent: the person was asked a short time ago, or could not be written to in time."""


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """How the office asks, and what of it is shown; all of it are settings.

    `one_in`: of so many ended requests one is asked, 0 none; `delay`: after the end; `lifetime`: of the link; `rest`: until a person is
    asked again; `site`: where the pages are; `small_sample`: answers below which an index is marked, `smallest_cell`: is not shown;
    `calls_a_link`: how often its pages may be called in a stretch of time; `hours`: of the day, in which somebody may be asked.
    """

    one_in: int
    delay: timedelta
    lifetime: timedelta
    rest: timedelta
    site: str
    small_sample: int
    smallest_cell: int
    calls_a_link: int
    hours: range

    def is_time(self, hour: int) -> bool:
        """Return whether people are asked in this hour of the local clock."""
        return hour in self.hours


@dataclass(frozen=True, slots=True)
class SurveyInvitation:
    """That somebody is asked about a request. It never holds an answer, nor when one came: both would lead from one to the other.

    `digest`: SHA-256 of the link's token, "" until it was sent; `month`: of the asking, such as `2026-11`, by which it is counted.
    """

    request_id: str
    contact_id: str
    service: str
    due_at: datetime
    expires_at: datetime
    state: InvitationState = InvitationState.DUE
    digest: str = field(default="", repr=False)
    month: str = ""
    asked_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Return whether it can be answered."""
        return self.state is InvitationState.ASKED and at < self.expires_at


def is_drawn(request_id: str, one_in: int) -> bool:
    """Return whether a request is one of the sample: by its id alone, so that it is the same however often it is told."""
    if one_in <= 0:
        return False
    return int.from_bytes(hashlib.sha256(_DRAW + request_id.encode()).digest()[:_DRAW_BYTES]) % one_in == 0


def invite(request: Request, rules: SurveyRules, at: datetime) -> SurveyInvitation | None:
    """Return the invitation to a request that has ended; None where nobody is asked.

    Only people who wrote to us by chat are, and nobody who complained without a name: nothing may lead to them.
    """
    contact_id = request.origin.contact_id
    is_ours = request.origin.channel is Channel.WHATSAPP and contact_id is not None and not request.form.is_anonymous
    if request.state not in ENDS or not is_ours or contact_id is None or not is_drawn(request.request_id, rules.one_in):
        return None
    due = at + rules.delay
    return SurveyInvitation(request.request_id, contact_id, request.service, due, due + rules.lifetime)


def postponed(invitation: SurveyInvitation, at: datetime) -> SurveyInvitation:
    """Return an invitation that is tried again later; dropped where its time is over."""
    later = at + POSTPONED
    return replace(invitation, due_at=later) if later < invitation.expires_at else dropped(invitation)


def dropped(invitation: SurveyInvitation) -> SurveyInvitation:
    """Return an invitation that is never sent."""
    return replace(invitation, state=InvitationState.DROPPED)


def asked(invitation: SurveyInvitation, token: str, month: str, at: datetime, rules: SurveyRules) -> SurveyInvitation:
    """Return an invitation that is sent now."""
    return replace(
        invitation, state=InvitationState.ASKED, digest=digest_of(token), month=month, asked_at=at, expires_at=at + rules.lifetime
    )


def answered(invitation: SurveyInvitation) -> SurveyInvitation:
    """Return an invitation that was answered: that it was, and nothing of what."""
    return replace(invitation, state=InvitationState.ANSWERED)


def declined(invitation: SurveyInvitation) -> SurveyInvitation:
    """Return an invitation whose person does not want to answer."""
    return replace(invitation, state=InvitationState.DECLINED)


def digest_of(token: str) -> str:
    """Return what of a token is stored: it opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
