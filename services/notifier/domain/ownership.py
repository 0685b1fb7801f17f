"""A number that changed hands: what whoever had it before asked for is never told there again. Pure (ADR 33)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.notifier.domain.job import Job, JobState, Step, failed
from shared.values import Channel

ADDRESS_LOST: Final = "address_lost"
"""Reason of a notice that was not sent, for its address is not the person's any more."""
WAITING: Final = frozenset({JobState.READY, JobState.HELD})
"""States in which no try is on its way: what is withheld then did not arrive."""


def is_of_former(job: Job, lost_at: datetime | None) -> bool:
    """Return whether a message is for whoever had its address before it was lost; whoever has it now may be told of their own requests."""
    return job.channel is Channel.WHATSAPP and lost_at is not None and job.known_at is not None and job.known_at < lost_at


def withhold(job: Job, *, at: datetime) -> Step:
    """End a message unsent, in sight of the office: the person is to be reached otherwise."""
    return failed(job, ADDRESS_LOST, at=at)
