"""What officers see and hold: tasks with all that a decision needs, claims, attachments."""

from __future__ import annotations

from dataclasses import dataclass

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain.case import Case, CaseState
from services.verification.domain.identity import IDENTITY_UNPROVEN
from services.verification.domain.register import Register
from services.verification.domain.task import Task
from services.verification.handlers.planning import Preview, judge, people_of, rules_for
from services.verification.ports import Deps, FileStream, Tx
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with all that an officer needs to decide it. `preview` is None where nothing can follow from the request."""

    task: Task
    case: Case
    register: Register
    preview: Preview | None
    version: str


async def view_task(tx: Tx, deps: Deps, task_id: str) -> TaskView:
    """Return everything about one task, with the version that a decision must carry.

    Raises:
        NotFound: `tasks_not_found`.
    """
    return await view(tx, deps, await tx.tasks.get(task_id))


async def claim_task(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Claim a task, or renew one's own claim; nobody else can claim or decide it until the claim expires.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `task_closed`, `task_claimed` or `task_reserved`.
    """
    task = tasks.claim(await tx.tasks.get(task_id), officer_id, at=deps.clock(), lease=deps.claim_lease)
    tx.tasks.save(task)
    return await view(tx, deps, task)


async def release_task(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Release a task.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `task_closed` or `task_claimed` by another officer.
    """
    task = await tx.tasks.get(task_id)
    released = tasks.release(task, officer_id, at=deps.clock())
    if released != task:
        tx.tasks.save(released)
    return await view(tx, deps, released)


async def open_attachment(tx: Tx, deps: Deps, task_id: str, file_id: str) -> FileStream:
    """Open an attachment of the task's case; files of other cases can't be opened this way.

    Raises:
        NotFound: `tasks_not_found`, `attachment_not_found`, or the file is no longer in intake.
        Transient: intake can't be reached.
    """
    task = await tx.tasks.get(task_id)
    case = await tx.cases.get(task.case_key)
    if all(attachment.file_id != file_id for submission in case.submissions for attachment in submission.attachments):
        raise NotFound("attachment_not_found")
    return await deps.files.open(file_id)


async def view(tx: Tx, deps: Deps, task: Task) -> TaskView:
    """Return a task with its case and what the register says now; of one that is to be decided, with what the checks find in it now.

    The case waited: a child who was reported twice may have been recorded meanwhile. Who is unproven stays so until an officer decides.
    """
    case = await tx.cases.get(task.case_key)
    application = case.application
    register = await tx.register(people_of(application, rules_for(deps, application)))
    known = None
    if case.state is CaseState.IN_REVIEW:
        findings, known = judge(deps, case, register)
        unproven = tuple(finding for finding in case.findings if finding.code == IDENTITY_UNPROVEN)
        case = cases.judged(case, tuple(dict.fromkeys((*unproven, *findings))))
    return TaskView(task, case, register, known, version_of(tx, task, register))


def version_of(tx: Tx, task: Task, register: Register) -> str:
    """Return the version that a decision must carry: of the task, and of every family that it rests on."""
    return f"{tx.tasks.version(task.id)}-{register.editions}"
