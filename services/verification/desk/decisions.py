"""What is sent from the bar of decisions: decide and open the next one, undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.verification import handlers
from services.verification.desk import stale
from services.verification.desk.decision_form import ASK, TELL, DecisionForm
from services.verification.desk.sheet import lay_out
from services.verification.desk.sheet_pages import Around, show
from services.verification.desk.work_list import TABS, WorkFilter, query_of
from services.verification.desk.work_room import DECIDE, PATH, WorkRoom, noted, officer_of, pull_next
from services.verification.handlers import TaskDecision
from shared.errors import AppError, BadInput, DomainError, Stale
from shared.web.desk import StaffMember, signed_in

Decider = Annotated[StaffMember, signed_in(DECIDE)]
_NEXT_HELD: Final = 2  # the one that was just decided may still be among them


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.post(f"{PATH}/{{task_id}}/putusan")
    async def decide(request: Request, task_id: str, member: Decider, form: Annotated[DecisionForm, Form()]) -> Response:
        """Decide what was on the screen; then the next task is opened. What can't be is said on the page, and the words are kept."""
        try:
            if (writing := _WRITING.get(form.putusan)) is not None:
                return await writing(room, member, task_id, form)
            decision = form.decision()
            await room.units.run(
                lambda tx: handlers.decide_task(tx, room.deps, task_id, officer_of(room, member), decision),
                audit=lambda view: noted(room, member, "task.decided", view, act=decision.act.value, reasons=_codes(decision)),
            )
        except Stale:
            return await _changed(room, request, member, task_id, form)
        except BadInput as error:
            return await _again(room, request, member, task_id, form, error, HTTPStatus.UNPROCESSABLE_ENTITY)
        except DomainError as error:
            return await _again(room, request, member, task_id, form, error, HTTPStatus.CONFLICT)
        return await _onward(room, member, task_id)

    @routes.post(f"{PATH}/{{task_id}}/batalkan")
    async def undo(request: Request, task_id: str, member: Decider) -> Response:
        """Undo one's own decision while it has not taken effect; the task is opened again."""
        try:
            await room.units.run(
                lambda tx: handlers.undo_decision(tx, room.deps, task_id, member.staff_id),
                audit=lambda view: noted(room, member, "task.undone", view),
            )
        except DomainError as error:
            return await _again(room, request, member, task_id, DecisionForm(), error, HTTPStatus.CONFLICT)
        return RedirectResponse(f"{PATH}/{task_id}", HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/{{task_id}}/batal-tanya")
    async def withdraw(request: Request, task_id: str, member: Decider) -> Response:
        """Stop waiting for the citizen's answer; the task is opened again."""
        try:
            await room.units.run(
                lambda tx: handlers.withdraw_question(tx, room.deps, task_id, officer_of(room, member)),
                audit=lambda view: noted(room, member, "task.question_withdrawn", view),
            )
        except DomainError as error:
            return await _again(room, request, member, task_id, DecisionForm(), error, HTTPStatus.CONFLICT)
        return RedirectResponse(f"{PATH}/{task_id}", HTTPStatus.SEE_OTHER)

    return routes


def _codes(decision: TaskDecision) -> str:
    return ",".join(reason.code for reason in decision.reasons)


async def _ask(room: WorkRoom, member: StaffMember, task_id: str, form: DecisionForm) -> Response:
    """Ask the citizen without closing; then the next task is opened."""
    text = form.question()
    await room.units.run(
        lambda tx: handlers.ask_citizen(tx, room.deps, task_id, member.staff_id, text, form.versi),
        audit=lambda view: noted(room, member, "task.asked", view),
    )
    return await _onward(room, member, task_id)


async def _tell(room: WorkRoom, member: StaffMember, task_id: str, form: DecisionForm) -> Response:
    """Tell the citizen something without closing; the task stays open before the officer."""
    telling = form.telling()
    await room.units.run(
        lambda tx: handlers.tell_citizen(tx, room.deps, task_id, member.staff_id, telling, form.versi),
        audit=lambda view: noted(room, member, "task.told", view),
    )
    return RedirectResponse(f"{PATH}/{task_id}", HTTPStatus.SEE_OTHER)


_WRITING: Final[Mapping[str, Callable[[WorkRoom, StaffMember, str, DecisionForm], Awaitable[Response]]]] = MappingProxyType(
    {ASK: _ask, TELL: _tell}
)
"""What is written to the citizen and decides nothing."""


async def _changed(room: WorkRoom, request: Request, member: StaffMember, task_id: str, form: DecisionForm) -> Response:
    view = await room.look(member, task_id)
    changes = stale.changes(form.terlihat, await lay_out(room, member, view))
    return await show(room, request, member, view, Around(form, changes=changes, status=HTTPStatus.PRECONDITION_FAILED))


async def _again(
    room: WorkRoom, request: Request, member: StaffMember, task_id: str, form: DecisionForm, error: AppError, status: int
) -> Response:
    view = await room.look(member, task_id)
    return await show(room, request, member, view, Around(form, error, status=status))


async def _onward(room: WorkRoom, member: StaffMember, task_id: str) -> Response:
    """Open what one holds, the most urgent first, else the next of the queue; where there is none, the list."""
    last = urlencode({"terakhir": task_id})
    held = await room.deps.task_reader.page(query_of(room, member, WorkFilter(), TABS["saya"], limit=_NEXT_HELD), at=room.deps.clock())
    following = next((task.id for task in held.tasks if task.id != task_id), None)
    if following is None:
        following = await _pulled(room, member)
    where = f"{PATH}/{following}" if following else PATH
    return RedirectResponse(f"{where}?{last}", HTTPStatus.SEE_OTHER)


async def _pulled(room: WorkRoom, member: StaffMember) -> str | None:
    try:
        view = await pull_next(room, member)
    except DomainError:
        return None
    return view.task.id if view is not None else None
