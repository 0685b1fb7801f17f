"""Facts of verification that are published to other services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from services.verification.domain.documents import KeyedDocument
from services.verification.domain.finding import Finding
from services.verification.domain.history import RegisterEntry
from services.verification.domain.submission import Submission


@dataclass(frozen=True, slots=True)
class CaseApproved:
    """A request of an approved case: its documents may be made."""

    submission: Submission
    documents: tuple[KeyedDocument, ...]
    officer_id: str | None
    at: datetime
    is_proven: bool = True
    """Whether the sender was vouched for."""
    link_granted: bool = False
    """Whether the officer compared a selfie, and the sender's contact is linked to the person from now on."""
    residence: str | None = None
    """Code of the applicant's village by the register; None where it is not known."""


@dataclass(frozen=True, slots=True)
class CaseReturned:
    """A request of a returned case: its sender can correct it."""

    submission: Submission
    reasons: tuple[Finding, ...]
    at: datetime
    note: str | None = None
    officer_id: str | None = None
    link_granted: bool = False


@dataclass(frozen=True, slots=True)
class CaseRejected:
    """A request of a rejected case: it ends here."""

    submission: Submission
    reasons: tuple[Finding, ...]
    at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CaseAnswered:
    """A request of a case that ends with an officer's answer in words: the sentences of its reasons, and a note."""

    submission: Submission
    reasons: tuple[Finding, ...]
    at: datetime
    note: str | None = None
    officer_id: str | None = None
    link_granted: bool = False


@dataclass(frozen=True, slots=True)
class RegisterChanged:
    """The register became what an approved case said."""

    case_id: str
    submission: Submission
    entry: RegisterEntry


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A new task that waits for an officer. No personal data."""

    task_id: str
    submission: Submission
    products: tuple[str, ...]
    reasons: tuple[Finding, ...]
    priority: str
    place_at: datetime
    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CitizenAsked:
    """A question of an officer to who sent a request; the request stays in review."""

    submission: Submission
    task_id: str
    question_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CitizenTold:
    """What an officer tells who sent a request, which stays in review. `visit_on`, `visit_at`: the day on which they meet, and where.

    `promised_at`: what is promised from now on; None: as before.
    """

    submission: Submission
    message_id: str
    text: str
    at: datetime
    visit_on: date | None = None
    visit_at: str | None = None
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PromiseMoved:
    """By the forecast a request will be later than its sender was promised."""

    submission: Submission
    promised_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterStateChanged:
    """Since when the register is not to be had; None: it is again. `key`: of the document that says so."""

    key: str
    paused_since: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskRef:
    """Which task a fact is about."""

    task_id: str
    request_id: str
    case_id: str | None
    receipt: str
    traceparent: str = field(default="", compare=False)
    """The trace context of the event that brought its request."""

    @property
    def case_key(self) -> str:
        """The id of its case."""
        return self.case_id or self.request_id


@dataclass(frozen=True, slots=True)
class TaskClaimed:
    """A task that an officer took, or was handed; until then nobody else may work on it. Renewals are not told."""

    task: TaskRef
    officer_id: str
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskReleased:
    """A task that waits again, for the first or the second approval: given back, answered, undone, or approved once."""

    task: TaskRef
    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskOverdue:
    """A task whose promise is near (amber) or broken (red). Told once for each."""

    task: TaskRef
    level: str
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskClosed:
    """A task that an officer has decided."""

    task: TaskRef
    outcome: str
    at: datetime


CaseFact: TypeAlias = (
    CaseApproved | CaseReturned | CaseRejected | CaseAnswered | CitizenAsked | CitizenTold | PromiseMoved | RegisterChanged
)
TaskFact: TypeAlias = TaskOpened | TaskClaimed | TaskReleased | TaskOverdue | TaskClosed
Fact: TypeAlias = CaseFact | TaskFact | RegisterStateChanged
