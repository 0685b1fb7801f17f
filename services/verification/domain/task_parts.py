"""What a task is made of: its stages, its claim, its decision, and what was asked and answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.verification.domain.finding import Finding


class TaskState(StrEnum):
    """The state of a task: open until it is decided."""

    OPEN = "open"
    CLOSED = "closed"


class TaskStage(StrEnum):
    """Whom a task waits for: an officer, the head of the section, the citizen's answer, the end of the seconds to undo; nobody."""

    FIRST = "first"
    SECOND = "second"
    WAITING = "waiting"
    DECIDING = "deciding"
    CLOSED = "closed"


class Outcome(StrEnum):
    """The decision that closed a task."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class TicketProgress:
    """How far an answer came that is counted in stages: when an officer read it first, and told its sender something first.

    `needs_field`: whether it takes work outside the office. `visit_on`: the day on which an officer meets the sender.
    """

    read_at: datetime | None = None
    told_at: datetime | None = None
    needs_field: bool = False
    visit_on: date | None = None


NOT_READ: Final = TicketProgress()


@dataclass(frozen=True, slots=True)
class TaskPerson:
    """Whom one request of a task is about."""

    receipt: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The court's case that a task is about."""

    number: str
    kind: str
    final_on: date


@dataclass(frozen=True, slots=True)
class Claim:
    """The officer who works on a task, and the time until when nobody else may."""

    officer_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class FirstApproval:
    """The first of two approvals. `note`: for the head of the section."""

    officer_id: str
    at: datetime
    note: str | None = None
    grant_link: bool = False


@dataclass(frozen=True, slots=True)
class HeldDecision:
    """A decision that takes effect at `effective_at`, unless its officer undoes it. `editions`: of the register that it rests on.

    `is_proven`: whether it rests on a sender who was vouched for.
    """

    outcome: Outcome
    officer_id: str
    at: datetime
    effective_at: datetime
    editions: str
    reasons: tuple[Finding, ...] = ()
    note: str | None = None
    grant_link: bool = False
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What an officer asked the citizen, who has not answered yet."""

    id: str
    officer_id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the citizen answered to the last question."""

    question_id: str
    at: datetime
    text: str
