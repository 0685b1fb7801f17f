"""Links between a chat contact and the person who holds the phone (ADR 15): what proves whose papers a sender may ask for.

A link is granted by people who compared a face with a KTP: at the counter, or an officer who looked at a selfie. It ends by time, by
revocation, when another person is proven on the same phone, and when the number or the account behind it changes hands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How the person was proven."""

    COUNTER = "counter"
    SELFIE = "selfie"


class End(StrEnum):
    """Why a link ended before its time."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    CHANGED_HANDS = "changed_hands"


@dataclass(frozen=True, slots=True)
class Link:
    """A contact is this person until `expires_at`, unless it ended before. `granted_by` and `ended_by`: API client or officer."""

    link_id: str
    nik: str = field(repr=False)
    level: Level
    granted_by: str
    granted_at: datetime
    expires_at: datetime
    end: End | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None

    def stands(self, at: datetime) -> bool:
        """Whether it can be relied on."""
        return self.end is None and at < self.expires_at


def standing(links: Iterable[Link], at: datetime) -> Link | None:
    """The link to rely on; there is one at most."""
    return next((link for link in links if link.stands(at)), None)


def grant(links: tuple[Link, ...], new: Link) -> tuple[Link, ...]:
    """Add a link. What stood before makes room: a phone is one person's."""
    return (*_ended(links, End.REPLACED, new.granted_at, new.granted_by), new)


def lapse(links: tuple[Link, ...], at: datetime) -> tuple[Link, ...]:
    """End what stands: the number, or the account behind it, may be somebody else's now."""
    return _ended(links, End.CHANGED_HANDS, at, None)


def revoke(links: tuple[Link, ...], link_id: str, by: str, at: datetime) -> tuple[Link, ...]:
    """End one link; one that has ended stays as it ended."""
    return tuple(_end(link, End.REVOKED, at, by) if link.link_id == link_id else link for link in links)


def join(kept: tuple[Link, ...], other: tuple[Link, ...], at: datetime) -> tuple[Link, ...]:
    """The links of two contacts that turned out to be one account. If they speak of two persons, nobody knows whose phone it is."""
    mine, theirs = standing(kept, at), standing(other, at)
    both = (*kept, *other)
    if mine is None or theirs is None:
        return both
    if mine.nik != theirs.nik:
        return lapse(both, at)
    return (*kept, *_ended(other, End.REPLACED, at, None))


def _ended(links: tuple[Link, ...], end: End, at: datetime, by: str | None) -> tuple[Link, ...]:
    return tuple(_end(link, end, at, by) for link in links)


def _end(link: Link, end: End, at: datetime, by: str | None) -> Link:
    return replace(link, end=end, ended_at=at, ended_by=by) if link.stands(at) else link
