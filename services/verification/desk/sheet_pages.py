"""`/desk/pekerjaan/{task}`: one task with all that a decision needs; claim, numbers in clear, documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.verification import handlers
from services.verification.desk import content_words, reason_choices, refusals, unclear_words
from services.verification.desk import work_words as words
from services.verification.desk.decision_form import DecisionForm
from services.verification.desk.register import notice
from services.verification.desk.sheet import MATCHES, lay_out, may_claim, may_decide
from services.verification.desk.stale import Changes, snapshot
from services.verification.desk.work_list import undoable
from services.verification.desk.work_room import DECIDE, PATH, READ, WorkRoom, noted, officer_of
from services.verification.handlers import Act, TaskView
from services.verification.ports import Tx
from shared.errors import AppError, DomainError
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.area import refuse_outside

Reader = Annotated[StaffMember, signed_in(READ)]
Decider = Annotated[StaffMember, signed_in(DECIDE)]
Revealer = Annotated[StaffMember, signed_in("persons:reveal")]


@dataclass(frozen=True, slots=True)
class Around:
    """What is said around a task. `sent`: a decision that was refused, whose words are kept; `last`: the task that was decided before."""

    sent: DecisionForm | None = None
    refusal: AppError | None = None
    changes: Changes | None = None
    revealed: bool = False
    last: str | None = None
    status: int = HTTPStatus.OK


async def show(
    room: WorkRoom, request: Request, member: StaffMember, view: TaskView, around: Around = Around(), *, template: str = "sheet.html"
) -> Response:
    """Return the page."""
    at, catalogue = room.deps.clock(), room.deps.catalogue
    sheet = await lay_out(room, member, view)
    sent, service = around.sent or DecisionForm(versi=view.version), view.task.service
    returning = reason_choices.with_kept(reason_choices.choices(view, Act.RETURN, catalogue), sent.alasan, service, catalogue)
    rejecting = reason_choices.with_kept(reason_choices.choices(view, Act.REJECT, catalogue), sent.tolakan, service, catalogue)
    values: dict[str, Any] = {
        "sheet": sheet,
        "task": view.task,
        "case": view.case,
        "service": catalogue.get(view.task.service),
        "planned": content_words.planned(view, catalogue),
        "returning": returning,
        "rejecting": rejecting,
        "other_returns": reason_choices.others(returning, Act.RETURN, service),
        "other_rejects": reason_choices.others(rejecting, Act.REJECT, service),
        "answering": reason_choices.choices(view, Act.ANSWER, catalogue),
        "deciding": may_decide(view, member),
        "claimable": may_claim(view, member, at),
        "holder": view.task.claimant(at),
        "sent": sent,
        "refusal": refusals.refusal(around.refusal, sheet.officers, at) if around.refusal else None,
        "changes": around.changes,
        "revealed": around.revealed,
        "matches": MATCHES,
        "words": words,
        "locked_because": refusals.locked_because,
        "at": at,
        "seen": snapshot(sheet),
        "undo": await undoable(room, member, around.last or (view.task.id if view.task.held else None)),
        "undo_seconds": int(room.deps.queue.undo.total_seconds()),
        "service_name": room.service_name,
        "pause": await notice(room),
        "unclear": unclear_words.said(view.case),
        "is_unclear": unclear_words.is_unclear_now(view.case),
    }
    return room.pages.show(request, template, member, status=around.status, **values)


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _looking(routes, room)
    return routes


def _looking(routes: APIRouter, room: WorkRoom) -> None:
    def claiming(task_id: str, member: StaffMember) -> Callable[[Tx], Awaitable[TaskView]]:
        async def claim(tx: Tx) -> TaskView:
            refuse_outside(member, (await tx.tasks.get(task_id)).place.areas, READ)
            return await handlers.claim_task(tx, room.deps, task_id, officer_of(room, member))

        return claim

    @routes.get(f"{PATH}/{{task_id}}")
    async def opened(
        request: Request, task_id: str, member: Reader, terakhir: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        return await show(room, request, member, await room.look(member, task_id), Around(last=terakhir))

    @routes.post(f"{PATH}/{{task_id}}/ambil")
    async def claim(request: Request, task_id: str, member: Decider) -> Response:
        """Claim a task, or renew one's claim."""
        try:
            async with room.deps.claiming.of(member.staff_id):
                await room.units.run(claiming(task_id, member), audit=lambda found: noted(room, member, "task.claimed", found))
        except DomainError as error:
            around = Around(status=HTTPStatus.CONFLICT, refusal=error)
            return await show(room, request, member, await room.look(member, task_id), around)
        if "text/html" not in request.headers.get("accept", ""):
            return Response(status_code=HTTPStatus.NO_CONTENT)  # a page that renews the claim while somebody works on it
        return RedirectResponse(f"{PATH}/{task_id}", HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/{{task_id}}/nomor")
    async def reveal(request: Request, task_id: str, member: Revealer) -> Response:
        """Show the numbers in clear; that they were looked at is written down."""
        view = await room.look(member, task_id, "task.numbers_revealed")
        template = "sheet_answers.html" if "hx-request" in request.headers else "sheet.html"
        return await show(room, request, member, view, Around(revealed=True), template=template)
