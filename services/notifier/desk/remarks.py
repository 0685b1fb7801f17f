"""`/desk/komentar`: what people wrote to the office's accounts and wait for an answer to, with an owner and a clock."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.desk import post_words as words
from services.notifier.desk.posts import PostRoom, hand_of
from services.notifier.domain.posting.effect import ANSWER_KEY
from services.notifier.domain.posting.remark import ANSWER_MOST, Remark, RemarkState
from services.notifier.domain.posting.wording import link_answer
from services.notifier.handlers import posting, remarks
from services.notifier.ports import Tx
from services.notifier.ports.posting import RemarkQuery
from shared.errors import DomainError, NotFound
from shared.web.desk import StaffMember, WaitingCount, signed_in

PATH: Final = "/desk/komentar"
_ROWS: Final = 30
_OPEN: Final = "open"

Worker = Annotated[StaffMember, signed_in("remarks:work")]
RemarkId = Annotated[str, Path(max_length=500)]  # account and Meta's id: that of a message on Instagram has 170 characters and may grow


class RemarkFilter(BaseModel):
    """The list's address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    keadaan: Annotated[str, Field(max_length=20)] = _OPEN
    akun: Annotated[str, Field(max_length=40)] = ""
    posting: Annotated[str, Field(max_length=64)] = ""
    setelah: Annotated[str | None, Field(max_length=500)] = None
    baris: Annotated[int, Field(ge=1)] = 1


def router(room: PostRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _listing(routes, room)
    _acting(routes, room)
    return routes


def _listing(routes: APIRouter, room: PostRoom) -> None:
    reader = room.deps.posting.reader

    @routes.get(PATH)
    async def listed(request: Request, member: Worker, asked: Annotated[RemarkFilter, Query()]) -> Response:
        states = (RemarkState(asked.keadaan),) if asked.keadaan in set(RemarkState) else ()
        page = await reader.remarks(RemarkQuery(states, asked.akun, asked.posting, asked.setelah, _ROWS))
        answers = await reader.effects([f"{ANSWER_KEY}{row.remark_id}" for row in page.rows])
        await room.units.note(room.row(member, "remarks.listed", "remarks"))
        return room.pages.show(
            request,
            "remarks.html",
            member,
            asked=asked,
            rows=page.rows,
            following=page.next,
            accounts=room.deps.posting.accounts,
            state_of=lambda remark: words.remark_state(remark, answers.get(f"{ANSWER_KEY}{remark.remark_id}")),
            at=room.deps.clock(),
        )

    @routes.get(f"{PATH}/jumlah")
    async def waiting(_member: Worker) -> WaitingCount:
        found = await reader.open_remarks(room.deps.clock())
        return WaitingCount(waiting=found.number, urgent=found.is_late)

    @routes.get(f"{PATH}/{{remark_id}}")
    async def one(request: Request, member: Worker, remark_id: RemarkId, sudah: Annotated[str, Query(max_length=20)] = "") -> Response:
        await room.units.note(room.row(member, "remark.read", f"remark/{remark_id}"))
        return await _show(room, request, member, remark_id, told=sudah)


def _acting(routes: APIRouter, room: PostRoom) -> None:
    async def act(request: Request, member: StaffMember, remark_id: str, body: Any, name: str, typed: str = "") -> Response:
        row = room.row(member, name, f"remark/{remark_id}")
        try:
            await room.units.run(body, audit=lambda _: row)
        except DomainError as error:
            return await _show(room, request, member, remark_id, words.problem_of(error.code, error.detail), typed=typed)
        query = urlencode({"sudah": name.partition(".")[2]})
        return RedirectResponse(f"{PATH}/{remark_id}?{query}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})

    @routes.post(f"{PATH}/{{remark_id}}/ambil")
    async def take(request: Request, member: Worker, remark_id: RemarkId) -> Response:
        by = hand_of(member)
        return await act(request, member, remark_id, lambda tx: remarks.own_remark(tx, remark_id, by), "remark.taken")

    @routes.post(f"{PATH}/{{remark_id}}/jawab")
    async def answer(
        request: Request, member: Worker, remark_id: RemarkId, jawaban: Annotated[str, Form(max_length=ANSWER_MOST * 2)] = ""
    ) -> Response:
        """Answer it through the mouth."""
        by = hand_of(member)

        async def body(tx: Tx) -> Remark:
            return await remarks.answer_remark(tx, room.deps, remark_id, jawaban.replace("\r\n", "\n"), by)

        return await act(request, member, remark_id, body, "remark.answered", typed=jawaban)

    @routes.post(f"{PATH}/{{remark_id}}/tutup")
    async def close(request: Request, member: Worker, remark_id: RemarkId) -> Response:
        by = hand_of(member)
        return await act(request, member, remark_id, lambda tx: remarks.close_remark(tx, room.deps, remark_id, by), "remark.closed")

    @routes.post(f"{PATH}/{{remark_id}}/ulangi")
    async def again(request: Request, member: Worker, remark_id: RemarkId) -> Response:
        """Have an answer tried again that was refused, or of which nobody knows whether it stands there."""
        key = f"{ANSWER_KEY}{remark_id}"
        return await act(request, member, remark_id, lambda tx: posting.retry_effect(tx, room.deps, key), "remark.retried")


async def _show(
    room: PostRoom, request: Request, member: StaffMember, remark_id: str, problem: str = "", *, told: str = "", typed: str = ""
) -> Response:
    reader, deps = room.deps.posting.reader, room.deps.posting
    remark = await reader.remark(remark_id)
    if remark is None:
        raise NotFound("remarks_not_found")
    effect = (await reader.effects([f"{ANSWER_KEY}{remark_id}"])).get(f"{ANSWER_KEY}{remark_id}")
    return room.pages.show(
        request,
        "remark.html",
        member,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        remark=remark,
        state=words.remark_state(remark, effect),
        effect=effect,
        sent=words.ANSWERS[effect.state] if effect else None,
        reason=words.reason(effect.reason) if effect else "",
        account=deps.accounts.get(remark.account),
        post=await reader.find(remark.post_id) if remark.post_id else None,
        suggestion=link_answer(remark.source, deps.ways) if remark.source else "",
        typed=typed,
        problem=problem,
        told=told,
        most=ANSWER_MOST,
        at=room.deps.clock(),
        here=f"{PATH}/{remark_id}",
    )
