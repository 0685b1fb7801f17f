"""Work for an officer: a document in the database, claimed for a while, closed by a decision. Never an unacknowledged message."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.verification.domain.facts import TaskClosed, TaskOpened
from services.verification.domain.finding import Finding
from services.verification.domain.submission import Submission
from shared.errors import DomainError


class TaskState(StrEnum):
    """Whether it still waits for a decision."""

    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a task ended."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who works on it, and until when nobody else may."""

    officer_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work. `search_terms` are what officers look it up by; they are personal."""

    id: str
    request_id: str
    receipt: str
    channel: str
    service: str
    product: str
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

    def claimant(self, at: datetime) -> str | None:
        """Return who holds it at that moment."""
        return self.claim.officer_id if self.claim is not None and self.claim.until > at else None


def open_task(
    task_id: str, submission: Submission, reasons: tuple[Finding, ...], *, at: datetime, due_at: datetime
) -> tuple[Task, TaskOpened]:
    """Make the work for a request that the rules alone can't decide."""
    task = Task(
        id=task_id,
        request_id=submission.request_id,
        receipt=submission.receipt,
        channel=submission.channel,
        service=submission.service,
        product=submission.product,
        reasons=reasons,
        opened_at=at,
        due_at=due_at,
        search_terms=search_terms(submission),
        case_id=submission.case_id,
    )
    return task, TaskOpened(task_id=task_id, submission=submission, reasons=reasons, at=at, due_at=due_at)


def claim(task: Task, officer_id: str, *, at: datetime, lease: timedelta) -> Task:
    """Take it, or renew one's own claim. A claim that ran out is anybody's.

    Raises:
        DomainError: `task_closed` or `task_claimed`.
    """
    _refuse_closed(task)
    if task.claimant(at) not in (None, officer_id):
        raise DomainError("task_claimed", "Another officer works on it.")
    return replace(task, claim=Claim(officer_id=officer_id, until=at + lease))


def release(task: Task, officer_id: str, *, at: datetime) -> Task:
    """Give it back. Releasing what nobody holds changes nothing.

    Raises:
        DomainError: `task_closed` or `task_claimed` (by another officer).
    """
    _refuse_closed(task)
    if task.claimant(at) not in (None, officer_id):
        raise DomainError("task_claimed", "Another officer works on it.")
    return replace(task, claim=None)


def close(task: Task, outcome: Outcome, officer_id: str, *, at: datetime) -> tuple[Task, TaskClosed]:
    """Close it with a decision. A claim that ran out still counts while nobody else took it: the version says so.

    Raises:
        DomainError: `task_closed` or `task_not_claimed`: only who claimed it decides.
    """
    _refuse_closed(task)
    if task.claim is None or task.claim.officer_id != officer_id:
        raise DomainError("task_not_claimed", "Claim the task before deciding it.")
    closed = replace(task, state=TaskState.CLOSED, outcome=outcome, closed_at=at, closed_by=officer_id, claim=None)
    fact = TaskClosed(task_id=task.id, request_id=task.request_id, case_id=task.case_id, receipt=task.receipt, outcome=outcome.value, at=at)
    return closed, fact


def search_terms(submission: Submission) -> tuple[str, ...]:
    """Return the receipt, the numbers and the words of names, in the form of `search_key`."""
    names = [submission.applicant_name or ""]
    numbers = [submission.receipt, submission.nik or "", submission.kk_number or ""]
    if submission.decision is not None:
        names += [submission.decision.husband.name, submission.decision.wife.name]
        numbers += [submission.decision.case_number, submission.decision.deed_number]
        numbers += [submission.decision.husband.nik, submission.decision.wife.nik]
    words = [word for name in names for word in name.split()]
    return tuple(dict.fromkeys(key for key in map(search_key, [*numbers, *words]) if key))


def search_key(text: str) -> str:
    """Return the letters and digits alone, in capitals: `mdn-7k4q` and `MDN 7K4Q` are one."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def _refuse_closed(task: Task) -> None:
    if task.state is TaskState.CLOSED:
        raise DomainError("task_closed", "It was already decided.")
