"""Links: this chat account is this person, because somebody compared a face with a KTP. Pure.

A link ends on its date, when it is revoked, when another replaces it, when the person dies, and when the account changes hands: nobody has
compared the face of whoever has the number now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.errors import DomainError, NotFound

NOBODY: Final = "-"  # stands for the officer or client where a link ended by itself


class Level(StrEnum):
    """The proof that a link rests on."""

    COUNTER = "counter"
    """The person came to the counter with the KTP-el."""
    OFFICER = "officer"
    """An officer compared a selfie with the KTP-el."""


class End(StrEnum):
    """The reason why a link ended before its date."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    CHANGED_HANDS = "changed_hands"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class PersonLink:
    """One link of a contact. `granted_by` and `ended_by`: officer or API client."""

    link_id: str
    nik: str = field(repr=False)
    level: Level
    granted_at: datetime
    granted_by: str
    expires_at: datetime
    ended_at: datetime | None = None
    end: End | None = None
    ended_by: str | None = None

    def is_valid(self, at: datetime) -> bool:
        """Return whether the link is valid at that moment."""
        return self.ended_at is None and at < self.expires_at


Links = tuple[PersonLink, ...]


def valid_link(links: Links, at: datetime) -> PersonLink | None:
    """Return the valid link; the newest where two merged contacts had one each."""
    return max((link for link in links if link.is_valid(at)), key=lambda link: link.granted_at, default=None)


def granted(links: Links, link: PersonLink) -> Links:
    """Return the links with a new one, which ends the one before."""
    return (*_ended(links, End.REPLACED, link.granted_by, link.granted_at), link)


def lapsed(links: Links, at: datetime) -> Links:
    """Return the links, all ended: the account changed hands."""
    return _ended(links, End.CHANGED_HANDS, NOBODY, at)


def died(links: Links, nik: str, at: datetime) -> Links:
    """Return the links with those to this person ended: they died."""
    return tuple(_end(link, End.DIED, NOBODY, at) if link.nik == nik and link.is_valid(at) else link for link in links)


def revoked(links: Links, link_id: str, by: str, at: datetime) -> Links:
    """Return the links with this one ended.

    Raises:
        NotFound: `link_not_found`.
        DomainError: `link_ended`.
    """
    link = next((link for link in links if link.link_id == link_id), None)
    if link is None:
        raise NotFound("link_not_found", "There is no link of this id.")
    if not link.is_valid(at):
        raise DomainError("link_ended", "It holds no more.")
    return tuple(_end(each, End.REVOKED, by, at) if each.link_id == link_id else each for each in links)


def _ended(links: Links, end: End, by: str, at: datetime) -> Links:
    return tuple(_end(link, end, by, at) if link.is_valid(at) else link for link in links)


def _end(link: PersonLink, end: End, by: str, at: datetime) -> PersonLink:
    return replace(link, ended_at=at, end=end, ended_by=by)
