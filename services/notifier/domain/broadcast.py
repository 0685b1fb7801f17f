"""A broadcast: one approved template to many people who may be told. Pure.

    counting -> ready -> running <-> paused -> done
    counting, ready, running, paused -> stopped

`counting` until intake has said whom its segment holds. It is never changed after that: who wants other words writes another one.
`running` moves people from the list into their lanes, a few at a time; nobody is put in twice, for the key names broadcast and person.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from services.notifier.domain.message import Template
from services.notifier.domain.pacing import Bucket
from shared.errors import DomainError
from shared.trials import Arm, StoppingRule

NAME_MOST: Final = 80  # characters of a broadcast's name, as its list shows it


class Category(StrEnum):
    """Meta's category of a template: `marketing` goes to who agreed, `utility` is about something that the person has open."""

    MARKETING = "marketing"
    UTILITY = "utility"


class OpenNeed(StrEnum):
    """What somebody has not finished."""

    DRAFT = "draft"
    RETURNED = "returned"


class BroadcastState(StrEnum):
    """The state of a broadcast."""

    COUNTING = "counting"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody of the office who did something."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Whom a broadcast is for. No villages: any; `need` None: whether or not they have one."""

    villages: tuple[str, ...] = ()
    need: OpenNeed | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day, local time, between which messages leave."""

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins >= self.ends:
            raise ValueError("hours end after they begin")


@dataclass(frozen=True, slots=True)
class ListPages:
    """The pages of the list that came, by number, of how many (0: none came yet), and how many of the segment get nothing, by why."""

    came: frozenset[int] = frozenset()
    of: int = 0
    people: int = 0
    left_out: tuple[tuple[str, int], ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all of them came."""
        return self.of > 0 and len(self.came) == self.of


@dataclass(frozen=True, slots=True)
class BroadcastTrial:
    """That a broadcast is one of two that are compared, to half of the segment each. `rule`: said before, by which it is concluded."""

    trial_id: str
    arm: Arm
    rule: StoppingRule


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast. `pace`: the bucket of its own rate; `judged_from`: tries and failures before which errors are not counted any more.

    `paused_reason` is a code; `paused_by` None: it holds itself.
    """

    broadcast_id: str
    name: str
    template: Template
    category: Category
    segment: Segment
    hours: Hours
    per_second: float
    made_by: Hand
    made_at: datetime
    state: BroadcastState = BroadcastState.COUNTING
    pages: ListPages = field(default_factory=ListPages)
    pace: Bucket | None = None
    started_by: Hand | None = None
    started_at: datetime | None = None
    paused_reason: str | None = None
    paused_by: Hand | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    judged_from: tuple[int, int] = (0, 0)
    trial: BroadcastTrial | None = None
    about: str = ""
    """What it invites to, as the page that led here names it: `trips/<id>/<village>`; "" nothing."""
    corrects: tuple[str, ...] = ()
    """The broadcasts about the same that were started: it goes to those alone who were told by one of them."""

    @property
    def is_running(self) -> bool:
        """Whether people are put into their lanes."""
        return self.state is BroadcastState.RUNNING


def take_page(broadcast: Broadcast, page: int, pages: int, people: int, left_out: tuple[tuple[str, int], ...]) -> Broadcast:
    """Count a page of the list, once; with the last one the broadcast is ready. A page that comes late changes nothing."""
    known = broadcast.pages
    if broadcast.state is not BroadcastState.COUNTING or page in known.came:
        return broadcast
    came = ListPages(known.came | {page}, pages, known.people + people, left_out or known.left_out)
    return replace(broadcast, pages=came, state=BroadcastState.READY if came.is_whole else BroadcastState.COUNTING)


def needs_second(broadcast: Broadcast, staff_id: str, alone_most: int) -> bool:
    """Return whether somebody else must start it: who wrote it does not send it to so many alone, nor in two halves that are compared."""
    people = broadcast.pages.people * (len(Arm) if broadcast.trial else 1)
    return broadcast.made_by.staff_id == staff_id and people > alone_most


def start(broadcast: Broadcast, by: Hand, *, at: datetime, alone_most: int) -> Broadcast:
    """Begin to send.

    Raises:
        DomainError: `broadcast_not_ready`; `broadcast_empty`; `second_person_needed`.
    """
    if broadcast.state is not BroadcastState.READY:
        raise DomainError("broadcast_not_ready", broadcast.state)
    if not broadcast.pages.people:
        raise DomainError("broadcast_empty")
    if needs_second(broadcast, by.staff_id, alone_most):
        raise DomainError("second_person_needed")
    return replace(broadcast, state=BroadcastState.RUNNING, started_by=by, started_at=at)


def pause(broadcast: Broadcast, reason: str, *, at: datetime, by: Hand | None = None) -> Broadcast:
    """Hold it: nobody more is put into a lane, and what stands there waits. One that does not run stays as it is."""
    if not broadcast.is_running:
        return broadcast
    return replace(broadcast, state=BroadcastState.PAUSED, paused_reason=reason, paused_by=by, paused_at=at)


def resume(broadcast: Broadcast, judged_from: tuple[int, int]) -> Broadcast:
    """Go on; errors count from now on.

    Raises:
        DomainError: `broadcast_not_paused`.
    """
    if broadcast.state is not BroadcastState.PAUSED:
        raise DomainError("broadcast_not_paused", broadcast.state)
    running = replace(broadcast, state=BroadcastState.RUNNING, paused_reason=None, paused_by=None, paused_at=None)
    return replace(running, pace=None, judged_from=judged_from)


def stop(broadcast: Broadcast, *, at: datetime) -> Broadcast:
    """End it for good: who was not told yet never is.

    Raises:
        DomainError: `broadcast_ended`.
    """
    if broadcast.state in (BroadcastState.STOPPED, BroadcastState.DONE):
        raise DomainError("broadcast_ended", broadcast.state)
    return replace(broadcast, state=BroadcastState.STOPPED, ended_at=at)


def finish(broadcast: Broadcast, *, at: datetime) -> Broadcast:
    """End it: everybody of its list was told, or left out, and nothing of it is on the way."""
    return replace(broadcast, state=BroadcastState.DONE, ended_at=at)


def too_many_fail(broadcast: Broadcast, tried: int, failed: int, *, share: float, after: int) -> bool:
    """Return whether so many messages failed since it was started, or resumed, that it must hold."""
    tried_before, failed_before = broadcast.judged_from
    tried, failed = tried - tried_before, failed - failed_before
    return tried >= after and failed > share * tried
