"""Routes of the queue: the next task, assigned ones, given back, handed over, undone."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.verification import handlers
from services.verification.api import noting
from services.verification.api.area import narrowed_areas
from services.verification.api.shapes import AreaCode, Code, Input, OfficerId, TaskDetailOut
from services.verification.api.showing import ASSIGN, AT_REST, UNKNOWN, TaskAnswers, context, officer_of
from services.verification.domain.claims import HandOver
from services.verification.domain.officer import DeskOfficer, narrowed, skilled
from services.verification.domain.task import Task
from services.verification.handlers import TaskView
from services.verification.handlers.colleagues import Colleagues
from services.verification.ports import Deps, Tx
from services.verification.ports.staff import StaffReader
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import Client, refuses, require
from shared.web.auth import Authenticator

_UNFIT: Final = ("colleague_unknown", "second_approval_needed", "four_eyes")
"""Why somebody can't be given a task."""


class NextIn(Input):
    """What the officer works on; empty: everything that their account works on. It asks for less of that, never for more."""

    services: Annotated[frozenset[Code], Field(max_length=100, description="Services, by their codes")] = frozenset()
    groups: Annotated[frozenset[Code], Field(max_length=30, description="Groups of services: birth, death, card, …")] = frozenset()
    areas: Annotated[frozenset[AreaCode], Field(max_length=300, description="Districts or villages")] = frozenset()


class AssignIn(Input):
    """Whom a task is for."""

    officer_id: OfficerId


class HandOverIn(Input):
    """Who takes over, and what they should know."""

    to: OfficerId
    note: Annotated[str | None, Field(max_length=1000, description="For the colleague; never told to citizens")] = None


class MovedOut(BaseModel):
    """The tasks that changed hands."""

    tasks: Annotated[tuple[str, ...], Field(description="Their ids")]

    @classmethod
    def of(cls, tasks: tuple[Task, ...]) -> MovedOut:
        """Build from tasks."""
        return cls(tasks=tuple(task.id for task in tasks))


def router(units: UnitOfWorkRunner[Tx], deps: Deps, answers: TaskAnswers, staff: StaffReader) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1", tags=["queue"])
    _pull(routes, units, deps, answers)
    _moves(routes, units, deps, staff)
    _single(routes, deps, answers, staff)
    return routes


def _pull(routes: APIRouter, units: UnitOfWorkRunner[Tx], deps: Deps, answers: TaskAnswers) -> None:
    @routes.post(
        "/tasks/next",
        responses=refuses(409, "too_many_claims")
        | refuses(404, "cases_not_found")
        | {204: {"description": "Nothing waits that this officer may take"}},
        response_model=TaskDetailOut,
    )
    async def next_task(
        request: Request, response: Response, body: NextIn | None = None, client: Client = require("tasks:decide")
    ) -> TaskDetailOut | Response:
        """Claim the best task for this officer: reserved for them, else the first of the queue. 204 when there is none."""
        wished = body or NextIn()
        areas = narrowed_areas(wished.areas, client)
        if areas is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        officer = _working_on(client, wished, areas, deps)
        async with deps.claiming.of(officer.id):
            view = await units.run(
                handlers.puller(deps, officer),
                context=context(request, officer.id),
                audit=lambda found: noting.of_task(deps, client, "task.claimed", found) if found else None,
            )
        return answers.of(response, view) if view is not None else Response(status_code=HTTPStatus.NO_CONTENT)


def _moves(routes: APIRouter, units: UnitOfWorkRunner[Tx], deps: Deps, staff: StaffReader) -> None:
    @routes.post("/tasks/release-all")
    async def release_all(request: Request, client: Client = require("tasks:decide")) -> MovedOut:
        """Release every task that one holds, as when one leaves. Decisions that can still be undone stay."""
        done = await units.run(
            lambda tx: handlers.release_all(tx, deps, client.name),
            context=context(request, client.name),
            audit=lambda moved: noting.of_moved(deps, client, "task.released", moved),
        )
        return MovedOut.of(done)

    @routes.post("/tasks/hand-over", responses=refuses(409, *_UNFIT))
    async def hand_over(request: Request, body: HandOverIn, client: Client = require("tasks:decide")) -> MovedOut:
        """Hand every task that one holds to a colleague, with a note: all of them or none."""
        wish, colleagues = HandOver(body.to, body.note), await _colleagues(request, staff, client)
        done = await units.run(
            lambda tx: handlers.hand_over(tx, deps, client.name, wish, colleagues),
            context=context(request, client.name),
            audit=lambda moved: noting.of_moved(deps, client, "task.handed_over", moved, to=body.to),
        )
        return MovedOut.of(done)


def _single(routes: APIRouter, deps: Deps, answers: TaskAnswers, staff: StaffReader) -> None:
    @routes.post("/tasks/{task_id}/assign", responses=UNKNOWN | refuses(409, *AT_REST, *_UNFIT))
    async def assign_task(
        request: Request, response: Response, task_id: str, body: AssignIn, client: Client = require(ASSIGN)
    ) -> TaskDetailOut:
        """Assign a task to an officer, whoever holds it: for a time it is theirs alone to claim."""
        colleagues = await _colleagues(request, staff, client)

        async def assign(tx: Tx) -> TaskView:
            colleagues.refuse_unfit(body.officer_id, await tx.tasks.get(task_id))
            return await handlers.assign_task(tx, deps, task_id, body.officer_id)

        return await answers.after(request, response, client, "task.assigned", assign)

    @routes.post("/tasks/{task_id}/undo", responses=UNKNOWN | refuses(409, "nothing_to_undo", "decision_of_another"))
    async def undo_decision(request: Request, response: Response, task_id: str, client: Client = require("tasks:decide")) -> TaskDetailOut:
        """Undo one's own decision before it takes effect (`effective_at`)."""
        return await answers.after(
            request, response, client, "task.undone", lambda tx: handlers.undo_decision(tx, deps, task_id, client.name)
        )


async def _colleagues(request: Request, staff: StaffReader, client: Client) -> Colleagues:
    authenticator: Authenticator = request.app.state.authenticator
    return await Colleagues.of(staff, client.name, authenticator.scopes)


def _working_on(client: Client, body: NextIn, areas: frozenset[str], deps: Deps) -> DeskOfficer:
    of_groups = {code for code, service in deps.catalogue.services.items() if service.group in body.groups}
    asked = body.services | of_groups if body.services or body.groups else None
    own = skilled(client.member.groups, deps.catalogue) if client.member else None
    return replace(officer_of(client), services=narrowed(own, asked), areas=areas)
