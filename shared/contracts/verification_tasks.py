"""What verification tells staff consoles of the work that waits for officers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Event
from shared.contracts.parts import ChannelCode, Code, ProductCode, Reason


class TaskOpened(Event):
    """Work for a person is waiting: the work is a document of verification, this only announces it. Subject: the task id."""

    type: ClassVar[str] = "verification.task_opened.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    channel: ChannelCode
    service: Code
    products: tuple[ProductCode, ...]
    reasons: tuple[Reason, ...] = ()
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = None
    priority: Annotated[Code | None, Field(description="Class of the queue: court, urgent, elderly, ordinary; more may follow")] = None
    place_at: Annotated[AwareDatetime | None, Field(description="Where it stands in the queue: the earliest is next")] = None


class TaskClaimed(Event):
    """An officer works on it, or was handed it; others leave it alone until then. A renewed claim is not told. Subject: the task id."""

    type: ClassVar[str] = "verification.task_claimed.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    officer_id: str
    claimed_at: AwareDatetime
    until: Annotated[AwareDatetime, Field(description="When the claim lapses, unless it is renewed")]


class TaskReleased(Event):
    """It waits for somebody: given back, assigned, approved once, the citizen was asked, or has answered. Subject: the task id."""

    type: ClassVar[str] = "verification.task_released.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    stage: Annotated[
        Code, Field(description="Whom it waits for: first (an officer), second (the head of the section), waiting (the citizen)")
    ]
    released_at: AwareDatetime


class TaskOverdue(Event):
    """Its promise is near (amber) or broken (red, the head of the section is asked to step in). Once each. Subject: the task id."""

    type: ClassVar[str] = "verification.task_overdue.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    level: Annotated[Code, Field(description="amber or red; more may follow")]
    due_at: AwareDatetime
    noticed_at: AwareDatetime


class TaskOutcome(StrEnum):
    """How a task ended."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    ANSWERED = "answered"


class TaskClosed(Event):
    """The work is done; consoles take it off their lists. Subject: the task id."""

    type: ClassVar[str] = "verification.task_closed.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    outcome: TaskOutcome
    closed_at: AwareDatetime
