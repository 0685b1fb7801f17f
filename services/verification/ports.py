"""What the handlers need from outside, and what holds it together."""

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
        """Return the case; raises NotFound."""

    def add(self, case: Case) -> None:
        """Keep a new case."""

    def save(self, case: Case) -> None:
        """Keep the next state of a case that was read here."""


class Tasks(Protocol):
    """The officers' tasks of this unit of work."""

    async def get(self, task_id: str) -> Task:
        """Return the task; raises NotFound."""

    def add(self, task: Task) -> None:
        """Keep a new task."""

    def save(self, task: Task) -> None:
        """Keep the next state of a task that was read here."""

    def version(self, task_id: str) -> int:
        """Return its version as this unit will leave it."""


class Families(Protocol):
    """The register, for the one act that changes it. Versioned like any aggregate: who loses a race reads again."""

    async def holding(self, kk_number: str, niks: Iterable[str]) -> tuple[Family, ...]:
        """Return the family of this number and those in which these persons stand, as this unit will leave them."""

    def put(self, family: Family) -> None:
        """Keep a family: a new one, or the next state of one that was read here."""


class Tx(Protocol):
    """One unit of work. May hold many messages: a later one sees what an earlier one did."""

    @property
    def cases(self) -> Cases:
        """The cases."""

    @property
    def tasks(self) -> Tasks:
        """The tasks."""

    @property
    def families(self) -> Families:
        """The register, to be changed."""

    async def register(self, *, kk_numbers: Iterable[str], niks: Iterable[str]) -> Register:
        """Return the families of these cards and persons, read once per unit."""

    async def prefetch(self, submissions: Iterable[Submission]) -> None:
        """Read in one query per collection what these requests will ask for."""

    async def prefetch_cases(self, request_ids: Iterable[str]) -> None:
        """Read these cases in one query."""

    def emit(self, fact: CaseFact | TaskFact) -> None:
        """Tell others; leaves with the unit."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""


class TaskFilter(StrEnum):
    """Which tasks a list shows."""

    OPEN = "open"
    AVAILABLE = "available"
    MINE = "mine"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What an officer asks the list for. `text` may be personal: it never stands in a URL."""

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
    """Tasks, the most urgent first, and where the next page begins (None: this is the last)."""

    tasks: tuple[Task, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class TaskTally:
    """How much work there is."""

    open: int
    claimed: int
    overdue: int
    by_service: dict[str, int]


class TaskReader(Protocol):
    """Lists over tasks; plain reads, outside any unit of work."""

    async def page(self, query: TaskQuery, *, at: datetime) -> TaskPage:
        """Return one page."""

    async def tally(self, *, at: datetime) -> TaskTally:
        """Return the numbers of the whole desk."""


@dataclass(frozen=True, slots=True)
class FileStream:
    """A file on its way through. Iterate `chunks` to the end or close it: the connection behind it stays open till then."""

    media_type: str
    size_bytes: int | None
    chunks: AsyncIterator[bytes]


class AttachmentSource(Protocol):
    """The attachments, which intake holds."""

    async def open(self, file_id: str) -> FileStream:
        """Open one; raises NotFound, or Transient while intake is down."""


@dataclass(frozen=True, slots=True)
class Deps:
    """What every handler may use beside its unit of work."""

    clock: Clock
    new_id: Callable[[], str]
    catalogue: Catalogue
    hours: WorkingHours
    claim_lease: timedelta
    files: AttachmentSource
    task_reader: TaskReader
