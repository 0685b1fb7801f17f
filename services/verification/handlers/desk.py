"""What officers see and hold: tasks with all that a decision needs, claims, attachments."""

from __future__ import annotations

from dataclasses import dataclass

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain import tickets
from services.verification.domain.case import Case, CaseState
from services.verification.domain.identity import IDENTITY_UNPROVEN
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.register import Register
from services.verification.domain.task import Task
from services.verification.handlers.planning import Preview, judge, office_time, people_of, rules_for
from services.verification.ports import Deps, FileStream, Tx
from shared.errors import DomainError, NotFound


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


async def claim_task(tx: Tx, deps: Deps, task_id: str, officer: DeskOfficer) -> TaskView:
    """Claim a task, or renew one's own claim; nobody else can claim or decide it until the claim expires.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `too_many_claims`, or as `domain.task.claim`.
    """
    task, now = await tx.tasks.get(task_id), deps.clock()
    if task.claimant(now) != officer.id:
        tasks.refuse_unclaimable(task, officer, now)
        await check_room(deps, officer)
    claimed = take(tx, deps, task, officer)
    return await view(tx, deps, claimed)


def take(tx: Tx, deps: Deps, task: Task, officer: DeskOfficer) -> Task:
    """Claim a task that was read in this unit.

    Raises:
        DomainError: as `domain.task.claim`.
    """
    claimed, fact = tasks.claim(task, officer, at=deps.clock(), lease=deps.claim_lease)
    if claimed is not task:
        claimed = tickets.read(claimed, deps.catalogue.get(task.service), office_time(deps))
        tx.tasks.save(claimed)
    if fact is not None:
        tx.emit(fact)
    return claimed


async def check_room(deps: Deps, officer: DeskOfficer) -> None:
    """Refuse a new claim to an officer who holds as many as one may. Their claims take turns (`Deps.claiming`) within a process.

    Raises:
        DomainError: `too_many_claims`.
    """
    held = await deps.task_reader.held_by(officer.id, at=deps.clock())
    if len(held) >= deps.queue.claims_at_once:
        raise DomainError("too_many_claims", f"Decide or release one of the {len(held)} that you hold.", {"held": str(len(held))})


async def release_task(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Release a task.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `task_closed`, `task_deciding`, `task_waiting`, or `task_claimed` by another officer.
    """
    task = await tx.tasks.get(task_id)
    return await view(tx, deps, set_free(tx, deps, task, officer_id))


def set_free(tx: Tx, deps: Deps, task: Task, officer_id: str) -> Task:
    """Release a task that was read in this unit.

    Raises:
        DomainError: as `release_task`.
    """
    released, fact = tasks.release(task, officer_id, at=deps.clock())
    if fact is not None:
        tx.tasks.save(released)
        tx.emit(fact)
    return released


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

    The case waited: a link may have ended, a child who was reported twice may have been recorded meanwhile. Who is unproven stays so until
    an officer decides.
    While the register is not to be had nothing of it is shown.
    """
    case = await tx.cases.get(task.case_key)
    if case.state is CaseState.IN_REVIEW:
        case = cases.without_links(case, await tx.links.ended(case.link_ids))
    if (await tx.pauses.get()).is_paused:
        return TaskView(task, case, Register(), None, version_of(task, Register(), case))
    application = case.application
    register = await tx.register(people_of(application, rules_for(deps, application), deps.catalogue.get(application.first.service)))
    known = None
    if case.state is CaseState.IN_REVIEW:
        findings, known = judge(deps, case, register)
        unproven = tuple(finding for finding in case.findings if finding.code == IDENTITY_UNPROVEN)
        case = cases.judged(case, tuple(dict.fromkeys((*unproven, *findings))), register.unclear)
    return TaskView(task, case, register, known, version_of(task, register, case))


def version_of(task: Task, register: Register, case: Case) -> str:
    """Return the version that a decision must carry: of the task, of every family that it rests on, and of whether the sender is proven."""
    return f"{task.edition}-{register.editions}" + ("-unproven" if case.is_unproven else "")
