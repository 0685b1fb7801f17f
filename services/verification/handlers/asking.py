"""A question to the citizen: asked, answered, or withdrawn."""

from __future__ import annotations

from typing import Final

from services.verification.domain import asking
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.register_pause import service_time
from services.verification.domain.task import freed
from services.verification.domain.task_parts import Answer, Question
from services.verification.handlers.desk import TaskView, version_of, view
from services.verification.ports import Deps, Tx
from shared.errors import DomainError, Stale

_CHATS: Final = "whatsapp"  # the one channel in which the sender can answer by a word


async def ask_citizen(tx: Tx, deps: Deps, task_id: str, officer_id: str, text: str, version: str) -> TaskView:
    """Ask who sent the request, without closing the task. The clock stands until the answer is there.

    Raises:
        NotFound: `tasks_not_found`.
        Stale: `version_stale`.
        DomainError: `cannot_ask`: the sender has no chat; or as `domain.asking.ask`.
    """
    seen = await view(tx, deps, await tx.tasks.get(task_id))
    if seen.task.channel != _CHATS:
        raise DomainError("cannot_ask", "Only who wrote in a chat can be asked; return the request instead.")
    now = deps.clock()
    stands_since = service_time(await tx.pauses.get(), now)
    task, fact = asking.ask(seen.task, seen.case.first, Question(deps.new_id(), officer_id, now, text), stands_since=stands_since)
    if version != seen.version:
        raise Stale("version_stale", "The task or the register changed since you looked at it.")
    tx.tasks.save(task)
    tx.emit(fact)
    tx.emit(freed(task, now)[1])  # consoles: it waits for the citizen
    return TaskView(task, seen.case, seen.register, seen.preview, version_of(task, seen.register, seen.case))


async def withdraw_question(tx: Tx, deps: Deps, task_id: str, officer: DeskOfficer) -> TaskView:
    """Stop waiting for the citizen's answer; the task waits for an officer again.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `nothing_asked`, or `question_of_another`.
    """
    rules = deps.queue.alarms
    task, fact = asking.withdraw(await tx.tasks.get(task_id), officer, deps.hours, rules, at=deps.clock())
    tx.tasks.save(task)
    tx.emit(fact)
    return await view(tx, deps, task)


async def take_answer(tx: Tx, deps: Deps, case_id: str, answer: Answer) -> None:
    """Take the citizen's answer. One to a question that was withdrawn is kept for who reads the task; of a decided case nobody reads it.

    Raises:
        NotFound: `cases_not_found`.
    """
    case = await tx.cases.get(case_id)
    task = await tx.tasks.find(case.task_id) if case.task_id else None
    if task is None:
        return
    taken, fact = asking.answered(task, answer, deps.hours, deps.queue.alarms, reserved=deps.reserved_for)
    if taken is not task:
        tx.tasks.save(taken)
    if fact is not None:
        tx.emit(fact)
