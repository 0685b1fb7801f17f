"""A task for an officer: a document in the database, claimed for a time, closed by a decision; never an unacknowledged message."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.verification.domain.facts import TaskClosed, TaskOpened
from services.verification.domain.finding import Finding
from services.verification.domain.rules import Application
from shared.errors import DomainError


class TaskState(StrEnum):
    """The state of a task: open until it is decided."""

    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """The decision that closed a task."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Claim:
    """The officer who works on a task, and the time until when nobody else may."""

    officer_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """A case that waits for an officer's decision. `search_terms` is what officers find it by; they are personal.

    `preferred_officer` returned the request before it was mended: until `preferred_until` the task is theirs to claim.
    """

    id: str
    request_id: str
    receipt: str
    channel: str
    service: str
    products: tuple[str, ...]
    reasons: tuple[Finding, ...]
    opened_at: datetime
    due_at: datetime
    search_terms: tuple[str, ...]
    case_id: str | None = None
    state: TaskState = TaskState.OPEN
    claim: Claim | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    preferred_officer: str | None = None
    preferred_until: datetime | None = None

    @property
    def case_key(self) -> str:
        """The id of the case."""
        return self.case_id or self.request_id

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
    due_at: datetime,
    preferred: Claim | None = None,
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
        due_at=due_at,
        search_terms=search_terms(application),
        case_id=submission.case_id,
        preferred_officer=preferred.officer_id if preferred else None,
        preferred_until=preferred.until if preferred else None,
    )
    return task, TaskOpened(task_id=task_id, submission=submission, products=products, reasons=reasons, at=at, due_at=due_at)


def claim(task: Task, officer_id: str, *, at: datetime, lease: timedelta) -> Task:
    """Claim a task, or renew one's own claim. Anybody can claim a task whose claim has expired.

    Raises:
        DomainError: `task_closed`, `task_claimed` or `task_reserved`.
    """
    _refuse_closed(task)
    if task.claimant(at) not in (None, officer_id):
        raise DomainError("task_claimed", "Another officer works on it.")
    if task.reserved_for(at) not in (None, officer_id):
        raise DomainError("task_reserved", "The officer who returned it gets it first.")
    return replace(task, claim=Claim(officer_id=officer_id, until=at + lease))


def release(task: Task, officer_id: str, *, at: datetime) -> Task:
    """Release a task. Releasing a task that nobody holds changes nothing.

    Raises:
        DomainError: `task_closed` or `task_claimed` (by another officer).
    """
    _refuse_closed(task)
    if task.claimant(at) not in (None, officer_id):
        raise DomainError("task_claimed", "Another officer works on it.")
    return replace(task, claim=None)


def close(task: Task, outcome: Outcome, officer_id: str, *, at: datetime) -> tuple[Task, TaskClosed]:
    """Close a task with a decision. An expired claim still counts while nobody else has claimed it: the version proves that.

    Raises:
        DomainError: `task_closed` or `task_not_claimed`: only the officer who claimed it may decide.
    """
    _refuse_closed(task)
    if task.claim is None or task.claim.officer_id != officer_id:
        raise DomainError("task_not_claimed", "Claim the task before deciding it.")
    closed = replace(task, state=TaskState.CLOSED, outcome=outcome, closed_at=at, closed_by=officer_id, claim=None)
    fact = TaskClosed(task_id=task.id, request_id=task.request_id, case_id=task.case_id, receipt=task.receipt, outcome=outcome.value, at=at)
    return closed, fact


def search_terms(application: Application) -> tuple[str, ...]:
    """Return the receipts, the numbers and the words of names, in the form of `search_key`."""
    names: list[str | None] = []
    numbers: list[str | None] = []
    for submission in application.submissions:
        numbers += [submission.receipt, submission.kk_number]
        for person in (submission.applicant, *([submission.subject] if submission.subject else [])):
            names.append(person.name)
            numbers += [person.nik, person.kk_number]
    decision = application.first.decision
    if decision is not None:
        names += [decision.husband.name, decision.wife.name]
        numbers += [decision.case_number, decision.deed_number, decision.husband.nik, decision.wife.nik]
    words = [word for name in names if name for word in name.split()]
    return tuple(dict.fromkeys(key for key in map(search_key, [*filter(None, numbers), *words]) if key))


def search_key(text: str) -> str:
    """Return letters and digits only, in capitals: `mdn-7k4q` and `MDN 7K4Q` become the same."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def _refuse_closed(task: Task) -> None:
    if task.state is TaskState.CLOSED:
        raise DomainError("task_closed", "It was already decided.")
