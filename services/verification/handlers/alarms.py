"""Announce what turns amber or red, once each."""

from __future__ import annotations

from dataclasses import replace

from services.verification.domain.facts import TaskOverdue
from services.verification.domain.service_clock import told
from services.verification.domain.task_parts import TaskState
from services.verification.ports import Deps, Tx


async def raise_alarm(tx: Tx, deps: Deps, task_id: str) -> None:
    """Announce the lateness of a task that was not announced yet; nothing where it was, or the clock stands.

    Raises:
        NotFound: `tasks_not_found`.
    """
    task, now = await tx.tasks.get(task_id), deps.clock()
    lateness = task.clock.lateness(now)
    if task.state is TaskState.CLOSED or lateness is None or task.clock.alarm_at is None or task.clock.alarm_at > now:
        return
    tx.tasks.save(replace(task, clock=told(task.clock, lateness)))
    tx.emit(TaskOverdue(task.ref, lateness.value, task.due_at, now))
