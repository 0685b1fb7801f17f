"""The message of a broadcast to one person, and its try-out to whoever wrote it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.notifier.domain.broadcast import Broadcast
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Job
from services.notifier.domain.message import Template
from services.notifier.domain.news import NewsRecipient
from services.notifier.domain.recipient import Recipient, lane_of
from services.notifier.domain.texts import NoticeTexts
from shared.reference.regions import find_village
from shared.values import BROADCAST_KEY, Channel

VILLAGE: Final = "{desa}"
"""Stands in a variable for the name of the recipient's village."""
_LAST: Final = "~"  # sorts behind every event id: whatever else is for this person goes first
TRY_OUT_KEY: Final = "broadcast_test:"


def job_of(broadcast: Broadcast, recipient: NewsRecipient, texts: NoticeTexts, *, at: datetime) -> Job:
    """Return the job of one recipient; its key is made of broadcast and contact, so that there is one for ever."""
    template = filled(broadcast.template, recipient.village, texts)
    return _job(broadcast, f"{BROADCAST_KEY}{recipient.key}", recipient.address, template, at=at, known_at=recipient.known_at)


def try_out(broadcast: Broadcast, try_id: str, address: str, texts: NoticeTexts, *, at: datetime) -> Job:
    """Return the job that shows a broadcast to one of those who make it."""
    key = f"{TRY_OUT_KEY}{broadcast.broadcast_id}:{try_id}"
    return _job(broadcast, key, address, filled(broadcast.template, None, texts), at=at, known_at=at)


def filled(template: Template, village: str | None, texts: NoticeTexts) -> Template:
    """Return the template with the name of a village, or what people say where it is not known."""
    known = find_village(village) if village else None
    name = known.name if known else texts.your_village
    parameters = tuple(" ".join(value.replace(VILLAGE, name).split()) for value in template.parameters)
    return Template(template.name, template.language, parameters)


def _job(broadcast: Broadcast, key: str, address: str, template: Template, *, at: datetime, known_at: datetime) -> Job:
    return Job(
        key=key,
        channel=Channel.WHATSAPP,
        kind=NoticeKind.BROADCAST,
        lane=lane_of(Recipient(Channel.WHATSAPP, address)),
        order=f"{_LAST}{key}",
        address=address,
        message=template,
        created_at=at,
        next_at=at,
        correlation_id=broadcast.broadcast_id,
        refs=(key, broadcast.broadcast_id),
        known_at=known_at,
    )
