"""What notifier publishes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Event
from shared.contracts.parts import Channel, Code


class NoticeKind(StrEnum):
    """What was to be told."""

    REPLY = "reply"
    RECEIVED = "received"
    RETURNED = "returned"
    REJECTED = "rejected"
    DOCUMENT = "document"


class NoticeDelivered(Event):
    """The recipient's side accepted it: WhatsApp took the message, the court answered 2xx. Subject: the job id (effect key)."""

    type: ClassVar[str] = "notifier.notice_delivered.v1"

    job_id: str
    request_id: str | None = None
    channel: Channel
    kind: NoticeKind
    delivered_at: AwareDatetime
    maybe_duplicate: Annotated[bool, Field(description="Repeated without knowing whether the first try arrived")] = False


class NoticeFailed(Event):
    """It could not be told and will not be tried again by itself. Subject: the job id (effect key)."""

    type: ClassVar[str] = "notifier.notice_failed.v1"

    job_id: str
    request_id: str | None = None
    channel: Channel
    kind: NoticeKind
    reason: Code
    failed_at: AwareDatetime
