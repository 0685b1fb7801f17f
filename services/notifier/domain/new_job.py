"""The parts that every job is made of: what it is found by, whom it is for, and what goes where a free message may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.notifier.domain.announcement import RequestSummary, SourceEvent
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Job
from services.notifier.domain.message import CourtCallback, DocumentFile, Message, Template
from services.notifier.domain.recipient import Recipient, lane_of
from services.notifier.domain.texts import NoticeTexts
from shared.values import Channel

_CALLBACK_TYPES: Final = {
    NoticeKind.RECEIVED: "decision.received",
    NoticeKind.RECORDED: "decision.recorded",
    NoticeKind.DOCUMENT: "document.issued",
    NoticeKind.RETURNED: "request.returned",
    NoticeKind.REJECTED: "request.rejected",
    NoticeKind.SUPERSEDED: "document.superseded",
    NoticeKind.REVOKED: "document.revoked",
    NoticeKind.VOIDED: "document.voided",
    NoticeKind.CARD_READY: "card.ready",
}


def about_data(about: RequestSummary) -> tuple[tuple[str, object], ...]:
    """Return what a court is told of every request."""
    return (("case_id", about.case_id), ("request_id", about.request_id), ("receipt", about.receipt))


def callback_to(contact: Recipient, kind: NoticeKind, key: str, occurred_at: datetime, data: Sequence[tuple[str, object]]) -> CourtCallback:
    """Return a message to a court's own system."""
    return CourtCallback(contact.address, key, _CALLBACK_TYPES[kind], occurred_at, (("reference", contact.reference), *data))


def new_job(  # noqa: PLR0913 - everything a job begins with
    origin: SourceEvent,
    contact: Recipient,
    kind: NoticeKind,
    key: str,
    message: Message,
    *,
    at: datetime,
    about: RequestSummary | None = None,
    request_id: str | None = None,
    refs: tuple[str, ...] = (),
) -> Job:
    """Return a job that brings a message. `refs`: beside those of its request, what it can be found by."""
    known = (key, about.request_id, about.receipt, about.case_id, contact.reference) if about else (key, request_id)
    return Job(
        key=key,
        channel=contact.channel,
        kind=kind,
        lane=lane_of(contact, about.case_id if about else None),
        order=origin.message_id,
        address=contact.address,
        message=message,
        created_at=at,
        next_at=at,
        correlation_id=origin.correlation_id,
        causation_id=origin.message_id,
        traceparent=origin.traceparent,
        request_id=about.request_id if about else request_id,
        refs=tuple(dict.fromkeys(ref for ref in (*known, *refs) if ref)),
        known_at=contact.last_inbound_at,
    )


def with_fallback(job: Job, texts: NoticeTexts, name: str, values: dict[str, str], file: DocumentFile | None = None) -> Job:
    """Return a job to a person with the template that goes where a free message may not."""
    if job.channel is not Channel.WHATSAPP:
        return job
    wording = texts.wordings[name]
    return replace(job, fallback=Template(wording.template, wording.language, texts.parameters(name, **values), file))
