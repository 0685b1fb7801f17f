"""Facts to wire contracts: the only place that names what we publish."""

from __future__ import annotations

from services.notifier.domain.facts import Fact, NoticeDelivered, NoticeFailed
from shared.contracts import notifier as wire
from shared.contracts.envelope import Event
from shared.contracts.parts import Channel


def to_event(fact: Fact) -> Event:
    """The event that tells a fact to the other services."""
    match fact:
        case NoticeDelivered():
            return wire.NoticeDelivered(
                job_id=fact.job_key,
                request_id=fact.request_id,
                channel=Channel(fact.channel),
                kind=wire.NoticeKind(fact.kind),
                delivered_at=fact.at,
                maybe_duplicate=fact.maybe_duplicate,
            )
        case NoticeFailed():
            return wire.NoticeFailed(
                job_id=fact.job_key,
                request_id=fact.request_id,
                channel=Channel(fact.channel),
                kind=wire.NoticeKind(fact.kind),
                reason=fact.reason,
                failed_at=fact.at,
            )
