"""Sources: what brings people here, with a short code each; and what a message tells of the source that its sender came from. Pure.

A source is one campaign on one channel at one place, for one service or any, in one village or any, by one account or none. Nothing of it
is personal: a neighbour's link is the same for all who came by the same source.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from services.intake.domain.outreach.codes import FoundCode, make_code
from shared.errors import Conflict
from shared.reference.catalogue import CivilService
from shared.reference.outreach import outreach_lists

_CHAT: Final = "https://wa.me/"
NEIGHBOUR: Final = "neighbour"
REGISTRAR: Final = "registrar"
COURT_LETTER: Final = "court_letter"
NO_SOURCE: Final = ""
"""Stands in counts for whoever came by no source that is known."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """What a source is. `channel`, `place`: codes of `shared.reference.outreach`; `ads`: ids that the provider has for an advertisement.

    `ends_on`: the last day on which it counts as running. `told_on_from`: the source whose people pass this one on; "" none.
    """

    name: str
    campaign: str
    channel: str
    place: str
    service: str = ""
    village: str = ""
    account: str = ""
    ads: tuple[str, ...] = ()
    ends_on: date | None = None
    told_on_from: str = ""


@dataclass(frozen=True, slots=True)
class OutreachSource:
    """A source with its code. Who comes by one that has ended is counted under it all the same: posters hang for years."""

    code: str
    what: SourceDescription
    made_at: datetime
    made_by: str
    retired_at: datetime | None = None

    def is_running(self, today: date) -> bool:
        """Return whether it is neither retired nor over. `today`: the office's day."""
        return self.retired_at is None and (self.what.ends_on is None or today <= self.what.ends_on)

    def sentence(self, service: CivilService | None) -> str:
        """Return the first message of its link, its code in it. `service`: that of the source, from the catalogue."""
        return f"{outreach_lists().sentence(service)} (#{self.code})"

    def link(self, number: str, service: CivilService | None) -> str:
        """Return the link that opens a chat with that message. `number`: ours, in E.164 without the plus."""
        return f"{_CHAT}{number}?text={quote(self.sentence(service), safe='')}"

    def page(self, public_url: str) -> str:
        """Return the address of its page, which works without WhatsApp."""
        return f"{public_url.rstrip('/')}/m/{self.code}"


def make_source(what: SourceDescription, taken: Collection[str], choose: Callable[[str], str], by: str, at: datetime) -> OutreachSource:
    """Return a new source with a code that none ever had. `choose`: one of several characters, by chance."""
    return OutreachSource(make_code(choose, taken), what, at, by)


def retire(source: OutreachSource, at: datetime) -> OutreachSource:
    """Return the source as retired.

    Raises:
        Conflict: `source_retired`.
    """
    if source.retired_at is not None:
        raise Conflict("source_retired")
    return replace(source, retired_at=at)


class ArrivalKind(StrEnum):
    """What is known of the source of a message."""

    KNOWN = "known"
    COMPLETED = "completed"
    """Its code was cut off or mistyped by one slip, and only one source is so near."""
    ENDED = "ended"
    """A source that is retired or over: it counts as its own all the same."""
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    """A code that adds up and that we never gave out, or an advertisement that nobody has entered."""


@dataclass(frozen=True, slots=True)
class MessageLead:
    """What a message says of where its sender comes from. `ad`: the provider's id of an advertisement; "" it named none."""

    code: FoundCode | None = None
    is_ad: bool = False
    ad: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """A moment at which a source brought somebody. `source`: its code; "" where it is not known which."""

    source: str
    kind: ArrivalKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Touches:
    """The first source that brought a contact and the last one. `is_spent`: a request was filed by the last one since."""

    first: Touch | None = None
    last: Touch | None = None
    is_spent: bool = field(default=False)

    def touched(self, touch: Touch) -> Touches:
        """Return them with one more. One that names no source moves none that does."""
        if self.last is not None and not touch.source:
            return self
        if self.first is not None and not self.first.source and touch.source:
            return Touches(touch, touch)
        return Touches(self.first or touch, touch)

    def credited(self, at: datetime, within: timedelta) -> str | None:
        """Return the code of the source that a draft begun now is due to; None where there is none, or it is too long ago."""
        last = self.last
        return last.source if last is not None and last.source and not self.is_spent and at - last.at <= within else None

    def spent(self, source: str | None) -> Touches:
        """Return them after a request of this source was filed."""
        return replace(self, is_spent=True) if self.last is not None and source == self.last.source else self

    def merged(self, other: Touches) -> Touches:
        """Return those of two contacts that turned out to be one person."""
        first = min(filter(None, (self.first, other.first)), key=lambda touch: touch.at, default=None)
        latest = max((self, other), key=lambda each: each.last.at.timestamp() if each.last else 0.0)
        return Touches(first, latest.last, latest.is_spent)


UNTOUCHED: Final = Touches()
"""Nobody was brought by anything that is known."""
NOBODY: Final = "-"
"""Stands for those who came by no source as the ones who pass a link on."""


def touch_of(lead: MessageLead, source: OutreachSource | None, at: datetime, today: date, *, completed: bool = False) -> Touch | None:
    """Return what a message's lead comes to, with the source that was found for it; None where the lead is none after all."""
    if source is not None:
        kind = ArrivalKind.COMPLETED if completed else ArrivalKind.KNOWN
        return Touch(source.code, kind if source.is_running(today) else ArrivalKind.ENDED, at)
    if lead.code is not None and lead.code.is_marked:
        return Touch(NO_SOURCE, ArrivalKind.UNKNOWN if lead.code.condition == "intact" else ArrivalKind.DAMAGED, at)
    return Touch(NO_SOURCE, ArrivalKind.UNKNOWN, at) if lead.is_ad else None
