"""`/desk/pekerjaan/serah`: what one holds goes to a colleague or back to the queue at the end of a shift, with a note for the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from itertools import zip_longest
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.verification import handlers
from services.verification.desk import work_words as words
from services.verification.desk.refusals import RefusedAct, refusal
from services.verification.desk.work_list import TABS, WorkFilter, query_of
from services.verification.desk.work_room import DECIDE, PATH, WorkRoom, noted
from services.verification.domain.claims import HandOver
from services.verification.handlers import TaskView
from services.verification.handlers.colleagues import Colleagues
from services.verification.ports import Tx
from shared.errors import DomainError
from shared.web.desk import StaffMember, signed_in

_MOST: Final = 200  # tasks that one officer holds, as `store.task_reader` reads them
_SAME: Final = "sama"
_QUEUE: Final = "antrean"

Decider = Annotated[StaffMember, signed_in(DECIDE)]


class HandOverForm(BaseModel):
    """What the form says: row by row. `semua`: to whom those go that say `sama`; an account or the queue."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    semua: Annotated[str, Field(max_length=64)] = _QUEUE
    tugas: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=_MOST)] = []
    kepada: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=_MOST)] = []
    catatan: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=_MOST)] = []

    def wishes(self) -> dict[str, HandOver]:
        """Return what is wished for each task."""
        rows = zip_longest(self.tugas, self.kepada[: len(self.tugas)], self.catatan[: len(self.tugas)], fillvalue="")
        return {task: HandOver(self._to(to), note.strip() or None) for task, to, note in rows if task}

    def _to(self, chosen: str) -> str | None:
        to = self.semua if chosen in ("", _SAME) else chosen
        return None if to in ("", _QUEUE) else to


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"{PATH}/serah")
    async def held(request: Request, member: Decider) -> Response:
        """Show what is mine."""
        return await _show(room, request, member)

    @routes.post(f"{PATH}/serah")
    async def hand_over(request: Request, member: Decider, form: Annotated[HandOverForm, Form()]) -> Response:
        """Hand over what the form names, each by itself; what could not be stays in the list, with the reason and its note."""
        wishes, colleagues = form.wishes(), await Colleagues.of(room.staff, member.staff_id)
        refused: DomainError | None = None
        for task_id, wish in wishes.items():
            try:
                await room.units.run(
                    _act(room, member, task_id, wish, colleagues),
                    audit=lambda view, to=wish.to: noted(room, member, "task.handed_over", view, to=to or "queue"),  # type: ignore[misc]
                )
            except DomainError as error:
                refused = error
        if refused is not None:
            return await _show(room, request, member, form, refusal(refused, {}, room.deps.clock()), HTTPStatus.CONFLICT)
        return RedirectResponse(f"{PATH}?ok=diserahkan", HTTPStatus.SEE_OTHER)

    return routes


def _act(room: WorkRoom, member: StaffMember, task_id: str, wish: HandOver, colleagues: Colleagues) -> Callable[[Tx], Awaitable[TaskView]]:
    async def act(tx: Tx) -> TaskView:
        if wish.to is not None:
            colleagues.refuse_unfit(wish.to, await tx.tasks.get(task_id))
        return await handlers.hand_over_one(tx, room.deps, task_id, member.staff_id, wish)

    return act


async def _show(
    room: WorkRoom,
    request: Request,
    member: StaffMember,
    form: HandOverForm | None = None,
    refused: RefusedAct | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    at = room.deps.clock()
    page = await room.deps.task_reader.page(query_of(room, member, WorkFilter(), TABS["saya"], limit=_MOST), at=at)
    sent = form.wishes() if form else {}
    chosen = dict(zip(form.tugas, form.kepada, strict=False)) if form else {}
    values: dict[str, Any] = {
        "tasks": page.tasks,
        "colleagues": (await Colleagues.of(room.staff, member.staff_id)).accounts,
        "everything_to": form.semua if form else _QUEUE,
        "chosen": lambda task: chosen.get(task.id, _SAME),
        "note_of": lambda task: (sent[task.id].note if task.id in sent else task.handover_note) or "",
    }
    return room.pages.show(
        request, "hand_over.html", member, status=status, refusal=refused, words=words, at=at, service_name=room.service_name, **values
    )
