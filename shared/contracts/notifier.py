"""What notifier publishes."""

from __future__ import annotations

from datetime import date
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


Count = Annotated[int | None, Field(ge=0, description="Since it was published; null: the platform does not tell")]


class PostMeasured(Event):
    """The numbers of a publication on an account changed; they count from its beginning. Subject: the publication's effect key."""

    type: ClassVar[str] = "notifier.post_measured.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    publication: str
    source: Annotated[str, Field(description="Code of the source that who comes from there is counted under")]
    platform: Annotated[Code, Field(description="instagram, facebook, tiktok, x, youtube, telegram; more may follow")]
    day: Annotated[date, Field(description="The office's day on which they were read")]
    seen: Annotated[Count, Field(description="How often it was shown: views, or reach where views are not told")] = None
    reach: Count = None
    views: Count = None
    likes: Count = None
    comments: Count = None
    shares: Count = None
    saves: Count = None
    measured_at: AwareDatetime
