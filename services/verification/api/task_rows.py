"""A task as a row of a list, and a page of rows. No personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.verification.domain.finding import Finding, Severity
from services.verification.domain.task import Task
from services.verification.ports import TaskPage, TaskTally
from shared.reference.catalogue import Catalogue
from shared.reference.priorities import priorities


class ReasonOut(BaseModel):
    """A finding; a warning alone never stops a request."""

    code: str
    field: Annotated[
        str | None,
        Field(
            description="What it is about: `answers.<field>`, a place on a document, or `registered[n].members[n]` of the task's `personal`"
        ),
    ]
    severity: Severity

    @classmethod
    def of(cls, finding: Finding) -> ReasonOut:
        """Build from a finding."""
        return cls(code=finding.code, field=finding.field, severity=finding.severity)


class TaskOut(BaseModel):
    """A row of the list of tasks. No personal data."""

    id: str
    request_id: str
    case_id: Annotated[str | None, Field(description="Of a court's case, whose requests are decided as one")]
    receipt: str
    channel: str
    service: str
    service_name: str
    products: tuple[str, ...]
    reasons: tuple[ReasonOut, ...]
    opened_at: datetime
    due_at: datetime
    late: Annotated[str | None, Field(description="amber: the promise is near; red: it is broken")]
    clock_stopped_at: Annotated[datetime | None, Field(description="Since when the clock stands, while the citizen is asked")]
    stage: Annotated[
        str,
        Field(
            description="Whom it waits for: first (an officer), second (the head of the section), waiting (the citizen), deciding, closed"
        ),
    ]
    priority: Annotated[str, Field(description="Class of the queue")]
    priority_name: str
    began_at: Annotated[datetime, Field(description="The person's first message about it")]
    place_at: Annotated[datetime, Field(description="Its place in the queue: the earliest is next")]
    areas: Annotated[tuple[str, ...], Field(description="Codes of the district and the village of who asks; empty: unknown")]
    first_approved_by: Annotated[str | None, Field(description="Who approved first, where it takes two")]
    effective_at: Annotated[datetime | None, Field(description="When the decision takes effect; until then its officer can undo it")]
    decided_by: Annotated[str | None, Field(description="Whose decision that is")]
    refused: Annotated[str | None, Field(description="Why the last decision took no effect, by its code: decide again")]
    overdue: bool
    state: str
    claimed_by: str | None
    claimed_until: datetime | None
    preferred_officer: Annotated[str | None, Field(description="Who returned the request before it was mended")]
    reserved_until: Annotated[datetime | None, Field(description="Until when it is theirs alone to claim; null: anybody's")]
    outcome: str | None
    closed_at: datetime | None
    closed_by: str | None


class TaskPageOut(BaseModel):
    """A page of tasks, the most urgent first."""

    tasks: tuple[TaskOut, ...]
    next: Annotated[str | None, Field(description="Send it as `after` for the next page; null: this was the last")]


class TallyOut(BaseModel):
    """The numbers of open, claimed and overdue tasks."""

    open: int
    claimed: int
    overdue: int
    by_service: dict[str, int]

    @classmethod
    def of(cls, tally: TaskTally) -> TallyOut:
        """Build from a tally."""
        return cls(open=tally.open, claimed=tally.claimed, overdue=tally.overdue, by_service=tally.by_service)


def task_out(task: Task, catalogue: Catalogue, at: datetime) -> TaskOut:
    """Return a task as a row of the list."""
    claimed_by = task.claimant(at)
    service = catalogue.find(task.service)
    return TaskOut(
        id=task.id,
        request_id=task.request_id,
        case_id=task.case_id,
        receipt=task.receipt,
        channel=task.channel,
        service=task.service,
        service_name=service.name if service else task.service,
        products=task.products,
        reasons=tuple(map(ReasonOut.of, task.reasons)),
        opened_at=task.opened_at,
        due_at=task.due_at,
        overdue=task.closed_at is None and task.clock.is_overdue(at),
        late=task.clock.lateness(at) if task.closed_at is None else None,
        clock_stopped_at=task.clock.stopped_at,
        stage=task.stage.value,
        priority=task.place.priority,
        priority_name=priorities()[task.place.priority].name,
        began_at=task.place.began_at,
        place_at=task.place.at,
        areas=task.place.areas,
        first_approved_by=task.first_approval.officer_id if task.first_approval else None,
        effective_at=task.held.effective_at if task.held else None,
        decided_by=task.held.officer_id if task.held else None,
        refused=task.refused,
        state=task.state.value,
        claimed_by=claimed_by,
        claimed_until=task.claim.until if task.claim and claimed_by else None,
        preferred_officer=task.preferred_officer,
        reserved_until=task.preferred_until if task.reserved_for(at) else None,
        outcome=task.outcome.value if task.outcome else None,
        closed_at=task.closed_at,
        closed_by=task.closed_by,
    )


def page_out(page: TaskPage, catalogue: Catalogue, at: datetime) -> TaskPageOut:
    """Return a page of the list."""
    return TaskPageOut(tasks=tuple(task_out(task, catalogue, at) for task in page.tasks), next=page.next)
