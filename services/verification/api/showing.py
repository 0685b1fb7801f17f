"""How a task is answered after an act: with all that an officer needs, its version, and never kept by a cache."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from weakref import WeakValueDictionary

from fastapi import Request, Response

from services.verification.api import noting
from services.verification.api.shapes import TaskDetailOut, detail_out
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.task import Task
from services.verification.handlers import TaskView
from services.verification.ports import Deps, Tx
from shared.errors import Forbidden
from shared.messaging.delivery import Context
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import Client, refuses

LEAD: Final = "tasks:approve_second"
"""The permission of whoever gives second approvals."""

ASSIGN: Final = "tasks:assign"
READ: Final = "tasks:read"

NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}  # persons stand in the answers: no cache keeps them
OUTSIDE: Final = refuses(403, "area_outside")
UNKNOWN: Final = refuses(404, "tasks_not_found", "cases_not_found") | OUTSIDE
AT_REST: Final = ("task_closed", "task_deciding", "task_waiting")
UNCLAIMABLE: Final = (*AT_REST, "task_claimed", "task_reserved", "second_approval_needed", "four_eyes", "too_many_claims")


class TaskAnswers:
    """Runs an act on one task in a unit of work, and answers with the task as it is then."""

    def __init__(self, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
        self._deps = deps
        self._units = units
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def seen(
        self, request: Request, response: Response, client: Client, word: str, look: Callable[[Tx], Awaitable[TaskView]]
    ) -> TaskDetailOut:
        """Return the task as it is, and leave a row `word` in the audit log; of a task outside the caller's areas nothing is shown or done.

        Raises:
            Forbidden: `area_outside`.
        """
        task_id = request.path_params["task_id"]
        deps, about = self._deps, context(request, task_id)

        async def within(tx: Tx) -> TaskView:
            refuse_outside(client, await tx.tasks.get(task_id))  # read once: the act finds it in the unit
            return await look(tx)

        return self.of(response, await self._units.run(within, context=about, audit=lambda view: noting.of_task(deps, client, word, view)))

    async def after(
        self, request: Request, response: Response, client: Client, word: str, act: Callable[[Tx], Awaitable[TaskView]]
    ) -> TaskDetailOut:
        """Return the task after an act, which leaves a row `word`.

        Within this process acts on one task come one after the other: of fifty who claim it, forty-nine read that it is taken, and none
        of them pays for a transaction that it must lose.
        """
        async with self._turns.setdefault(request.path_params["task_id"], asyncio.Lock()):
            return await self.seen(request, response, client, word, act)

    def of(self, response: Response, view: TaskView) -> TaskDetailOut:
        """Return a task that was read."""
        response.headers.update(NO_STORE)
        response.headers["ETag"] = f'"{view.version}"'
        return detail_out(view, self._deps.catalogue, self._deps.clock())


def officer_of(client: Client) -> DeskOfficer:
    """Return the caller as the queue knows them."""
    return DeskOfficer(client.name, is_lead=LEAD in client.scopes, areas=areas_of(client))


def areas_of(client: Client) -> frozenset[str]:
    """Return the areas that bind the caller, as on the pages; empty: all. A key of a program has none."""
    return client.member.areas if client.member is not None else frozenset()


def refuse_outside(client: Client, task: Task) -> None:
    """Refuse a task of a place that is not in the areas of who is signed in; one whose place nobody knows is everybody's.

    Raises:
        Forbidden: `area_outside`.
    """
    if client.member is not None and task.place.areas and not client.member.covers(task.place.areas[-1], READ):
        raise Forbidden("area_outside", "The task is of another area than this account's.")


def context(request: Request, task_id: str) -> Context:
    """Return what caused the act."""
    return Context(correlation_id=task_id, causation_id=None, traceparent=request.state.traceparent)
