"""Pause and resume the work when the register is not to be had; take a pause out of the clocks, and judge what came in meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.verification.domain import register_pause
from services.verification.domain.case import CaseState
from services.verification.domain.facts import RegisterStateChanged
from services.verification.domain.register_pause import Pause, RegisterPause
from services.verification.domain.service_clock import without_pause
from services.verification.domain.task_parts import TaskState
from services.verification.handlers.judging import judge_case, tell_later
from services.verification.ports import Deps, Tx
from shared.errors import DomainError
from shared.logs import get

_log = get("register")


async def pause_register(tx: Tx, deps: Deps, *, by: str, reason: str) -> None:
    """Pause the work on the register: nothing is judged or approved, and clocks stand.

    Raises:
        DomainError: `register_paused`.
    """
    at = deps.clock()
    _keep(tx, register_pause.pause(await tx.pauses.get(), by=by, reason=reason, at=at), at)
    tx.on_commit(lambda: _log.warning("register.paused", by=by, reason=reason))


async def resume_register(tx: Tx, deps: Deps, *, by: str) -> None:
    """Let the work go on.

    Raises:
        DomainError: `register_not_paused`.
    """
    at = deps.clock()
    _keep(tx, register_pause.resume(await tx.pauses.get(), at=at), at)
    tx.on_commit(lambda: _log.warning("register.resumed", by=by))


def _keep(tx: Tx, state: RegisterPause, at: datetime) -> None:
    """Keep the state of the register, and tell it."""
    tx.pauses.put(state)
    tx.emit(RegisterStateChanged(state.id, state.since, at))


async def take_out_pause(tx: Tx, deps: Deps, task_ids: Sequence[str], pause: Pause) -> None:
    """Move the promises of tasks by the working time of a pause, and tell their senders; once, however often it is asked for."""
    await tx.tasks.prefetch(task_ids)
    found = [task for task_id in task_ids if (task := await tx.tasks.find(task_id)) is not None and task.state is not TaskState.CLOSED]
    await tx.prefetch(task.case_key for task in found)
    for task in found:
        clock = without_pause(task.clock, deps.hours, deps.queue.alarms, since=pause.since, until=pause.until)
        if clock is task.clock:
            continue
        tx.tasks.save(replace(task, clock=clock))
        if clock.due_at > task.due_at:
            tell_later(tx, deps, await tx.cases.get(task.case_key), clock.due_at)


async def forget_pause(tx: Tx, pause: Pause) -> None:
    """Record that a pause was taken out of every clock."""
    tx.pauses.put(register_pause.taken_out(await tx.pauses.get(), pause))


async def judge_waiting(tx: Tx, deps: Deps, case_id: str) -> None:
    """Judge a case that came in while the register was not to be had; nothing where it was judged.

    Raises:
        NotFound: `cases_not_found`.
    """
    case = await tx.cases.get(case_id)
    if case.state is CaseState.OPENED:
        tx.cases.put(await judge_case(tx, deps, case, has_waited=True))


async def refuse_paused(tx: Tx) -> None:
    """Refuse what needs the register while it is not to be had.

    Raises:
        DomainError: `register_paused`.
    """
    state = await tx.pauses.get()
    if state.since is not None:
        raise DomainError("register_paused", "The register is not to be had: wait, or return it.", {"since": state.since.isoformat()})
