"""Contacts: who writes to us. A contact has our own id; WhatsApp knows it by phone (`wa_id`), by BSUID, or by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.docket import NONE_YET, DayCount
from services.intake.domain.links import Links, PersonLink, lapsed, valid_link
from services.intake.domain.news import NewsChoice
from services.intake.domain.outreach.sources import UNTOUCHED, Touches
from services.intake.domain.published import AddressLost


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
    news: tuple[NewsChoice, ...] = ()
    """What they said about news of the office, the latest last."""
    number_since: datetime | None = None
    """Since when the number is theirs, where another contact had it before."""
    touches: Touches = UNTOUCHED
    """The sources that brought them first and last."""
    passed_on_at: datetime | None = None
    """When they were given the link that people pass on, the last time."""
    chat_counted: str = ""
    """The latest year in which they count among those who chat; "" none."""

    @property
    def address(self) -> str:
        """The address for answers: the phone where it is known, else the BSUID."""
        return self.wa_id or self.bsuid or ""

    @property
    def is_served(self) -> bool:
        """Return whether we write to them of our own accord: they are not blocked, and an address of theirs is known."""
        return self.blocked is None and self.address != ""

    @property
    def takes_news(self) -> bool | None:
        """Whether they want news of the office; None: they never said."""
        return self.news[-1].agreed if self.news else None

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


def addresses_lost(before: ChatContact, after: ChatContact, at: datetime) -> tuple[AddressLost, ...]:
    """Return what is lost where a contact had a number or a BSUID and has another one, or none, now."""
    ended = tuple(link.link_id for link in before.links if link.is_valid(at))
    both = ((before.wa_id, after.wa_id), (before.bsuid, after.bsuid))
    return tuple(AddressLost(after.contact_id, was, at, ended) for was, now in both if was is not None and was != now)


def _differs(contact: ChatContact, identity: ChatIdentity | ChatContact) -> bool:
    """Return whether both know the phone, or both the BSUID, and the two differ."""
    known = ((contact.wa_id, identity.wa_id), (contact.bsuid, identity.bsuid))
    return any(ours and theirs and ours != theirs for ours, theirs in known)


def strangers_among(known: Sequence[ChatContact], identity: ChatIdentity) -> tuple[ChatContact, ...]:
    """Return those of the contacts found by a sender's number and BSUID that are somebody else: numbers are given out again.

    Another BSUID under the number, or a number that a contact with another number has now by its BSUID.
    """
    account = next((contact for contact in known if contact.bsuid and contact.bsuid == identity.bsuid), None)
    return tuple(
        contact
        for contact in known
        if contact is not account
        and ((contact.bsuid and identity.bsuid and contact.bsuid != identity.bsuid) or (account is not None and _differs(contact, account)))
    )


def is_same_account(contact: ChatContact, other: ChatContact, bsuid: str | None) -> bool:
    """Return whether a contact that is found where another one moves to is its own: only the BSUID says so, the old one or the new."""
    return contact.bsuid is not None and contact.bsuid in (bsuid, other.bsuid)


def without_number(contact: ChatContact, at: datetime) -> ChatContact:
    """Return a contact whose number another account has now: requests and drafts stay its own, for whoever writes from there is not it."""
    return replace(contact, wa_id=None, links=lapsed(contact.links, at))


def with_anothers_number(contact: ChatContact, at: datetime) -> ChatContact:
    """Return a contact that has a number since this moment that another one had before."""
    return replace(contact, number_since=at)


def taken_over(contact: ChatContact, at: datetime) -> ChatContact:
    """Return a contact that another one's change of number or BSUID leads to, without valid links: no face was compared for it."""
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
        news=tuple(sorted((*kept.news, *other.news), key=lambda choice: choice.at)),
        aliases=tuple(dict.fromkeys((*kept.aliases, *other.ids))),
        links=lapsed(links, at) if _differs(kept, other) else links,
        touches=kept.touches.merged(other.touches),
        passed_on_at=max(filter(None, (kept.passed_on_at, other.passed_on_at)), default=None),
        chat_counted=max(kept.chat_counted, other.chat_counted),
        filed=max(kept.filed, other.filed, key=lambda tally: (tally.day, tally.count)),
    )
    return merged, replace(other, wa_id=None, bsuid=None, aliases=(), merged_into=kept.contact_id, links=())
