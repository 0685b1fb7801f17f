"""Announce what turns amber or red, once each; and tell the sender a later time where the office will not keep its promise."""

from __future__ import annotations

from dataclasses import replace

from services.verification.domain.capacity import QueueFigures, finishing_time
from services.verification.domain.facts import PromiseMoved, TaskOverdue
from services.verification.domain.service_clock import told
from services.verification.domain.task import Task
from services.verification.domain.task_parts import TaskState
from services.verification.ports import Deps, Tx


async def raise_alarm(tx: Tx, deps: Deps, task_id: str, figures: QueueFigures) -> None:
    """Announce the lateness of a task that was not announced yet; nothing where it was, or the clock stands.

    By the figures of the queue it is known when the task will be its turn: where that is later than the promise, its senders are told so.

    Raises:
        NotFound: `tasks_not_found`.
    """
    task, now = await tx.tasks.get(task_id), deps.clock()
    lateness = task.clock.lateness(now)
    if task.state is TaskState.CLOSED or lateness is None or task.clock.alarm_at is None or task.clock.alarm_at > now:
        return
    tx.tasks.save(replace(task, clock=told(task.clock, lateness)))
    tx.emit(TaskOverdue(task.ref, lateness.value, task.due_at, now))
    await _move_promise(tx, deps, task, figures)


async def _move_promise(tx: Tx, deps: Deps, task: Task, figures: QueueFigures) -> None:
    now = deps.clock()
    if task.held is not None or task.claimant(now) is not None:  # somebody is at it
        return
    expected = finishing_time(deps.hours, figures, await deps.queue_reader.ahead_of(task.place.at) + 1)
    if expected is None or expected <= task.due_at:
        return
    case = await tx.cases.get(task.case_key)
    for submission in case.submissions:
        tx.emit(PromiseMoved(submission, expected, now))
