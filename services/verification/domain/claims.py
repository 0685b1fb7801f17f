"""How tasks change hands other than by a claim: assigned by the head of the section, handed over at the end of a shift."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.verification.domain.facts import TaskClaimed, TaskReleased
from services.verification.domain.task import Task, freed, refuse_at_rest, refuse_unclaimed, release
from services.verification.domain.task_parts import Claim
from shared.errors import DomainError


def assign(task: Task, officer_id: str, *, at: datetime, reserved: timedelta) -> tuple[Task, TaskReleased]:
    """Reserve a task for an officer, whoever holds it; for a time nobody else can claim it.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting`, or `four_eyes`: the officer has approved it already.
    """
    refuse_at_rest(task)
    if task.first_approval is not None and task.first_approval.officer_id == officer_id:
        raise DomainError("four_eyes", "Who approved first can't approve again.")
    is_theirs = task.claim is not None and task.claim.officer_id == officer_id
    assigned = replace(
        task,
        claim=task.claim if is_theirs else None,
        preferred_officer=officer_id,
        preferred_until=at + reserved,
        edition=task.edition + (0 if is_theirs else 1),
    )
    return freed(assigned, at)


@dataclass(frozen=True, slots=True)
class HandOver:
    """Who takes a task over (None: whoever is next in the queue), and what they should know; personal."""

    to: str | None = None
    note: str | None = field(default=None, repr=False)


def give_back(task: Task, officer_id: str, note: str | None, *, at: datetime) -> tuple[Task, TaskReleased]:
    """Release a task that one holds into the queue, with a note for whoever takes it next.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting` or `task_not_claimed`.
    """
    refuse_at_rest(task)
    refuse_unclaimed(task, officer_id)
    return freed(replace(release(task, officer_id, at=at)[0], handover_note=note), at)


def hand_over(task: Task, officer_id: str, to: str, note: str | None, *, at: datetime, lease: timedelta) -> tuple[Task, TaskClaimed]:
    """Hand a task that one holds to a colleague, with a note; it is claimed by them from now on.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting`, `task_not_claimed`, or `four_eyes`: the colleague approved it already.
    """
    refuse_at_rest(task)
    refuse_unclaimed(task, officer_id)
    if task.first_approval is not None and task.first_approval.officer_id == to:
        raise DomainError("four_eyes", "Who approved first can't approve again.")
    until = at + lease
    handed = replace(task, claim=Claim(to, until), handover_note=note, edition=task.edition + 1)
    return handed, TaskClaimed(task.ref, to, until, at)
