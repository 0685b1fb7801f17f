"""An officer's decision on the version that was on the screen; it takes effect when the seconds to undo it are over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.verification.domain import case as cases
from services.verification.domain import holding
from services.verification.domain import task as tasks
from services.verification.domain.case import Case, Decided
from services.verification.domain.finding import Finding
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.priority import COURT
from services.verification.domain.reasons import check_answer, check_neutral, check_reasons
from services.verification.domain.task import Task
from services.verification.domain.task_parts import HeldDecision, Outcome
from services.verification.handlers.desk import TaskView, version_of, view
from services.verification.handlers.pausing import refuse_paused
from services.verification.handlers.planning import approve, check_approvable, log_decision, preview
from services.verification.ports import Deps, Tx
from shared.errors import BadInput, FieldProblem, Stale
from shared.reference.civil_service import CivilService


class Act(StrEnum):
    """The kind of an officer's decision."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class TaskDecision:
    """An officer's decision. `version` is the one that was on the screen; `note` is a text for the citizen and may be personal.

    The note of a first approval is for the head of the section. `grant_link`: the officer has compared the selfie, and the sender's
    contact is linked to the person from now on.
    """

    act: Act
    version: str
    reasons: tuple[Finding, ...] = ()
    note: str | None = None
    grant_link: bool = False


_OUTCOMES: Final = {Act.APPROVE: Outcome.APPROVED, Act.RETURN: Outcome.RETURNED, Act.REJECT: Outcome.REJECTED, Act.ANSWER: Outcome.ANSWERED}


async def decide_task(tx: Tx, deps: Deps, task_id: str, officer: DeskOfficer, decision: TaskDecision) -> TaskView:
    """Decide a task in the version that the officer saw. Of a court's case, or without seconds to undo, it takes effect at once.

    Raises:
        NotFound: `tasks_not_found`.
        Stale: `version_stale`: the task or the register changed since; look again.
        BadInput: `act_not_for_this`, `reason_missing`, `reason_unknown`, `reason_not_for_this`, `reason_tells_register`, `note_missing`,
            `faces_not_same` or `link_not_grantable`.
        DomainError: as `domain.holding.check_decidable`, or why nothing can follow from an approval (`handlers.planning.approve`).
    """
    seen = await view(tx, deps, await tx.tasks.get(task_id))
    service = deps.catalogue.get(seen.task.service)
    _check_act(decision.act, service)
    check_reasons(decision.reasons, decision.act.value, service.id, needed=decision.act in (Act.RETURN, Act.REJECT))
    if decision.act is Act.ANSWER:
        check_answer(decision.reasons, decision.note)
    outcome = _OUTCOMES[decision.act]
    holding.check_decidable(seen.task, officer, outcome)
    if decision.version != seen.version:
        raise Stale("version_stale", "The task or the register changed since you looked at it.")
    _check_identity(seen, decision, service)
    return await conclude(tx, deps, seen, officer, decision)


async def conclude(tx: Tx, deps: Deps, seen: TaskView, officer: DeskOfficer, decision: TaskDecision) -> TaskView:
    """Hold a decision that may be made, or let it take effect."""
    now, outcome = deps.clock(), _OUTCOMES[decision.act]
    if outcome is Outcome.APPROVED:
        await refuse_paused(tx)
        known = seen.preview or preview(deps, seen.case.application, seen.register)  # where there is none, it says why
        check_approvable(seen.case, seen.register, known)
    is_held = bool(deps.queue.undo) and seen.task.channel != COURT
    held = HeldDecision(
        outcome=outcome,
        officer_id=officer.id,
        at=now,
        effective_at=now + deps.queue.undo if is_held else now,
        editions=seen.register.editions,
        reasons=decision.reasons,
        note=decision.note,
        grant_link=decision.grant_link,
        is_proven=not seen.case.is_unproven,
    )
    if not is_held:
        return await _take_effect(tx, deps, seen, held)
    task = holding.hold(seen.task, held)
    tx.tasks.save(task)
    return _seen(seen, task, seen.case)


async def undo_decision(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Undo one's own decision while it has not taken effect.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `nothing_to_undo` or `decision_of_another`.
    """
    task = holding.undo(await tx.tasks.get(task_id), officer_id, at=deps.clock(), lease=deps.claim_lease)
    tx.tasks.save(task)
    return await view(tx, deps, task)


async def settle_decision(tx: Tx, deps: Deps, task_id: str) -> None:
    """Let a decision take effect whose seconds are over; nothing where it has, was undone, or waits for the register.

    Raises:
        Stale: `version_stale`: the register changed since it was made; `sender_unproven`: the link that vouched for its sender ended.
        DomainError: nothing can follow from an approval any more.
    """
    task = await tx.tasks.get(task_id)
    if task.held is None or task.held.effective_at > deps.clock():
        return
    is_approval = task.held.outcome is Outcome.APPROVED
    if is_approval and (await tx.pauses.get()).is_paused:
        return
    seen = await view(tx, deps, task)
    if is_approval and seen.register.editions != task.held.editions:
        raise Stale("version_stale", "The register changed since the decision was made.")
    if task.held.is_proven and seen.case.is_unproven:
        raise Stale("sender_unproven", "The link that vouched for the sender ended since the decision was made.")
    await _take_effect(tx, deps, seen, task.held)


async def give_back_decision(tx: Tx, deps: Deps, task_id: str, code: str) -> None:
    """Give a decision that can't take effect back to its officer, with the reason."""
    task = await tx.tasks.get(task_id)
    if task.held is not None:
        tx.tasks.save(holding.give_back(task, code, at=deps.clock(), lease=deps.claim_lease))


async def _take_effect(tx: Tx, deps: Deps, seen: TaskView, held: HeldDecision) -> TaskView:
    task, service = seen.task, deps.catalogue.get(seen.task.service)
    first = seen.case.first
    needs_second = service.needs_second(first.answers.values, first.submitted_on)
    if held.outcome is Outcome.APPROVED and needs_second and task.first_approval is None:
        passed, fact = holding.approve_first(task, held, at=deps.clock())
        tx.tasks.save(passed)
        tx.emit(fact)
        return _seen(seen, passed, seen.case)
    case = await _decide(tx, deps, seen, held)
    task, closed = tasks.close(task, held.outcome, held.officer_id, at=deps.clock())
    tx.tasks.save(task)
    tx.cases.put(case)
    tx.emit(closed)
    log_decision(tx, case)
    return _seen(seen, task, case)


async def _decide(tx: Tx, deps: Deps, seen: TaskView, held: HeldDecision) -> Case:
    before = seen.task.first_approval
    decided = Decided(
        held.at,
        held.officer_id,
        held.note,
        grant_link=held.grant_link or (before is not None and before.grant_link and held.outcome is Outcome.APPROVED),
        first_officer_id=before.officer_id if before else None,
    )
    if held.outcome is Outcome.APPROVED:
        known = seen.preview or preview(deps, seen.case.application, seen.register)
        return await approve(tx, deps, seen.case, seen.register, decided, known)
    if held.outcome is Outcome.ANSWERED:
        case, answers = cases.answer(seen.case, held.reasons, decided)
        for answer in answers:
            tx.emit(answer)
        return case
    turn_down = cases.return_to_sender if held.outcome is Outcome.RETURNED else cases.reject
    case, facts = turn_down(seen.case, held.reasons, decided)
    for fact in facts:
        tx.emit(fact)
    return case


def _seen(seen: TaskView, task: Task, case: Case) -> TaskView:
    return TaskView(task, case, seen.register, seen.preview, version_of(task, seen.register, case))


def _check_act(act: Act, service: CivilService) -> None:
    """Refuse to approve what ends with an answer, and to answer what ends with documents.

    Raises:
        BadInput: `act_not_for_this`.
    """
    if act is (Act.APPROVE if service.is_answered else Act.ANSWER):
        detail = "It ends with an answer in words." if service.is_answered else "It ends with documents: approve, return or reject it."
        raise BadInput("act_not_for_this", detail, (FieldProblem("action", "act_not_for_this", detail),))


def _check_identity(seen: TaskView, decision: TaskDecision, service: CivilService) -> None:
    """Check that the decision fits what is known of the sender.

    Raises:
        BadInput: `faces_not_same`, `link_not_grantable` or `reason_tells_register`.
    """
    case, before = seen.case, seen.task.first_approval
    is_compared = decision.grant_link or (before is not None and before.grant_link)
    if decision.act in (Act.APPROVE, Act.ANSWER) and case.can_grant_link and not is_compared:
        detail = "Compare the selfie first: say `grant_link` where it is the same person, else return or reject."
        raise BadInput("faces_not_same", detail, (FieldProblem("grant_link", "faces_not_same", detail),))
    if decision.grant_link and (decision.act is Act.REJECT or not case.can_grant_link):
        detail = "Only with approve, answer or return, of an unproven request of a chat that has a selfie (selfie_ktp)."
        raise BadInput("link_not_grantable", detail, (FieldProblem("grant_link", "link_not_grantable", detail),))
    if decision.act is not Act.APPROVE and (case.is_unproven or service.is_for_anyone) and not decision.grant_link:
        check_neutral(decision.reasons)
