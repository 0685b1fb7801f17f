"""What the notifier publishes: facts of the domain as wire contracts. The only place that names them."""

from __future__ import annotations

from typing import assert_never

from services.notifier.domain.facts import BroadcastDrafted, Fact, NewsDeclined, NoticeDelivered, NoticeFailed, PostMeasured
from shared.contracts import notifier as wire
from shared.contracts.envelope import Event


def to_event(fact: Fact) -> Event:
    """Return the event that tells a fact."""
    match fact:
        case NoticeDelivered():
            return wire.NoticeDelivered(
                job_id=fact.job_key,
                request_id=fact.request_id,
                document_id=fact.document_id,
                channel=fact.channel,
                kind=fact.kind,
                delivered_at=fact.at,
                maybe_duplicate=fact.maybe_duplicate,
            )
        case NoticeFailed():
            return wire.NoticeFailed(
                job_id=fact.job_key,
                request_id=fact.request_id,
                document_id=fact.document_id,
                channel=fact.channel,
                kind=fact.kind,
                reason=fact.reason,
                failed_at=fact.at,
            )
        case BroadcastDrafted():
            return wire.BroadcastDrafted(
                broadcast_id=fact.broadcast_id,
                category=fact.category,
                villages=fact.villages,
                need=fact.need,
                trial=fact.trial,
                arm=fact.arm,
                drafted_at=fact.at,
            )
        case NewsDeclined():
            return wire.NewsDeclined(contact_id=fact.contact_id, reason=fact.reason, declined_at=fact.at)
        case PostMeasured():
            return _measured(fact)
        case _:
            assert_never(fact)


def _measured(fact: PostMeasured) -> Event:
    return wire.PostMeasured(
        publication=fact.effect_key,
        source=fact.source,
        platform=fact.platform,
        day=fact.day,
        seen=fact.counts.seen,
        **{name: getattr(fact.counts, name) for name in fact.counts.__slots__},
        measured_at=fact.at,
    )
