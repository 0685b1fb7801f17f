"""Routes: authenticate, parse, call a handler, shape the answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.verification import handlers
from services.verification.api import acts, history, noting, pauses, queue, stuck, summary
from services.verification.api.area import OUTSIDE, areas_of, within
from services.verification.api.shapes import (
    DecisionIn,
    KnownReasonOut,
    ListIn,
    ReasonListOut,
    SearchIn,
    TaskDetailOut,
)
from services.verification.api.showing import AT_REST, NO_STORE, UNCLAIMABLE, UNKNOWN, TaskAnswers, context, officer_of
from services.verification.api.task_rows import TallyOut, TaskPageOut, page_out
from services.verification.domain.register_pause import service_time
from services.verification.ports import Deps, TaskFilter, TaskQuery, Tx
from services.verification.ports.staff import StaffReader
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.reference.reasons import reasons
from shared.web import REVEAL, Client, refuses, require

_INLINE = {**NO_STORE, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


_UNPRINTABLE: Final = (
    "holder_not_in_register",
    "nik_missing",
    "parties_not_spouses",
    "parties_same",
    "holder_not_party",
    "decision_missing",
    "village_unknown",
    "card_too_large",
    "register_unprintable",
    "register_change_pending",
    "registry_answer_unclear",
    "register_change_unsound",
    "numbers_exhausted",
    "content_invalid",
    *("already_married", "answer_missing", "child_already_registered", "child_not_on_card", "couple_same", "deceased_not_on_card"),
    *("guardian_is_child", "guardian_not_on_card", "head_is_child", "head_must_stay", "host_is_own_card", "late_head_not_head"),
    *("member_named_twice", "member_not_on_card", "new_head_not_on_card", "nobody_remains", "not_in_register", "nothing_changes"),
    *("relation_head_differs", "relation_not_allowed", "relation_not_spouse", "remaining_differs"),
)  # what an approval can fail with
_DECIDING: Final = (
    UNKNOWN
    | refuses(
        409, *AT_REST, "task_not_claimed", "second_approval_needed", "four_eyes", "register_paused", "case_already_decided", *_UNPRINTABLE
    )
    | refuses(412, "version_stale")
    | refuses(
        422,
        *("act_not_for_this", "reason_missing", "reason_unknown", "reason_not_for_this", "reason_tells_register", "note_missing"),
        *("faces_not_same", "link_not_grantable"),
    )
)
_OWN: Final = frozenset({TaskFilter.HELD, TaskFilter.MINE})  # what one holds is listed wherever it is from


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, staff: StaffReader) -> None:
    """Add verification's routes to the app. `staff`: the accounts to which work can be given."""
    router = APIRouter(prefix="/v1", tags=["tasks"])
    _lists(router, units, deps)
    answers = TaskAnswers(units, deps)
    _acts(router, answers, deps)
    _attachments(router, units, deps)
    _reasons(router)
    app.include_router(queue.router(units, deps, answers, staff))  # before what takes an id: `next` is none
    app.include_router(acts.router(units, deps, answers))
    app.include_router(router)
    app.include_router(history.router(units, deps))
    app.include_router(summary.router(deps))
    app.include_router(pauses.router(units, deps))
    app.include_router(stuck.router(units, deps))


def _lists(router: APIRouter, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    @router.get("/tasks", responses=refuses(422, "cursor_malformed"))
    async def list_tasks(filters: Annotated[ListIn, Query()], client: Client = require("tasks:read")) -> TaskPageOut:
        """List tasks, the most urgent first. To look for a person or receipt use `POST /v1/tasks/search`."""
        return await _page(deps, client, filters)

    @router.post("/tasks/search", responses=refuses(422, "cursor_malformed"))
    async def search_tasks(search: SearchIn, client: Client = require("tasks:read")) -> TaskPageOut:
        """Search tasks by receipt, number or name. A POST, because what is searched for may be personal."""
        await units.note(noting.of_search(deps, client, search.text))
        return await _page(deps, client, search)

    @router.get("/tasks/tally")
    async def tally_tasks(_client: Client = require("tasks:read")) -> TallyOut:
        """Count the open tasks."""
        return TallyOut.of(await deps.task_reader.tally(at=service_time(await deps.pause_reader.current(), deps.clock())))


async def _page(deps: Deps, client: Client, asked: ListIn) -> TaskPageOut:
    areas = frozenset() if asked.show in _OWN else areas_of(client)
    query = TaskQuery(officer_id=client.name, areas=areas, **asked.model_dump())
    now = service_time(await deps.pause_reader.current(), deps.clock())  # while work is paused nothing gets later
    return page_out(await deps.task_reader.page(query, at=now), deps.catalogue, now)


def _acts(router: APIRouter, answers: TaskAnswers, deps: Deps) -> None:
    shown = answers.after

    @router.get("/tasks/{task_id}", responses=UNKNOWN)
    async def get_task(
        request: Request, response: Response, task_id: str, client: Client = require("tasks:read", people=REVEAL)
    ) -> TaskDetailOut:
        """Show one task with its requests, what the register says and the documents that an approval would make."""
        return await answers.seen(request, response, client, "task.seen", lambda tx: handlers.view_task(tx, deps, task_id))

    @router.post("/tasks/{task_id}/claim", responses=UNKNOWN | refuses(409, *UNCLAIMABLE))
    async def claim_task(request: Request, response: Response, task_id: str, client: Client = require("tasks:decide")) -> TaskDetailOut:
        """Claim a task, or renew one's claim. 409 `task_claimed` while another officer holds it: `about` says who, and until when."""
        officer = officer_of(client)
        async with deps.claiming.of(officer.id):
            return await shown(request, response, client, "task.claimed", lambda tx: handlers.claim_task(tx, deps, task_id, officer))

    @router.post("/tasks/{task_id}/release", responses=UNKNOWN | refuses(409, *AT_REST, "task_claimed"))
    async def release_task(request: Request, response: Response, task_id: str, client: Client = require("tasks:decide")) -> TaskDetailOut:
        """Release a task for other officers."""
        return await shown(request, response, client, "task.released", lambda tx: handlers.release_task(tx, deps, task_id, client.name))

    @router.post("/tasks/{task_id}/decision", responses=_DECIDING)
    async def decide_task(
        request: Request, response: Response, task_id: str, body: DecisionIn, client: Client = require("tasks:decide")
    ) -> TaskDetailOut:
        """Decide a claimed task. 412 `version_stale` when it or the register changed since it was seen; 409 when it is closed.

        It takes effect at `effective_at`; until then `POST …/undo` takes it back.
        """
        decision, officer = body.decision(), officer_of(client)
        return await shown(request, response, client, "task.decided", lambda tx: handlers.decide_task(tx, deps, task_id, officer, decision))


def _attachments(router: APIRouter, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    @router.get(
        "/tasks/{task_id}/attachments/{file_id}",
        response_class=Response,
        responses=refuses(400, "intake_refused")
        | OUTSIDE
        | refuses(404, "tasks_not_found", "cases_not_found", "attachment_not_found", "file_not_found")
        | refuses(503, "intake_unavailable")
        | {200: {"content": {kind: {} for kind in ("image/jpeg", "image/png", "application/pdf")}}},
    )
    async def get_attachment(request: Request, task_id: str, file_id: str, client: Client = require("tasks:read")) -> StreamingResponse:
        """Serve a document of the request, streamed from intake."""
        entry = noting.noted(deps, client, "attachment.seen", f"task/{task_id}", (), {"file": file_id})
        about = context(request, task_id)
        opened = within(client, task_id, lambda tx: handlers.open_attachment(tx, deps, task_id, file_id))
        stream = await units.run(opened, context=about, audit=lambda _: entry)
        headers = dict(_INLINE) | ({"Content-Length": str(stream.size_bytes)} if stream.size_bytes is not None else {})
        return StreamingResponse(stream.chunks, HTTPStatus.OK, headers=headers, media_type=stream.media_type)


def _reasons(router: APIRouter) -> None:
    @router.get("/reasons")
    async def list_reasons(_client: Client = require("tasks:read")) -> ReasonListOut:
        """List every reason with its text for citizens and the decisions it may be given for."""
        return ReasonListOut(reasons=tuple(map(KnownReasonOut.of, reasons().values())))
