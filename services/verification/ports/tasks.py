"""Lists of tasks: what is asked for, and what a reader of them gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.verification.domain.officer import DeskOfficer
from services.verification.domain.task import Task


class TaskOrder(StrEnum):
    """The order of a list: by the promise, as the queue is worked off, or what was decided last first."""

    DUE = "due"
    PLACE = "place"
    DECIDED = "decided"


class TaskFilter(StrEnum):
    """The kind of tasks that a list shows.

    NEXT: what the officer may claim now, as the queue hands it out, and is not late; LATE: the same where the promise is broken; HELD: what
    the officer holds and has not decided; GREEN: of what the officer may claim or holds, for a first approval, that of which every check is
    green; CLAIMED: what anybody holds.
    """

    OPEN = "open"
    GREEN = "green"
    AVAILABLE = "available"
    NEXT = "next"
    LATE = "late"
    HELD = "held"
    CLAIMED = "claimed"
    MINE = "mine"
    RESERVED = "reserved"
    OVERDUE = "overdue"
    SECOND = "second"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """The filters of a list of tasks. `text` may be personal: it is never part of a URL."""

    officer_id: str
    show: TaskFilter = TaskFilter.OPEN
    order: TaskOrder = TaskOrder.DUE
    service: str | None = None
    channel: str | None = None
    reason: str | None = None
    area: str | None = None
    text: str | None = None
    after: str | None = None
    limit: int = 50
    is_lead: bool = False
    """Whether the officer gives second approvals: they are part of what comes next."""
    areas: frozenset[str] = frozenset()
    """Codes of the districts or villages that the officer works on; empty: all."""
    services: frozenset[str] | None = None
    """What the officer is given: of other services only what is reserved for them. None: all."""
    holder: str | None = None
    """Of what is held: only by this officer."""
    decided_from: datetime | None = None
    decided_until: datetime | None = None
    is_late: bool = False
    """Of what was decided: only what came after its promise."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of tasks, the most urgent first, and the cursor of the next page (None: this is the last)."""

    tasks: tuple[Task, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class TaskTally:
    """The numbers of open, claimed and overdue tasks."""

    open: int
    claimed: int
    overdue: int
    by_service: dict[str, int]


class TaskReader(Protocol):
    """Lists of tasks; plain reads, outside any unit of work."""

    async def page(self, query: TaskQuery, *, at: datetime) -> TaskPage:
        """Return one page of tasks."""

    async def tally(self, *, at: datetime) -> TaskTally:
        """Return the tally of all open tasks."""

    async def count(self, query: TaskQuery, *, at: datetime, most: int, newer_than: str | None = None) -> int:
        """Return how many tasks the filters match, counted up to `most`; `newer_than`: only those opened after this one."""

    async def newest(self) -> str | None:
        """Return the id of the task that was opened last."""

    async def related(self, keys: Collection[str], *, but: str, limit: int) -> tuple[Task, ...]:
        """Return tasks about these numbers of persons or cards but this one, the newest first."""

    async def found(self, words: Sequence[Sequence[str]], areas: Collection[str], *, limit: int) -> tuple[Task, ...]:
        """Return tasks, open and closed, that have every word; `words`: as `search_beginnings` gives them, at least one.

        `areas`: only those of these places, and those whose place nobody knows; empty: all.
        """

    async def candidates(self, officer: DeskOfficer, *, at: datetime, limit: int) -> tuple[str, ...]:
        """Return the ids of tasks that this officer may claim now: first those reserved for them, then by their place in the queue."""

    async def held_by(self, officer_id: str, *, at: datetime) -> tuple[str, ...]:
        """Return the ids of the tasks that an officer holds and has not decided."""

    async def alarms(self, *, at: datetime, limit: int) -> tuple[str, ...]:
        """Return the ids of tasks whose next lateness is to be announced by then, the longest due first."""

    async def running_since_before(self, moment: datetime, *, limit: int) -> tuple[str, ...]:
        """Return the ids of open tasks whose clock runs since before a moment."""

    async def decided(self, *, at: datetime, limit: int) -> tuple[str, ...]:
        """Return the ids of tasks whose held decision takes effect by then, the oldest first."""
