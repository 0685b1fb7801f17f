"""Numbers of a post on an account, as the notifier reads them: what is counted is what came since the last time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.intake.domain.outreach.funnel import CountedStep, FunnelStep, WhoAndWhere
from services.intake.domain.outreach.sources import OutreachSource


@dataclass(frozen=True, slots=True)
class MeasuredPost:
    """A publication of a source, and how often it had been shown when it was read last."""

    publication: str
    source: str
    seen: int
    at: datetime


def since_last(before: MeasuredPost | None, now: MeasuredPost, source: OutreachSource, day: date, typed: int = 0) -> CountedStep | None:
    """Return how often it was shown since then, less where the platform took some back; None where nothing changed, or this came late.

    `typed`: what somebody had typed for its source before it was measured at all: the measured number takes its place.
    """
    if before is not None and now.at <= before.at:
        return None
    more = now.seen - (before.seen if before else typed)
    what = WhoAndWhere(source.code, source.what.service, source.what.village)
    key = f"{day.isoformat()}.measured.{now.publication}.{now.at.isoformat()}"
    return CountedStep(key, FunnelStep.SEEN, day, what, more) if more else None
