"""Approve a task of which every check is green, as one of many; of every so many one must have been opened."""

from __future__ import annotations

import hashlib
from typing import Final

from services.verification.domain import task as tasks
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.policy import OFFICER_REQUIRED
from services.verification.domain.task import Task
from services.verification.handlers.deciding import Act, TaskDecision, conclude
from services.verification.handlers.desk import TaskView, take, version_of, view
from services.verification.ports import Deps, TaskFilter, TaskOrder, TaskQuery, Tx
from shared.errors import DomainError

TOGETHER: Final = 50  # at most: what one officer can answer for


async def approve_green(tx: Tx, deps: Deps, task_id: str, officer: DeskOfficer) -> TaskView:
    """Claim and approve a task whose checks, as they are now, find nothing.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `not_all_green`; `sample_unopened`: it is one of the sample, or comes after one in the queue of its service, and this
            officer has not claimed that one to look at it; or as a claim and an approval.
    """
    task = await tx.tasks.get(task_id)
    tasks.refuse_unclaimable(task, officer, deps.clock())
    seen = await view(tx, deps, task)
    if any(finding.is_failure for finding in seen.case.findings) or any(reason.code != OFFICER_REQUIRED for reason in task.reasons):
        raise DomainError("not_all_green", "A check found something: open it and decide it by itself.")
    if is_unopened(deps, officer.id, task):
        raise DomainError("sample_unopened", "It is one of the sample: claim it and look at it first.")
    if any(each.place.at <= task.place.at for each in await unopened_sample(deps, officer, task.service)):
        raise DomainError("sample_unopened", "One of the sample comes before it: claim that one and look at it first.")
    claimed = take(tx, deps, task, officer)
    held = TaskView(claimed, seen.case, seen.register, seen.preview, version_of(claimed, seen.register, seen.case))
    return await conclude(tx, deps, held, officer, TaskDecision(Act.APPROVE, held.version))


async def unopened_sample(deps: Deps, officer: DeskOfficer, service: str) -> tuple[Task, ...]:
    """Return those of the sample that this officer has not claimed to look at, among the next green ones of a service."""
    query = TaskQuery(
        officer_id=officer.id, show=TaskFilter.GREEN, order=TaskOrder.PLACE, service=service, areas=officer.areas, limit=TOGETHER
    )
    page = await deps.task_reader.page(query, at=deps.clock())
    return tuple(each for each in page.tasks if is_unopened(deps, officer.id, each))


def is_unopened(deps: Deps, officer_id: str, task: Task) -> bool:
    """Return whether a task is of the sample and this officer has not claimed it to look at it."""
    return is_sampled(task.id, deps.queue.sample_every) and task.claimant(deps.clock()) != officer_id


def is_sampled(task_id: str, every: int) -> bool:
    """Return whether a task is of the sample: told by its id, so that nobody can choose."""
    return int.from_bytes(hashlib.sha256(task_id.encode()).digest()[:8]) % every == 0
