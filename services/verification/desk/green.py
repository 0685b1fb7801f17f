"""`/desk/pekerjaan/hijau`: requests of one service of which every check is green, approved together after a sample was looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.verification import handlers
from services.verification.desk import work_words as words
from services.verification.desk.refusals import RefusedAct, refusal
from services.verification.desk.work_list import Tab, WorkFilter, query_of, services_of
from services.verification.desk.work_room import DECIDE, PATH, READ, WorkRoom, noted, officer_of
from services.verification.domain.task import Task
from services.verification.handlers import TaskView
from services.verification.handlers.bulk import TOGETHER, is_sampled, is_unopened
from services.verification.ports import TaskFilter, TaskOrder, TaskQuery, Tx
from shared.errors import DomainError, NotFound
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.area import refuse_outside

_MOST_COUNTED: Final = 1_000
_GREEN: Final = Tab("Semua cocok", TaskFilter.GREEN, TaskOrder.PLACE, "Semua cocok")

Decider = Annotated[StaffMember, signed_in(DECIDE)]


class GreenFilter(BaseModel):
    """What the address says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    layanan: Annotated[str, Field(max_length=64)] = ""


class GreenForm(GreenFilter):
    """What is approved."""

    tugas: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=TOGETHER)] = []


@dataclass(frozen=True, slots=True)
class Approved:
    """What became of one of them; `refused` None: it was approved, and can be undone while `task.held`."""

    receipt: str
    task: Task | None = None
    refused: RefusedAct | None = None


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"{PATH}/hijau")
    async def listed(request: Request, asked: Annotated[GreenFilter, Query()], member: Decider) -> Response:
        return await _show(room, request, member, asked)

    @routes.post(f"{PATH}/hijau")
    async def approve(request: Request, member: Decider, form: Annotated[GreenForm, Form()]) -> Response:
        """Approve what is checked, each by itself, and say what became of each: the way without a script."""
        page = await room.deps.task_reader.page(_query(room, member, form), at=room.deps.clock())
        if _unopened(room, member, page.tasks):
            return await _show(room, request, member, form, status=HTTPStatus.CONFLICT)
        outcomes = [(task_id, await _approve(room, member, task_id)) for task_id in dict.fromkeys(form.tugas)]
        return await _show(room, request, member, form, dict(outcomes))

    @routes.post(f"{PATH}/{{task_id}}/hijau")
    async def approve_one(request: Request, task_id: str, member: Decider) -> Response:
        """Approve one of them and return its outcome, for a page that goes from row to row."""
        done = await _approve(room, member, task_id)
        return room.pages.show(request, "green_outcome.html", member, done=done, at=room.deps.clock())

    return routes


async def _approve(room: WorkRoom, member: StaffMember, task_id: str) -> Approved:
    try:
        view = await room.units.run(
            _act(room, member, task_id), audit=lambda found: noted(room, member, "task.decided", found, act="approve", way="together")
        )
    except (DomainError, NotFound) as error:
        return Approved("", refused=refusal(error, {}, room.deps.clock()))
    return Approved(view.task.receipt, view.task)


def _act(room: WorkRoom, member: StaffMember, task_id: str) -> Callable[[Tx], Awaitable[TaskView]]:
    async def act(tx: Tx) -> TaskView:
        refuse_outside(member, (await tx.tasks.get(task_id)).place.areas, READ)
        return await handlers.approve_green(tx, room.deps, task_id, officer_of(room, member))

    return act


def _query(room: WorkRoom, member: StaffMember, asked: GreenFilter) -> TaskQuery:
    return query_of(room, member, WorkFilter(layanan=asked.layanan), _GREEN, limit=TOGETHER)


def _unopened(room: WorkRoom, member: StaffMember, tasks: Iterable[Task]) -> frozenset[str]:
    """Return those of the sample that this officer has not claimed to look at."""
    return frozenset(task.id for task in tasks if is_unopened(room.deps, member.staff_id, task))


async def _show(
    room: WorkRoom,
    request: Request,
    member: StaffMember,
    asked: GreenFilter,
    outcomes: dict[str, Approved] | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> Response:
    at, reader, query = room.deps.clock(), room.deps.task_reader, _query(room, member, asked)
    known = query.service is not None
    tasks = (await reader.page(query, at=at)).tasks if known else ()
    values: dict[str, Any] = {
        "tasks": tasks,
        "count": await reader.count(query, at=at, most=_MOST_COUNTED) if known else 0,
        "services": services_of(room),
        "sampled": {task.id for task in tasks if is_sampled(task.id, room.deps.queue.sample_every)},
        "unopened": _unopened(room, member, tasks),
        "outcomes": outcomes or {},
        "every": room.deps.queue.sample_every,
        "undo_seconds": int(room.deps.queue.undo.total_seconds()),
    }
    return room.pages.show(
        request, "green.html", member, status=status, asked=asked, words=words, at=at, service_name=room.service_name, **values
    )
