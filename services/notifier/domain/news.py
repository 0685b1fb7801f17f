"""Who may be told, and when: consent, how often, the hours of the day, and the state of our number. Pure.

Consent: UU 27/2022 ps 20 and 9, and WhatsApp's rule that marketing goes to who opted in. What is asked here is asked twice: when somebody
is put into their lane, and as the last thing before the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Protocol

from services.notifier.domain.broadcast import Broadcast, BroadcastState, Category, Hours

_LOOK_AGAIN: Final = timedelta(seconds=20)  # at a message that stands in a lane while its broadcast may not send
OPTED_OUT: Final = "opted_out"
NO_OPT_IN: Final = "no_opt_in"
NOT_INVITED: Final = "not_invited"
"""It takes back what was announced, and they were never told."""
LATELY_TOLD: Final = "lately_told"
BROADCAST_STOPPED: Final = "broadcast_stopped"


@dataclass(frozen=True, slots=True)
class NewsContact:
    """What we know of somebody's wish for news. `agreed` None: they never said; `told_at`: of the last broadcast that was for them."""

    contact_id: str
    address: str = field(default="", repr=False)
    agreed: bool | None = None
    changed_at: datetime | None = None
    told_at: datetime | None = None


class RecipientState(StrEnum):
    """The state of somebody on a broadcast's list. What became of a message that is on its way says its job."""

    PLANNED = "planned"
    QUEUED = "queued"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class NewsRecipient:
    """Somebody on a broadcast's list. `why`: of one who was left out."""

    broadcast_id: str
    contact_id: str
    address: str = field(repr=False)
    known_at: datetime
    """When the address was last known to be theirs."""
    listed_at: datetime
    village: str | None = None
    state: RecipientState = RecipientState.PLANNED
    why: str | None = None
    moved_at: datetime | None = None

    @property
    def key(self) -> str:
        """Names broadcast and person: in the list, and as the effect of the message."""
        return f"{self.broadcast_id}:{self.contact_id}"


class OfficeCalendar(Protocol):
    """The days on which the office works, and the zone in which its hours are meant."""

    @property
    def zone(self) -> tzinfo:
        """Where it is."""

    def is_working_day(self, day: date) -> bool:
        """Return whether it works on that day at all."""


@dataclass(frozen=True, slots=True)
class NewsPolicy:
    """What the office decided. `rest`: between two broadcasts to one person; `alone_most`: people whom one person alone may write to.

    `people_a_day`: Meta's limit of people outside their window in 24 hours; `echo`: how soon WhatsApp's first word
    of a message should come; `errors_share`: of `errors_after`
    messages or more that may fail. `prices`: of one message by category, in `currency`.
    """

    office: OfficeCalendar
    hours: Hours
    on_days_off: bool
    rest: timedelta
    per_second: float
    alone_most: int
    people_a_day: int
    echo: timedelta
    errors_share: float
    errors_after: int
    prices: Mapping[str, float]
    currency: str


def changed(contact: NewsContact, address: str, *, agreed: bool, at: datetime) -> NewsContact:
    """Return the contact after they agreed or wanted no more; of two changes that come in any order the later one counts."""
    if contact.changed_at is not None and at < contact.changed_at:
        return contact
    return replace(contact, address=address, agreed=agreed, changed_at=at)


def why_not(contact: NewsContact, category: Category, *, at: datetime, rest: timedelta) -> str | None:
    """Return why somebody is not put into their lane; None where they are.

    `marketing` goes to who agreed. `utility` is about something of theirs that is open, and goes to all but who wants no more.
    """
    refused = refuses(contact, category)
    if refused is not None:
        return refused
    return LATELY_TOLD if contact.told_at is not None and at - contact.told_at < rest else None


def refuses(contact: NewsContact, category: Category) -> str | None:
    """Return why a person's own word forbids it; None where it does not."""
    if contact.agreed is False:
        return OPTED_OUT
    return NO_OPT_IN if category is Category.MARKETING and contact.agreed is None else None


def opens_at(hours: Hours, policy: NewsPolicy, at: datetime) -> datetime:
    """Return the moment itself where messages may leave, else the next one: within both hours, on a day on which the office works."""
    begins, ends = max(hours.begins, policy.hours.begins), min(hours.ends, policy.hours.ends)
    local = at.astimezone(policy.office.zone)
    if _is_day(policy, local.date()) and begins <= local.time() < ends:
        return at
    day = local.date() if local.time() < begins else local.date() + timedelta(days=1)
    while not _is_day(policy, day):
        day += timedelta(days=1)
    return datetime.combine(day, begins, policy.office.zone).astimezone(at.tzinfo)


def _is_day(policy: NewsPolicy, day: date) -> bool:
    return policy.on_days_off or policy.office.is_working_day(day)


def overlap(hours: Hours, policy: NewsPolicy) -> bool:
    """Return whether a broadcast's hours and the office's have anything in common."""
    return max(hours.begins, policy.hours.begins) < min(hours.ends, policy.hours.ends)


@dataclass(frozen=True, slots=True)
class DoorVerdict:
    """What becomes of a message at the door: `never` it leaves, and why; or not before `later`; or now."""

    never: str | None = None
    later: datetime | None = None


NOW: Final = DoorVerdict()


def at_the_door(broadcast: Broadcast | None, contact: NewsContact, policy: NewsPolicy, *, at: datetime) -> DoorVerdict:
    """Judge a message right before its call."""
    if broadcast is None or broadcast.state is BroadcastState.STOPPED:
        return DoorVerdict(never=BROADCAST_STOPPED)
    refused = refuses(contact, broadcast.category)
    if refused is not None:
        return DoorVerdict(never=refused)
    if broadcast.state is BroadcastState.PAUSED:
        return DoorVerdict(later=at + _LOOK_AGAIN)
    opens = opens_at(broadcast.hours, policy, at)
    return DoorVerdict(later=min(opens, at + _LOOK_AGAIN)) if opens > at else NOW


_FELL: Final = frozenset({"flagged", "downgrade", "account_violation", "account_restriction", "disabled_update", "account_deleted"})
_ROSE: Final = frozenset({"unflagged", "upgrade", "account_restored", "account_reinstated"})


@dataclass(frozen=True, slots=True)
class NumberHealth:
    """How WhatsApp rates our number, as it said last. `fell` is the code of its fall, until it rises again."""

    fell: str | None = None
    limit: str | None = None
    at: datetime | None = None


def rated(health: NumberHealth, change: str, limit: str | None, *, at: datetime) -> NumberHealth:
    """Return the health after a webhook; one that came late, or says neither better nor worse, changes nothing but the limit."""
    if health.at is not None and at < health.at:
        return health
    fell = change if change in _FELL else None if change in _ROSE else health.fell
    return NumberHealth(fell, limit or health.limit, at)


_LEAST_WINDOW: Final = 4.0  # messages on the way at a time: it always moves
_STEP: Final = 2.0  # messages that are added while word comes soon
_CUT: Final = 0.7  # what is left where it does not


def next_window(window: float, oldest: float, *, soon: float, most: float) -> float:
    """Return how many messages of broadcasts may be on the way, until WhatsApp's first word of each: more while that comes soon.

    `oldest`: seconds since the oldest of them was accepted. The word comes the way that answers go, in through the webhook and the queues:
    where it is late, people who chat would wait, so that the broadcast gives way (additive increase, multiplicative decrease).
    """
    return max(_LEAST_WINDOW, window * _CUT) if oldest > soon else min(most, window + _STEP)


def cost(people: int, category: Category, policy: NewsPolicy) -> float | None:
    """Return what so many messages cost at most; None where no price is set for their category."""
    price = policy.prices.get(category)
    return None if price is None else people * price
