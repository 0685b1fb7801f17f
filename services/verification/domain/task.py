"""A task for an officer: a document in the database, claimed for a time, closed by a decision; never an unacknowledged message."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from services.verification.domain.facts import TaskClaimed, TaskClosed, TaskOpened, TaskRef, TaskReleased
from services.verification.domain.finding import Finding
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.priority import QueuePlace
from services.verification.domain.rules import Application
from services.verification.domain.search import search_terms
from services.verification.domain.service_clock import ServiceClock
from services.verification.domain.subjects import ruling_of
from services.verification.domain.task_parts import (
    NOT_READ,
    Answer,
    Claim,
    FirstApproval,
    HeldDecision,
    Outcome,
    Question,
    Ruling,
    TaskPerson,
    TaskStage,
    TaskState,
    TicketProgress,
)
from shared.errors import DomainError

RENEWED_BY: Final = timedelta(seconds=1)  # a renewal by less is none: a page may ask for it again and again


@dataclass(frozen=True, slots=True)
class Task:
    """A case that waits for an officer's decision. `search_terms` is what officers find it by; they are personal.

    `edition` counts what an officer must look at again; a decision carries it. `preferred_officer` returned the request before it was
    mended, or was assigned: until `preferred_until` the task is theirs to claim.
    """

    id: str
    request_id: str
    receipt: str
    channel: str
    service: str
    products: tuple[str, ...]
    reasons: tuple[Finding, ...]
    opened_at: datetime
    clock: ServiceClock
    place: QueuePlace
    search_terms: tuple[str, ...]
    case_id: str | None = None
    edition: int = 1
    state: TaskState = TaskState.OPEN
    claim: Claim | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    preferred_officer: str | None = None
    preferred_until: datetime | None = None
    first_approval: FirstApproval | None = None
    held: HeldDecision | None = None
    refused: str | None = None
    """Why the last decision took no effect, by its code."""
    question: Question | None = None
    answer: Answer | None = None
    handover_note: str | None = None
    """What the officer wrote who handed it over at the end of a shift."""
    persons: tuple[TaskPerson, ...] = ()
    """Whom it is about, one for each request; personal."""
    ruling: Ruling | None = None
    ticket: TicketProgress = NOT_READ
    traceparent: str = field(default="", compare=False)
    """The trace context of the event that brought the request; empty for one of an older release."""

    @property
    def case_key(self) -> str:
        """The id of the case."""
        return self.case_id or self.request_id

    @property
    def due_at(self) -> datetime:
        """When it is promised for."""
        return self.clock.due_at

    @property
    def stage(self) -> TaskStage:
        """Whom it waits for."""
        if self.state is TaskState.CLOSED:
            return TaskStage.CLOSED
        if self.held is not None:
            return TaskStage.DECIDING
        if self.question is not None:
            return TaskStage.WAITING
        return TaskStage.SECOND if self.first_approval is not None else TaskStage.FIRST

    @property
    def ref(self) -> TaskRef:
        """What facts name it by."""
        return TaskRef(self.id, self.request_id, self.case_id, self.receipt, self.traceparent)

    def reserved_for(self, at: datetime) -> str | None:
        """Return the officer who alone may claim it at that moment."""
        return self.preferred_officer if self.preferred_until is not None and self.preferred_until > at else None

    def claimant(self, at: datetime) -> str | None:
        """Return the officer whose claim is valid at that moment."""
        return self.claim.officer_id if self.claim is not None and self.claim.until > at else None


def open_task(
    task_id: str,
    application: Application,
    reasons: tuple[Finding, ...],
    *,
    at: datetime,
    clock: ServiceClock,
    place: QueuePlace,
    preferred: Claim | None = None,
    persons: tuple[TaskPerson, ...] = (),
) -> tuple[Task, TaskOpened]:
    """Open a task for a case that the rules alone can't decide. `preferred`: the officer who had it before, and until when it is theirs."""
    submission = application.first
    products = tuple(dict.fromkeys(product for each in application.submissions for product in each.products))
    task = Task(
        id=task_id,
        request_id=submission.request_id,
        receipt=submission.receipt,
        channel=submission.channel,
        service=submission.service,
        products=products,
        reasons=reasons,
        opened_at=at,
        clock=clock,
        place=place,
        search_terms=search_terms(application),
        case_id=submission.case_id,
        preferred_officer=preferred.officer_id if preferred else None,
        preferred_until=preferred.until if preferred else None,
        persons=persons,
        ruling=ruling_of(application),
        traceparent=submission.traceparent,
    )
    fact = TaskOpened(
        task_id=task_id,
        submission=submission,
        products=products,
        reasons=reasons,
        priority=place.priority,
        place_at=place.at,
        at=at,
        due_at=clock.due_at,
    )
    return task, fact


def claim(task: Task, officer: DeskOfficer, *, at: datetime, lease: timedelta) -> tuple[Task, TaskClaimed | None]:
    """Claim a task, or renew one's own claim. Anybody can claim a task whose claim has expired. A renewal is no fact.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting`, `task_claimed`, `task_reserved`, `second_approval_needed` or
            `four_eyes`.
    """
    refuse_unclaimable(task, officer, at)
    until = at + lease
    is_renewed = task.claim is not None and task.claim.officer_id == officer.id
    if is_renewed and task.claim is not None and until - task.claim.until < RENEWED_BY:
        return task, None
    claimed = replace(task, claim=Claim(officer.id, until), edition=task.edition + (0 if is_renewed else 1))
    return claimed, None if is_renewed and task.claimant(at) else TaskClaimed(task.ref, officer.id, until, at)


def refuse_unclaimable(task: Task, officer: DeskOfficer, at: datetime) -> None:
    """Refuse a claim that can't be.

    Raises:
        DomainError: as `claim`.
    """
    refuse_at_rest(task)
    refuse_claimed(task, officer.id, at)
    reserved = task.reserved_for(at)
    if reserved not in (None, officer.id):
        raise DomainError(
            "task_reserved", "It is another officer's first.", {"reserved_for": str(reserved), "until": _said(task.preferred_until)}
        )
    if task.first_approval is None:
        return
    if not officer.is_lead:
        raise DomainError("second_approval_needed", "It was approved once; the head of the section decides.")
    if task.first_approval.officer_id == officer.id:
        raise DomainError("four_eyes", "Who approved first can't approve again.")


def release(task: Task, officer_id: str, *, at: datetime) -> tuple[Task, TaskReleased | None]:
    """Release a task. Releasing a task that nobody holds changes nothing.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting`, or `task_claimed` (by another officer).
    """
    refuse_at_rest(task)
    refuse_claimed(task, officer_id, at)
    if task.claim is None:
        return task, None
    return freed(replace(task, claim=None), at)


def close(task: Task, outcome: Outcome, officer_id: str, *, at: datetime) -> tuple[Task, TaskClosed]:
    """Close a task with the decision of the officer who holds it.

    Raises:
        DomainError: `task_closed`.
    """
    if task.state is TaskState.CLOSED:
        raise _closed()
    closed = replace(
        task,
        state=TaskState.CLOSED,
        outcome=outcome,
        closed_at=at,
        closed_by=officer_id,
        claim=None,
        held=None,
        question=None,
        refused=None,
    )
    return closed, TaskClosed(task.ref, outcome.value, at)


def freed(task: Task, at: datetime) -> tuple[Task, TaskReleased]:
    """Return a task as it is, and the fact that it waits for somebody."""
    return task, TaskReleased(task.ref, task.stage.value, at)


def refuse_at_rest(task: Task) -> None:
    """Refuse what can't be done to a task that is decided, or waits for the citizen.

    Raises:
        DomainError: `task_closed`, `task_deciding` or `task_waiting`.
    """
    if task.state is TaskState.CLOSED:
        raise _closed()
    if task.held is not None:
        raise DomainError("task_deciding", "It is decided; for some seconds its officer can undo that.")
    if task.question is not None:
        raise DomainError("task_waiting", "The citizen was asked and has not answered.")


def refuse_claimed(task: Task, officer_id: str, at: datetime) -> None:
    """Refuse what only the one who holds a task may do, while another holds it.

    Raises:
        DomainError: `task_claimed`, with by whom and until when.
    """
    holder = task.claimant(at)
    if holder not in (None, officer_id) and task.claim is not None:
        raise DomainError("task_claimed", "Another officer works on it.", {"claimed_by": str(holder), "until": _said(task.claim.until)})


def refuse_unclaimed(task: Task, officer_id: str) -> None:
    """Refuse what needs a claim. An expired one still counts while nobody else has claimed it.

    Raises:
        DomainError: `task_not_claimed`.
    """
    if task.claim is None or task.claim.officer_id != officer_id:
        raise DomainError("task_not_claimed", "Claim the task before deciding it.")


def _closed() -> DomainError:
    return DomainError("task_closed", "It was already decided.")


def _said(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""
