"""The handlers' ports, and the dependencies of a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from services.verification.domain.capacity import QueueFigures
from services.verification.domain.case import Case
from services.verification.domain.facts import Fact
from services.verification.domain.history import RegisterEntry
from services.verification.domain.recorded import RecordedDecision
from services.verification.domain.recording import AwaitedChange
from services.verification.domain.register import Family, Register
from services.verification.domain.register_pause import RegisterPause
from services.verification.domain.rules import People, Rules, Wish
from services.verification.domain.service_clock import AlarmTimes
from services.verification.domain.task import Task
from services.verification.ports.overview import OverviewReader as OverviewReader
from services.verification.ports.staff import Staff
from services.verification.ports.tasks import TaskFilter as TaskFilter
from services.verification.ports.tasks import TaskOrder as TaskOrder
from services.verification.ports.tasks import TaskPage as TaskPage
from services.verification.ports.tasks import TaskQuery as TaskQuery
from services.verification.ports.tasks import TaskReader as TaskReader
from services.verification.ports.tasks import TaskTally as TaskTally
from shared.clock import Clock
from shared.reference.catalogue import Catalogue
from shared.reference.working_hours import WorkingHours
from shared.turns import Turns


class Cases(Protocol):
    """The cases of this unit of work: by the id of the request, or of the court's case."""

    async def find(self, case_id: str) -> Case | None:
        """Return the case, or None."""

    async def get(self, case_id: str) -> Case:
        """Return the case; NotFound where there is none."""

    def put(self, case: Case) -> None:
        """Store a case: a new one, or a changed one that was read in this unit."""


class Tasks(Protocol):
    """The officers' tasks of this unit of work."""

    async def get(self, task_id: str) -> Task:
        """Return the task; NotFound where there is none."""

    def add(self, task: Task) -> None:
        """Store a new task."""

    async def find(self, task_id: str) -> Task | None:
        """Return the task, or None."""

    async def prefetch(self, task_ids: Sequence[str]) -> None:
        """Read tasks in one query."""

    def save(self, task: Task) -> None:
        """Store a changed task that was read in this unit."""


class FamilyRegister(Protocol):
    """The register, to be changed. An outside registry could stand behind it.

    Families are versioned like any aggregate: of two changes at once, one is repeated.
    """

    async def mark(self, families: Sequence[Family], case_id: str) -> tuple[Family, ...]:
        """Mark families pending for a case, as they were read; Conflict where one changed since. Return them as marked."""

    async def record(self, awaited: AwaitedChange, draft: RegisterEntry, *, on: date) -> RegisterEntry | None:
        """Apply a change once, by the id of its entry, which is kept for the history with every person that changed.

        Return the entry; None: it was applied before. DomainError `register_conflict`: the register changed in between.
        """

    async def release(self, awaited: AwaitedChange, case_id: str, kept: RegisterEntry | None = None) -> None:
        """Drop a change: its families wait for it no more. `kept` goes into the history: who gave it up, and why."""


class Pauses(Protocol):
    """Whether the register is to be had, in this unit of work."""

    async def get(self) -> RegisterPause:
        """Return the state."""

    def put(self, state: RegisterPause) -> None:
        """Store the state, which was read in this unit."""


class RecordedDecisions(Protocol):
    """Decisions of courts that somebody may rely on, in this unit of work."""

    async def keep(self, recorded: RecordedDecision) -> None:
        """Store a decision; the same again changes nothing."""


class Links(Protocol):
    """Links between chats and people that ended because a number changed hands."""

    async def ended(self, link_ids: Iterable[str]) -> frozenset[str]:
        """Return those that ended."""

    async def end(self, link_ids: Iterable[str], at: datetime) -> None:
        """Note that they ended."""


class Tx(Protocol):
    """One unit of work. May handle many messages: a later one sees what an earlier one did."""

    @property
    def cases(self) -> Cases:
        """The cases of this unit."""

    @property
    def tasks(self) -> Tasks:
        """The tasks of this unit."""

    @property
    def pauses(self) -> Pauses:
        """Whether the register is to be had."""

    @property
    def recorded(self) -> RecordedDecisions:
        """Decisions of courts that somebody may rely on."""

    @property
    def links(self) -> Links:
        """Links between chats and people that ended."""

    @property
    def registry(self) -> FamilyRegister:
        """The register, to be changed."""

    @property
    def staff(self) -> Staff:
        """The accounts of people who work here."""

    async def register(self, people: People) -> Register:
        """Return the families of these cards and persons, read once per unit, with what this unit changed."""

    async def take_numbers(self, wishes: Sequence[Wish], on: date) -> tuple[str, ...]:
        """Return a new number for each wish: given once, and not one that the register has."""

    async def prefetch(self, case_ids: Iterable[str], people: Iterable[People] = ()) -> None:
        """Read what these cases will need, in one query per collection."""

    def emit(self, fact: Fact) -> None:
        """Publish a fact as an event, with the same commit."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""


class QueueReader(Protocol):
    """Figures of the queue; plain reads, outside any unit of work."""

    async def figures(self, *, at: datetime, day_began: datetime, day_ends: datetime) -> QueueFigures:
        """Return the queue in numbers."""

    async def by_due(self, *, at: datetime, day_ends: datetime) -> Mapping[str, int]:
        """Return how many open tasks are overdue, due today and later; those whose clock stands are none of them."""

    async def ahead_of(self, place_at: datetime) -> int:
        """Return how many tasks of officers stand before a place."""

    async def decided_by(self, officer_id: str, *, since: datetime) -> int:
        """Return how many tasks an officer has decided since."""


class PauseReader(Protocol):
    """Whether the register is to be had; a plain read, outside any unit of work."""

    async def current(self) -> RegisterPause:
        """Return the state."""


@dataclass(slots=True)
class RegisterGate:
    """What this process knows of the register: kept up to date by its job, so that no message costs a read."""

    is_paused: bool = False


class CaseReader(Protocol):
    """Lists of cases; plain reads, outside any unit of work."""

    async def opened(self, limit: int) -> tuple[str, ...]:
        """Return the ids of cases that are complete and not judged: the register was not to be had."""

    async def unrecorded(self, after: str | None, limit: int) -> tuple[Case, ...]:
        """Return cases whose change of the register waits for a person, by id."""


class HistoryReader(Protocol):
    """The history of the register; plain reads, outside any unit of work."""

    async def of_family(self, kk_number: str, *, limit: int) -> tuple[RegisterEntry, ...]:
        """Return the changes that touched the card of this number, the newest first."""


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


class PdfPages(Protocol):
    """Pages of a PDF as pictures."""

    async def count(self, pdf: bytes) -> int:
        """Return how many pages are shown of a PDF; BadInput `pdf_unreadable`."""

    async def page(self, pdf: bytes, number: int) -> bytes:
        """Return a page as JPEG, the first is 1; NotFound `page_not_found`, or BadInput `pdf_unreadable`."""


@dataclass(frozen=True, slots=True)
class QueueRules:
    """The limits of the officers' queue.

    `undo`: how long a decision can be undone; zero: it takes effect at once. `claims_at_once`: tasks that one officer may hold.
    `elderly_age`: from which age, in years, who asks comes earlier. `sample_every`: of how many tasks that are approved together one must
    have been opened. `alarms`: when a task turns amber and red.
    """

    undo: timedelta = timedelta()
    claims_at_once: int = 8
    elderly_age: int = 60
    sample_every: int = 10
    alarms: AlarmTimes = field(default_factory=lambda: AlarmTimes(timedelta(hours=2), timedelta()))


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
    queue_reader: QueueReader
    overview_reader: OverviewReader
    case_reader: CaseReader
    pause_reader: PauseReader
    register_answers: Callable[[], Awaitable[bool]]
    """The probe of the register."""
    history_reader: HistoryReader
    rules: Mapping[str, Rules]
    """The rules by service code (`domain.services.RULES`)."""
    reserved_for: timedelta
    """How long the task of a mended request is its earlier officer's alone."""
    claiming: Turns = field(default_factory=Turns)
    """The claims of one officer come one after the other, so that the limit of what one holds is one."""
    gate: RegisterGate = field(default_factory=RegisterGate)
    queue: QueueRules = field(default_factory=QueueRules)
