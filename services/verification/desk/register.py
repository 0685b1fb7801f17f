"""`/desk/register`: whether the register is to be had; the head of the section pauses the work on it by hand, and lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.verification import handlers
from services.verification.desk.work_room import LEAD, READ, WorkRoom, entry
from services.verification.domain.register_pause import BY_PROBE, KEY, RegisterPause
from shared.errors import DomainError
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.words import span

PATH: Final = "/desk/register"
_MOST_COUNTED: Final = 100  # cases that wait to be judged; what is beyond is said as "100+"
REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "national_outage": "Register pusat mati (gangguan nasional)",
        "maintenance": "Register sedang dirawat",
        "closed": "Register ditutup untuk sementara",
        "wrong_answers": "Jawaban register meragukan",
    }
)
"""What may be chosen; the code is what is stored."""
_UNREACHABLE: Final = "Register tidak menjawab"

Reader = Annotated[StaffMember, signed_in(READ)]
Lead = Annotated[StaffMember, signed_in(LEAD)]


@dataclass(frozen=True, slots=True)
class PauseNotice:
    """A pause as people read it. `by_hand`: it ends by hand alone."""

    since: datetime
    length: str
    who: str
    reason: str
    by_hand: bool


async def notice(room: WorkRoom) -> PauseNotice | None:
    """Return the pause that is on; None where the register is to be had."""
    state = await room.deps.pause_reader.current()
    if state.since is None:
        return None
    by_hand = state.by != BY_PROBE
    who = dict(await room.staff.names({state.by})).get(state.by, state.by) if by_hand and state.by else "pemeriksa otomatis"
    return PauseNotice(state.since, span(room.deps.clock() - state.since), who, reason_of(state), by_hand)


def reason_of(state: RegisterPause) -> str:
    """Return why, in words; a reason of a program that has none as it is."""
    if state.by == BY_PROBE:
        return _UNREACHABLE
    return REASONS.get(state.reason or "", state.reason or "")


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def show(request: Request, member: Reader) -> Response:
        return await _page(room, request, member)

    @routes.post(f"{PATH}/jeda")
    async def pause(request: Request, member: Lead, alasan: Annotated[str, Form(max_length=40)] = "") -> Response:
        if alasan not in REASONS:
            return await _page(room, request, member, HTTPStatus.UNPROCESSABLE_ENTITY, refusal="reason_missing")
        try:
            await room.units.run(
                lambda tx: handlers.pause_register(tx, room.deps, by=member.staff_id, reason=alasan),
                audit=lambda _: entry(room, member, "register.paused", KEY, reason=alasan),
            )
        except DomainError as error:
            return await _page(room, request, member, HTTPStatus.CONFLICT, refusal=error.code)
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/lanjut")
    async def resume(request: Request, member: Lead) -> Response:
        try:
            await room.units.run(
                lambda tx: handlers.resume_register(tx, room.deps, by=member.staff_id),
                audit=lambda _: entry(room, member, "register.resumed", KEY),
            )
        except DomainError as error:
            return await _page(room, request, member, HTTPStatus.CONFLICT, refusal=error.code)
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)

    return routes


async def _page(room: WorkRoom, request: Request, member: StaffMember, status: int = HTTPStatus.OK, *, refusal: str = "") -> Response:
    state = await room.deps.pause_reader.current()
    waiting = len(await room.deps.case_reader.opened(_MOST_COUNTED))
    return room.pages.show(
        request,
        "register.html",
        member,
        status=status,
        pause=await notice(room),
        catching_up=bool(state.ended),
        waiting=f"{waiting}+" if waiting == _MOST_COUNTED else str(waiting),
        reasons=REASONS,
        may_pause=member.may(LEAD),
        refusal=refusal,
    )
