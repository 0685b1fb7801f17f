"""A decision that waits some seconds before it takes effect, so that its officer can undo it; and the first of two approvals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.verification.domain.facts import TaskReleased
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.task import Task, freed, refuse_at_rest, refuse_unclaimed
from services.verification.domain.task_parts import Claim, FirstApproval, HeldDecision, Outcome
from shared.errors import DomainError


def check_decidable(task: Task, officer: DeskOfficer, outcome: Outcome) -> None:
    """Refuse a decision that this officer can't make.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting`, `task_not_claimed`, `second_approval_needed` or `four_eyes`.
    """
    refuse_at_rest(task)
    refuse_unclaimed(task, officer.id)
    if task.first_approval is None or outcome is not Outcome.APPROVED:
        return
    if not officer.is_lead:
        raise DomainError("second_approval_needed", "It was approved once; the head of the section decides.")
    if task.first_approval.officer_id == officer.id:
        raise DomainError("four_eyes", "Who approved first can't approve again.")


def hold(task: Task, decision: HeldDecision) -> Task:
    """Hold a decision until it takes effect. Its officer keeps the claim, in case it is undone."""
    return replace(task, held=decision, refused=None, edition=task.edition + 1)


def undo(task: Task, officer_id: str, *, at: datetime, lease: timedelta) -> Task:
    """Undo one's decision; the task is one's own again.

    Raises:
        DomainError: `nothing_to_undo`: none waits, or its time is over; `decision_of_another`.
    """
    if task.held is None or task.held.effective_at <= at:
        raise DomainError("nothing_to_undo", "The decision has taken effect.")
    if task.held.officer_id != officer_id:
        raise DomainError("decision_of_another", "Only who decided can undo it.")
    return replace(task, held=None, claim=Claim(officer_id, at + lease), edition=task.edition + 1)


def give_back(task: Task, code: str, *, at: datetime, lease: timedelta) -> Task:
    """Give a decision that can't take effect any more back to its officer, with the reason by its code."""
    if task.held is None:
        return task
    return replace(task, held=None, refused=code, claim=Claim(task.held.officer_id, at + lease), edition=task.edition + 1)


def approve_first(task: Task, decision: HeldDecision, *, at: datetime) -> tuple[Task, TaskReleased]:
    """Record the first of two approvals; the task waits for the head of the section."""
    approval = FirstApproval(decision.officer_id, decision.at, decision.note, grant_link=decision.grant_link)
    passed = replace(
        task,
        first_approval=approval,
        held=None,
        claim=None,
        preferred_officer=None,
        preferred_until=None,
        handover_note=None,
        edition=task.edition + 1,
    )
    return freed(passed, at)
