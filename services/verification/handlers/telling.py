"""Tell who sent a request something while the task stays open: how it stands, or the day on which an officer meets them."""

from __future__ import annotations

from services.verification.domain import tickets
from services.verification.domain.tickets import Telling
from services.verification.handlers.desk import TaskView, version_of, view
from services.verification.handlers.planning import office_time
from services.verification.ports import Deps, Tx
from shared.errors import Stale


async def tell_citizen(tx: Tx, deps: Deps, task_id: str, officer_id: str, telling: Telling, version: str) -> TaskView:
    """Tell who sent the request something, in an officer's words.

    Raises:
        NotFound: `tasks_not_found`.
        Stale: `version_stale`.
        DomainError, BadInput: as `domain.tickets.tell`.
    """
    seen = await view(tx, deps, await tx.tasks.get(task_id))
    service, first = deps.catalogue.get(seen.task.service), seen.case.first
    task, fact = tickets.tell(seen.task, service, first, officer_id, telling, deps.new_id(), office_time(deps))
    if version != seen.version:
        raise Stale("version_stale", "The task or the register changed since you looked at it.")
    tx.tasks.save(task)
    tx.emit(fact)
    return TaskView(task, seen.case, seen.register, seen.preview, version_of(task, seen.register, seen.case))
