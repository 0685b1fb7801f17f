"""Who writes to us. A contact has our own id; WhatsApp knows it by phone (`wa_id`), by BSUID, or by both, and either may come alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.docket import NONE_YET, DayCount
from services.intake.domain.links import Links, PersonLink, lapsed, valid_link


@dataclass(frozen=True, slots=True)
class ChatIdentity:
    """What one message says of its sender; at least one of `wa_id` and `bsuid` is there."""

    wa_id: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChatContact:
    """A person's chat account. `aliases`: contacts that turned out to be the same one; their requests are this one's too."""

    contact_id: str
    wa_id: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    aliases: tuple[str, ...] = ()
    merged_into: str | None = None
    last_inbound_at: datetime | None = None
    links: Links = ()
    """Whose account it was proven to be, with all that held before."""
    filed: DayCount = NONE_YET
    """Requests of the last day on which there were any."""

    @property
    def address(self) -> str:
        """Where an answer goes: the phone where it is known, else the BSUID."""
        return self.wa_id or self.bsuid or ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id under which requests of this person may lie."""
        return (self.contact_id, *self.aliases)

    def link_at(self, at: datetime) -> PersonLink | None:
        """Return whose account it is proven to be at that moment."""
        return valid_link(self.links, at)


def learn(contact: ChatContact, identity: ChatIdentity, at: datetime) -> ChatContact:
    """Take what a message says: a new half of the identity, a new username, the beginning of a 24-hour window.

    Another phone or BSUID than the known one ends its links: the number may be another person's by now.
    """
    return replace(
        contact,
        wa_id=identity.wa_id or contact.wa_id,
        bsuid=identity.bsuid or contact.bsuid,
        username=identity.username or contact.username,
        last_inbound_at=max(at, contact.last_inbound_at or at),
        links=lapsed(contact.links, at) if _differs(contact, identity) else contact.links,
    )


def _differs(contact: ChatContact, identity: ChatIdentity | ChatContact) -> bool:
    """Whether they disagree about a half that both know."""
    known = ((contact.wa_id, identity.wa_id), (contact.bsuid, identity.bsuid))
    return any(ours and theirs and ours != theirs for ours, theirs in known)


def taken_over(contact: ChatContact, at: datetime) -> ChatContact:
    """End the links of a contact whose number another account has moved to: who has it now may be somebody else."""
    return replace(contact, links=lapsed(contact.links, at))


def merge(kept: ChatContact, other: ChatContact, at: datetime) -> tuple[ChatContact, ChatContact]:
    """Merge two contacts that are one person: `kept` takes over, `other` gives up its addresses so that they stay unique.

    Links stay where each knew another half of one account; where the numbers differ, one has changed hands, and none holds.
    """
    links = (*kept.links, *other.links)
    merged = replace(
        kept,
        wa_id=kept.wa_id or other.wa_id,
        bsuid=kept.bsuid or other.bsuid,
        username=kept.username or other.username,
        aliases=tuple(dict.fromkeys((*kept.aliases, *other.ids))),
        links=lapsed(links, at) if _differs(kept, other) else links,
        filed=max(kept.filed, other.filed, key=lambda tally: (tally.day, tally.count)),
    )
    return merged, replace(other, wa_id=None, bsuid=None, aliases=(), merged_into=kept.contact_id, links=())
