"""An officer's decision on the version that was on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain.case import Case, Decided
from services.verification.domain.finding import Finding
from services.verification.domain.reasons import check_neutral, check_reasons
from services.verification.domain.task import Outcome
from services.verification.handlers.desk import TaskView, version_of, view
from services.verification.handlers.planning import approve, log_decision, preview
from services.verification.ports import Deps, Tx
from shared.errors import BadInput, FieldProblem, Stale


class Act(StrEnum):
    """The kind of an officer's decision."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class TaskDecision:
    """An officer's decision. `version` is the one that was on the screen; `note` is a text for the citizen and may be personal.

    `grant_link`: the officer has compared the selfie, and the sender's contact is linked to the person from now on.
    """

    act: Act
    version: str
    reasons: tuple[Finding, ...] = ()
    note: str | None = None
    grant_link: bool = False


_OUTCOMES: Final = {Act.APPROVE: Outcome.APPROVED, Act.RETURN: Outcome.RETURNED, Act.REJECT: Outcome.REJECTED}


async def decide_task(tx: Tx, deps: Deps, task_id: str, officer_id: str, decision: TaskDecision) -> TaskView:
    """Decide a task in the version that the officer saw.

    Raises:
        NotFound: `tasks_not_found`.
        Stale: `version_stale`: the task or the register changed since; look again.
        BadInput: `reason_missing`, `reason_unknown`, `reason_not_for_this`, `reason_tells_register` or `link_not_grantable`.
        DomainError: `task_closed`, `task_not_claimed`, or why nothing can follow from an approval (`handlers.planning.approve`).
    """
    check_reasons(decision.reasons, decision.act.value, needed=decision.act is not Act.APPROVE)
    seen = await view(tx, deps, await tx.tasks.get(task_id))
    now = deps.clock()
    task, closed = tasks.close(seen.task, _OUTCOMES[decision.act], officer_id, at=now)
    if decision.version != seen.version:
        raise Stale("version_stale", "The task or the register changed since you looked at it.")
    _check_identity(seen.case, decision)
    decided = Decided(now, officer_id, decision.note, grant_link=decision.grant_link)
    case = await _decide(tx, deps, seen, decision, decided)
    tx.tasks.save(task)
    tx.cases.put(case)
    tx.emit(closed)
    log_decision(tx, case)
    return TaskView(task=task, case=case, register=seen.register, preview=seen.preview, version=version_of(tx, task, seen.register))


async def _decide(tx: Tx, deps: Deps, seen: TaskView, decision: TaskDecision, decided: Decided) -> Case:
    if decision.act is Act.APPROVE:
        known = seen.preview or preview(deps, seen.case.application, seen.register)  # where there is none, it says why
        return await approve(tx, deps, seen.case, seen.register, decided, known)
    turn_down = cases.return_to_sender if decision.act is Act.RETURN else cases.reject
    case, facts = turn_down(seen.case, decision.reasons, decided)
    for fact in facts:
        tx.emit(fact)
    return case


def _check_identity(case: Case, decision: TaskDecision) -> None:
    """Check that the decision fits what is known of the sender.

    Raises:
        BadInput: `link_not_grantable` or `reason_tells_register`.
    """
    if decision.grant_link and (decision.act is Act.REJECT or not case.can_grant_link):
        detail = "Only with approve or return, of an unproven request of a chat that has a selfie (selfie_ktp)."
        raise BadInput("link_not_grantable", detail, (FieldProblem("grant_link", "link_not_grantable", detail),))
    if decision.act is not Act.APPROVE and case.is_unproven and not decision.grant_link:
        check_neutral(decision.reasons)
