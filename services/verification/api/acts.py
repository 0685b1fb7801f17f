"""Routes of acts beside a decision: ask the citizen, approve what is all green together."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.verification import handlers
from services.verification.api import noting
from services.verification.api.area import within
from services.verification.api.shapes import Input, TaskDetailOut
from services.verification.api.showing import AT_REST, UNKNOWN, TaskAnswers, context, officer_of
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.tickets import Telling
from services.verification.ports import Deps, Tx
from shared.errors import AppError, Transient
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import Client, refuses, require

TaskId = Annotated[str, Field(min_length=1, max_length=64)]


class AskIn(Input):
    """A question to the citizen."""

    text: Annotated[str, Field(min_length=1, max_length=1000, description="Sent in these words; nothing of the register, if unproven")]
    version: Annotated[str, Field(min_length=1, max_length=100, description="`version` of the task as it was seen")]


class TellIn(Input):
    """Words to who sent a request, which stays open."""

    text: Annotated[str, Field(min_length=1, max_length=1000, description="Sent in these words; nothing of the register, if unproven")]
    version: Annotated[str, Field(min_length=1, max_length=100, description="`version` of the task as it was seen")]
    visit_on: Annotated[date | None, Field(description="The day on which an officer meets them; of services with `visits`")] = None
    needs_field: Annotated[bool, Field(description="It takes work outside the office; of services that count its days")] = False


class BulkIn(Input):
    """Tasks to be approved together."""

    tasks: Annotated[tuple[TaskId, ...], Field(min_length=1, max_length=50)]


class BulkResultOut(BaseModel):
    """What became of one of them."""

    id: str
    stage: Annotated[str | None, Field(description="deciding, closed, or second; null: refused")]
    code: Annotated[str | None, Field(description="Why it was refused: not_all_green, sample_unopened, task_claimed, …")]


class BulkOut(BaseModel):
    """What became of each, in the order in which they were sent."""

    results: tuple[BulkResultOut, ...]


def router(units: UnitOfWorkRunner[Tx], deps: Deps, answers: TaskAnswers) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1", tags=["tasks"])
    _asking(routes, deps, answers)
    _together(routes, units, deps)
    return routes


def _asking(routes: APIRouter, deps: Deps, answers: TaskAnswers) -> None:
    @routes.post(
        "/tasks/{task_id}/ask",
        responses=UNKNOWN | refuses(409, *AT_REST, "task_not_claimed", "cannot_ask") | refuses(412, "version_stale"),
    )
    async def ask_citizen(
        request: Request, response: Response, task_id: str, body: AskIn, client: Client = require("tasks:decide")
    ) -> TaskDetailOut:
        """Ask who sent the request, in the chat, without closing the task: its clock stands until the answer is there."""
        return await answers.after(
            request,
            response,
            client,
            "task.asked",
            lambda tx: handlers.ask_citizen(tx, deps, task_id, client.name, body.text, body.version),
        )

    @routes.post(
        "/tasks/{task_id}/tell",
        responses=UNKNOWN
        | refuses(409, *AT_REST, "task_not_claimed")
        | refuses(412, "version_stale")
        | refuses(
            422, "telling_not_for_this", "visit_not_for_this", "visit_in_past", "visit_too_far", "visit_office_closed", "field_not_for_this"
        ),
    )
    async def tell_citizen(
        request: Request, response: Response, task_id: str, body: TellIn, client: Client = require("tasks:decide")
    ) -> TaskDetailOut:
        """Tell who sent the request how it stands, or the day on which an officer meets them, without closing the task."""
        telling = Telling(body.text, body.needs_field, body.visit_on)
        return await answers.after(
            request,
            response,
            client,
            "task.told",
            lambda tx: handlers.tell_citizen(tx, deps, task_id, client.name, telling, body.version),
        )

    @routes.post("/tasks/{task_id}/withdraw", responses=UNKNOWN | refuses(409, "nothing_asked", "question_of_another"))
    async def withdraw_question(
        request: Request, response: Response, task_id: str, client: Client = require("tasks:decide")
    ) -> TaskDetailOut:
        """Stop waiting for the citizen's answer."""
        officer = officer_of(client)
        return await answers.after(
            request, response, client, "question.withdrawn", lambda tx: handlers.withdraw_question(tx, deps, task_id, officer)
        )


def _together(routes: APIRouter, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    async def approve(request: Request, task_id: str, client: Client, officer: DeskOfficer) -> BulkResultOut:
        try:
            done = await units.run(
                within(client, task_id, lambda tx: handlers.approve_green(tx, deps, task_id, officer)),
                context=context(request, task_id),
                audit=lambda view: noting.of_task(deps, client, "task.decided", view),
            )
        except Transient:  # the database is gone: what was done is done, the rest may be sent again
            raise
        except AppError as error:
            return BulkResultOut(id=task_id, stage=None, code=error.code)
        return BulkResultOut(id=task_id, stage=done.task.stage.value, code=None)

    @routes.post("/tasks/approve-green")
    async def approve_green(request: Request, body: BulkIn, client: Client = require("tasks:decide")) -> BulkOut:
        """Approve tasks of which every check is green, each by itself. Of every so many one must have been claimed and looked at."""
        officer = officer_of(client)
        return BulkOut(results=tuple([await approve(request, task_id, client, officer) for task_id in dict.fromkeys(body.tasks)]))
