"""One document once: what was asked for the same person before, and what follows for the next who asks (ADR 15).

While a request is open, the next one for the same service and person joins it, whoever asks. After a document was given, a repeat within
some days is looked at by an officer. And nobody asks without end: so many requests a day of one contact, and for one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.requests import OPEN, Channel, State

_GIVEN: Final = frozenset({State.READY, State.DELIVERED, State.UNDELIVERED})
"""The document exists: another one would be a second."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request for the same person, as far as the next one needs to know it."""

    request_id: str
    receipt: str
    service: str
    state: State
    submitted_at: datetime
    channel: Channel
    address: str = field(repr=False)
    contact_id: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a day, by the office's calendar, and how long a repeat counts as one."""

    a_day_of_contact: int = 10
    a_day_for_person: int = 5
    repeat_days: int = 30


def open_ones(earlier: Sequence[Earlier], service: str) -> tuple[Earlier, ...]:
    """The open request for this service, one row per document; empty where there is none. The court's are its own matter."""
    return tuple(one for one in earlier if one.service == service and one.state in OPEN and one.channel is not Channel.COURT)


def given_lately(earlier: Sequence[Earlier], service: str, at: datetime, limits: Limits) -> str | None:
    """The request that gave the same document within the time of a repeat."""
    since = at - timedelta(days=limits.repeat_days)
    given = (one for one in earlier if one.service == service and one.state in _GIVEN and one.channel is not Channel.COURT)
    return next((one.request_id for one in given if one.submitted_at >= since), None)


def too_many_for_person(earlier: Sequence[Earlier], midnight: datetime, limits: Limits) -> bool:
    """Whether enough was asked for this person today."""
    receipts = {one.receipt for one in earlier if one.submitted_at >= midnight and one.channel is not Channel.COURT}
    return len(receipts) >= limits.a_day_for_person
