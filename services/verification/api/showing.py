"""How a task is answered after an act: with all that an officer needs, its version, and never kept by a cache."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import Request, Response

from services.verification.api import noting
from services.verification.api.area import OUTSIDE, areas_of, within
from services.verification.api.shapes import TaskDetailOut, detail_out
from services.verification.domain.officer import DeskOfficer
from services.verification.handlers import TaskView
from services.verification.ports import Deps, Tx
from shared.messaging.delivery import Context
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.turns import Turns
from shared.web import Client, refuses

LEAD: Final = "tasks:approve_second"
"""The permission of whoever gives second approvals."""

ASSIGN: Final = "tasks:assign"

NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}  # persons stand in the answers: no cache keeps them
UNKNOWN: Final = OUTSIDE | refuses(404, "tasks_not_found", "cases_not_found")
AT_REST: Final = ("task_closed", "task_deciding", "task_waiting")
UNCLAIMABLE: Final = (*AT_REST, "task_claimed", "task_reserved", "second_approval_needed", "four_eyes", "too_many_claims")


class TaskAnswers:
    """Runs an act on one task in a unit of work, and answers with the task as it is then."""

    def __init__(self, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
        self._deps = deps
        self._units = units
        self._turns = Turns()

    async def seen(
        self, request: Request, response: Response, client: Client, word: str, look: Callable[[Tx], Awaitable[TaskView]]
    ) -> TaskDetailOut:
        """Return the task as it is, where it is of the caller's area, and leave a row `word` in the audit log."""
        deps, task_id = self._deps, request.path_params["task_id"]
        view = await self._units.run(
            within(client, task_id, look),
            context=context(request, task_id),
            audit=lambda found: noting.of_task(deps, client, word, found),
        )
        return self.of(response, view)

    async def after(
        self, request: Request, response: Response, client: Client, word: str, act: Callable[[Tx], Awaitable[TaskView]]
    ) -> TaskDetailOut:
        """Return the task after an act, which leaves a row `word`.

        Within this process acts on one task come one after the other: of fifty who claim it, forty-nine read that it is taken, and none
        of them pays for a transaction that it must lose.
        """
        async with self._turns.of(request.path_params["task_id"]):
            return await self.seen(request, response, client, word, act)

    def of(self, response: Response, view: TaskView) -> TaskDetailOut:
        """Return a task that was read."""
        response.headers.update(NO_STORE)
        response.headers["ETag"] = f'"{view.version}"'
        return detail_out(view, self._deps.catalogue, self._deps.clock())


def officer_of(client: Client) -> DeskOfficer:
    """Return the caller as the queue knows them."""
    return DeskOfficer(client.name, is_lead=LEAD in client.scopes, areas=areas_of(client))


def context(request: Request, task_id: str) -> Context:
    """Return what caused the act."""
    return Context(correlation_id=task_id, causation_id=None, traceparent=request.state.traceparent)
