"""To whom a notice goes, and in which lane."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import DomainError
from shared.values import Channel, Contact


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of a notice. WhatsApp: wa_id or BSUID; court: court code; adapter: name of its client."""

    channel: Channel
    address: str
    reference: str | None = None
    last_inbound_at: datetime | None = None

    def having_written(self, at: datetime) -> Recipient:
        """Return the recipient as having written at that time, which opens the 24-hour window, where nothing better is known."""
        return self if self.last_inbound_at is not None else replace(self, last_inbound_at=at)


def recipient(contact: Contact) -> Recipient:
    """Return the recipient that an event's contact names.

    Raises:
        DomainError: `channel_unknown`: we have no way to send there.
    """
    try:
        channel = Channel(contact.channel)
    except ValueError:
        raise DomainError("channel_unknown", contact.channel) from None
    return Recipient(channel, contact.address, contact.reference, contact.last_inbound_at)


def lane_of(contact: Recipient, case_id: str | None = None) -> str:
    """Return the lane: one for all messages to a person, one for all callbacks about a case, so that a bad case never blocks others."""
    rest = "" if contact.channel is Channel.WHATSAPP else f":{case_id or contact.reference or ''}"
    return f"{contact.channel}:{contact.address}{rest}"


def channel_of(lane: str) -> str:
    """Return the channel of a lane."""
    return lane.partition(":")[0]
