"""What notifier publishes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Event
from shared.contracts.parts import ChannelCode, Code

DOCUMENT: Final = "document"
"""The kind of notice that brings a document: the one that ends a request."""

NoticeKindCode = Annotated[Code, Field(description="What was to be told: reply, received, returned, rejected, document; more may follow")]


class NoticeDelivered(Event):
    """The recipient's side accepted it: WhatsApp took the message, the court answered 2xx. Subject: the job id (effect key)."""

    type: ClassVar[str] = "notifier.notice_delivered.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    job_id: str
    request_id: str | None = None
    document_id: Annotated[str | None, Field(description="The document that it brought; only with the kind `document`")] = None
    channel: ChannelCode
    kind: NoticeKindCode
    delivered_at: AwareDatetime
    maybe_duplicate: Annotated[bool, Field(description="Repeated without knowing whether the first try arrived")] = False


class NoticeFailed(Event):
    """It could not be told and will not be tried again by itself. Subject: the job id (effect key)."""

    type: ClassVar[str] = "notifier.notice_failed.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    job_id: str
    request_id: str | None = None
    document_id: Annotated[str | None, Field(description="The document that it should have brought; only with the kind `document`")] = None
    channel: ChannelCode
    kind: NoticeKindCode
    reason: Code
    failed_at: AwareDatetime
