"""What intake publishes for broadcasts: who agreed to news, whom a segment holds, and how WhatsApp rates our number."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Contract, Event
from shared.contracts.intake import DeliveryStatus
from shared.contracts.parts import Code, Contact, VillageCode


class NewsConsentPersonal(Contract):
    """Who."""

    contact: Contact


class NewsConsentChanged(Event):
    """Somebody agreed to get news of the office, or wants none any more. Subject: the id of the contact. The latest `changed_at` counts."""

    type: ClassVar[str] = "intake.news_consent_changed.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    contact_id: str
    aliases: Annotated[tuple[str, ...], Field(description="Contacts that turned out to be the same one: it counts for them, too")] = ()
    agreed: bool
    how: Annotated[Code, Field(description="typed, pressed, provider; more may follow. The words themselves stay with intake")]
    changed_at: AwareDatetime
    personal: NewsConsentPersonal


class AudienceMember(Contract):
    """Somebody of a segment, and where a message reaches them. Personal: only inside `personal`."""

    contact_id: str
    contact: Contact
    village: Annotated[VillageCode | None, Field(description="Where they live, as far as a request of theirs said it")] = None


class LeftOut(Contract):
    """How many get nothing, and why."""

    why: Annotated[Code, Field(description="no_opt_in, opted_out; more may follow")]
    people: Annotated[int, Field(ge=1)]


class AudienceFoundPersonal(Contract):
    """Those of this page."""

    members: Annotated[tuple[AudienceMember, ...], Field(max_length=500)] = ()


class AudienceFound(Event):
    """Whom a broadcast may reach, one page of them. Subject: the id of the broadcast. A page comes at least once, pages in any order."""

    type: ClassVar[str] = "intake.audience_found.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    broadcast_id: str
    page: Annotated[int, Field(ge=1)]
    pages: Annotated[int, Field(ge=1, description="How many there are; the first one says whom the segment holds beside")]
    left_out: Annotated[tuple[LeftOut, ...], Field(description="Those of the segment who get nothing, counted by why")] = ()
    found_at: AwareDatetime
    personal: AudienceFoundPersonal


class BroadcastStatus(Contract):
    """How far one message came, by the provider's word. Personal: only inside `personal`, for a wamid has the recipient's number inside."""

    wamid: Annotated[str, Field(min_length=1, max_length=255)]
    status: DeliveryStatus
    at: AwareDatetime
    callback_data: Annotated[str, Field(description="Our own biz_opaque_callback_data: the effect key", max_length=512)]
    error_code: int | None = None
    error_details: Annotated[str | None, Field(description="The provider's `error_data.details`, cut", max_length=500)] = None


class BroadcastStatusesReceivedPersonal(Contract):
    """Which messages, and how far each came."""

    statuses: Annotated[tuple[BroadcastStatus, ...], Field(min_length=1, max_length=100)]


class BroadcastStatusesReceived(Event):
    """The provider told of messages of broadcasts, of each once: the furthest that it said. Subject: SHA-256 of the first one's wamid.

    May repeat, and come in any order; `intake.message_status_received.v1` tells of all other messages.
    """

    type: ClassVar[str] = "intake.broadcast_statuses_received.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    personal: BroadcastStatusesReceivedPersonal


class NumberQualityChanged(Event):
    """WhatsApp rates our number or account otherwise than before. Subject: the item of the webhook log that said it."""

    type: ClassVar[str] = "intake.number_quality_changed.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    webhook: Annotated[Code, Field(description="The webhook's field: phone_number_quality_update, account_update")]
    change: Annotated[Code, Field(description="Meta's `event` in lower case: flagged, unflagged, downgrade, upgrade, …; more may follow")]
    limit: Annotated[Code | None, Field(description="Meta's `current_limit` in lower case, such as tier_2k")] = None
    at: AwareDatetime
