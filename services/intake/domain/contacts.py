"""Contacts: who writes to us. A contact has our own id; WhatsApp knows it by phone (`wa_id`), by BSUID, or by both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.docket import NONE_YET, DayCount
from services.intake.domain.links import Links, PersonLink, lapsed, valid_link


@dataclass(frozen=True, slots=True)
class ChatIdentity:
    """The sender of one message; has at least one of `wa_id` and `bsuid`."""

    wa_id: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    """As the person calls themself at WhatsApp: proves nothing."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A sender who is not served: since when, by which officer, and why."""

    at: datetime
    staff_id: str
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to, and when: the version of the text that they were told."""

    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChatContact:
    """A person's chat account. `aliases`: contacts that turned out to be the same one; their requests belong to this one too."""

    contact_id: str
    wa_id: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    aliases: tuple[str, ...] = ()
    merged_into: str | None = None
    last_inbound_at: datetime | None = None
    links: Links = ()
    """Links to persons, the ended ones included."""
    filed: DayCount = NONE_YET
    """The count of requests of the last day on which there were any."""
    name: str | None = field(default=None, repr=False)
    blocked: Blocked | None = None
    told_version: str = ""
    """Version of the text about their data that they were told last; "" none."""
    consent: Consent | None = None

    @property
    def address(self) -> str:
        """The address for answers: the phone where it is known, else the BSUID."""
        return self.wa_id or self.bsuid or ""

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids under which requests of this person may be stored."""
        return (self.contact_id, *self.aliases)

    def link_at(self, at: datetime) -> PersonLink | None:
        """Return the link that is valid at that moment; None where there is none."""
        return valid_link(self.links, at)


def learn(contact: ChatContact, identity: ChatIdentity, at: datetime) -> ChatContact:
    """Return the contact with what a message tells of its sender: phone, BSUID or username, and the start of a 24-hour window.

    A phone or BSUID other than the known one ends its links: the number may belong to another person by now.
    """
    return replace(
        contact,
        wa_id=identity.wa_id or contact.wa_id,
        bsuid=identity.bsuid or contact.bsuid,
        username=identity.username or contact.username,
        name=identity.name or contact.name,
        last_inbound_at=max(at, contact.last_inbound_at or at),
        links=lapsed(contact.links, at) if _differs(contact, identity) else contact.links,
    )


def _differs(contact: ChatContact, identity: ChatIdentity | ChatContact) -> bool:
    """Return whether both know the phone, or both the BSUID, and the two differ."""
    known = ((contact.wa_id, identity.wa_id), (contact.bsuid, identity.bsuid))
    return any(ours and theirs and ours != theirs for ours, theirs in known)


def taken_over(contact: ChatContact, at: datetime) -> ChatContact:
    """Return a contact whose number another account has taken over, without valid links: the number may be another person's now."""
    return replace(contact, links=lapsed(contact.links, at))


def merge(kept: ChatContact, other: ChatContact, at: datetime) -> tuple[ChatContact, ChatContact]:
    """Merge two contacts that turned out to be one person: `kept` takes over; `other` loses its addresses, so that they stay unique.

    Links stay valid where one knew the phone and one the BSUID; where the two differ, a number has changed hands and all links end.
    """
    links = (*kept.links, *other.links)
    merged = replace(
        kept,
        wa_id=kept.wa_id or other.wa_id,
        bsuid=kept.bsuid or other.bsuid,
        username=kept.username or other.username,
        name=kept.name or other.name,
        blocked=kept.blocked or other.blocked,
        told_version=kept.told_version or other.told_version,
        consent=kept.consent or other.consent,
        aliases=tuple(dict.fromkeys((*kept.aliases, *other.ids))),
        links=lapsed(links, at) if _differs(kept, other) else links,
        filed=max(kept.filed, other.filed, key=lambda tally: (tally.day, tally.count)),
    )
    return merged, replace(other, wa_id=None, bsuid=None, aliases=(), merged_into=kept.contact_id, links=())
