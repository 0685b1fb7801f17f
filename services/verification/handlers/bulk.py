"""Approve a task of which every check is green, as one of many; of every so many one must have been opened."""

from __future__ import annotations

import hashlib

from services.verification.domain import task as tasks
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.policy import OFFICER_REQUIRED
from services.verification.handlers.deciding import Act, TaskDecision, conclude
from services.verification.handlers.desk import TaskView, take, version_of, view
from services.verification.ports import Deps, Tx
from shared.errors import DomainError


async def approve_green(tx: Tx, deps: Deps, task_id: str, officer: DeskOfficer) -> TaskView:
    """Claim and approve a task whose checks, as they are now, find nothing.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `not_all_green`, `sample_unopened`: it is one of the sample, and this officer has not claimed it to look at it; or as
            a claim and an approval.
    """
    task = await tx.tasks.get(task_id)
    tasks.refuse_unclaimable(task, officer, deps.clock())
    seen = await view(tx, deps, task)
    if any(finding.is_failure for finding in seen.case.findings) or any(reason.code != OFFICER_REQUIRED for reason in task.reasons):
        raise DomainError("not_all_green", "A check found something: open it and decide it by itself.")
    if is_sampled(task_id, deps.queue.sample_every) and task.claimant(deps.clock()) != officer.id:
        raise DomainError("sample_unopened", "It is one of the sample: claim it and look at it first.")
    claimed = take(tx, deps, task, officer)
    held = TaskView(claimed, seen.case, seen.register, seen.preview, version_of(claimed, seen.register))
    return await conclude(tx, deps, held, officer, TaskDecision(Act.APPROVE, held.version))


def is_sampled(task_id: str, every: int) -> bool:
    """Return whether a task is of the sample: told by its id, so that nobody can choose."""
    return int.from_bytes(hashlib.sha256(task_id.encode()).digest()[:8]) % every == 0
