"""The head of a section gives tasks of the list to an officer, who alone can claim them for a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.verification import handlers
from services.verification.desk.refusals import RefusedAct, refusal
from services.verification.desk.work_list import WorkFilter, show
from services.verification.desk.work_room import ASSIGN, PATH, READ, WorkRoom, noted
from services.verification.handlers import TaskView
from services.verification.handlers.colleagues import Colleagues
from services.verification.ports import Tx
from shared.errors import DomainError
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.area import refuse_outside

_MOST: Final = 50  # rows of a list

Head = Annotated[StaffMember, signed_in(ASSIGN)]


class AssignForm(BaseModel):
    """Which tasks, and to whom."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    tugas: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=_MOST)] = []
    kepada: Annotated[str, Field(max_length=64)] = ""


def router(room: WorkRoom) -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)

    @routes.post(f"{PATH}/tugaskan")
    async def assign(request: Request, member: Head, form: Annotated[AssignForm, Form()]) -> Response:
        """Assign each by itself; what could not be is said, and stays as it is."""
        colleagues = await Colleagues.of(room.staff, member.staff_id)
        refused: RefusedAct | None = None
        if not form.tugas or not form.kepada:
            refused = RefusedAct("Belum ada yang ditugaskan.", "Centang paling sedikit satu pekerjaan dan pilih petugasnya.")
        for task_id in dict.fromkeys(form.tugas if form.kepada else ()):
            try:
                await room.units.run(
                    _act(room, member, task_id, form.kepada, colleagues),
                    audit=lambda view: noted(room, member, "task.assigned", view, to=form.kepada),
                )
            except DomainError as error:
                refused = refusal(error, {}, room.deps.clock())
        if refused is not None:
            return await show(room, request, member, WorkFilter(atur="ya"), status=HTTPStatus.CONFLICT, unassigned=refused)
        return RedirectResponse(f"{PATH}?ok=ditugaskan", HTTPStatus.SEE_OTHER)

    return routes


def _act(room: WorkRoom, member: StaffMember, task_id: str, to: str, colleagues: Colleagues) -> Callable[[Tx], Awaitable[TaskView]]:
    async def act(tx: Tx) -> TaskView:
        task = await tx.tasks.get(task_id)
        refuse_outside(member, task.place.areas, READ)
        colleagues.refuse_unfit(to, task)
        return await handlers.assign_task(tx, room.deps, task_id, to)

    return act
