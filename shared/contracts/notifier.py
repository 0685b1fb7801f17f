"""What notifier publishes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Event
from shared.contracts.parts import ChannelCode, Code, VillageCode

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


class BroadcastDrafted(Event):
    """A broadcast was written, and waits for the list of those whom it may reach. Subject: the id of the broadcast."""

    type: ClassVar[str] = "notifier.broadcast_drafted.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    broadcast_id: str
    category: Annotated[Code, Field(description="Meta's category of its template: marketing (who agreed), utility (whose need is open)")]
    villages: Annotated[tuple[VillageCode, ...], Field(description="Only people of these villages; empty: of any")] = ()
    need: Annotated[
        Code | None, Field(description="Only people with this open need: draft, returned; null: whether or not they have one")
    ] = None
    trial: Annotated[
        str | None,
        Field(description="The comparison of two texts that it is one of: only people of its arm; null: of none"),
    ] = None
    arm: Annotated[Code | None, Field(description="Which of the two: a, b; null without a comparison")] = None
    drafted_at: AwareDatetime


class NewsDeclined(Event):
    """WhatsApp told that somebody stopped our broadcasts there. Subject: the job id of the message that it refused."""

    type: ClassVar[str] = "notifier.news_declined.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    contact_id: str
    reason: Code
    declined_at: AwareDatetime
