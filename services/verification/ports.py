"""The handlers' ports, and the dependencies of a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.verification.domain.case import Case
from services.verification.domain.facts import CaseFact, TaskFact
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import Submission
from services.verification.domain.task import Task
from shared.clock import Clock
from shared.reference.catalogue import Catalogue
from shared.reference.working_hours import WorkingHours


class Cases(Protocol):
    """The cases of this unit of work, by request id."""

    async def find(self, request_id: str) -> Case | None:
        """Return the case, or None."""

    async def get(self, request_id: str) -> Case:
        """Return the case; NotFound where there is none."""

    def add(self, case: Case) -> None:
        """Store a new case."""

    def save(self, case: Case) -> None:
        """Store a changed case that was read in this unit."""


class Tasks(Protocol):
    """The officers' tasks of this unit of work."""

    async def get(self, task_id: str) -> Task:
        """Return the task; NotFound where there is none."""

    def add(self, task: Task) -> None:
        """Store a new task."""

    def save(self, task: Task) -> None:
        """Store a changed task that was read in this unit."""

    def version(self, task_id: str) -> int:
        """Return the task's version after this unit."""


class Families(Protocol):
    """The register, for the one act that changes it. Versioned like any aggregate: of two changes at once, one is repeated."""

    async def holding(self, kk_number: str, niks: Iterable[str]) -> tuple[Family, ...]:
        """Return the family of this number and the families of these persons, with the changes of this unit."""

    def put(self, family: Family) -> None:
        """Store a family: a new one, or a changed one that was read in this unit."""


class Tx(Protocol):
    """One unit of work. May handle many messages: a later one sees what an earlier one did."""

    @property
    def cases(self) -> Cases:
        """The cases of this unit."""

    @property
    def tasks(self) -> Tasks:
        """The tasks of this unit."""

    @property
    def families(self) -> Families:
        """The register, to be changed."""

    async def register(self, *, kk_numbers: Iterable[str], niks: Iterable[str]) -> Register:
        """Return the families of these cards and persons, read once per unit."""

    async def prefetch(self, submissions: Iterable[Submission]) -> None:
        """Read what these requests will need, in one query per collection."""

    async def prefetch_cases(self, request_ids: Iterable[str]) -> None:
        """Read these cases in one query."""

    def emit(self, fact: CaseFact | TaskFact) -> None:
        """Publish a fact as an event, with the same commit."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""


class TaskFilter(StrEnum):
    """The kind of tasks that a list shows."""

    OPEN = "open"
    AVAILABLE = "available"
    MINE = "mine"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """The filters of a list of tasks. `text` may be personal: it is never part of a URL."""

    officer_id: str
    show: TaskFilter = TaskFilter.OPEN
    service: str | None = None
    channel: str | None = None
    reason: str | None = None
    text: str | None = None
    after: str | None = None
    limit: int = 50


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


@dataclass(frozen=True, slots=True)
class FileStream:
    """A streamed file. Iterate `chunks` to the end or close it: its connection stays open until then."""

    media_type: str
    size_bytes: int | None
    chunks: AsyncIterator[bytes]


class AttachmentSource(Protocol):
    """The attachments of requests, which intake stores."""

    async def open(self, file_id: str) -> FileStream:
        """Open an attachment; NotFound, or Transient while intake is down."""


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of the handlers, beside the unit of work."""

    clock: Clock
    new_id: Callable[[], str]
    catalogue: Catalogue
    hours: WorkingHours
    claim_lease: timedelta
    files: AttachmentSource
    task_reader: TaskReader
