"""My account: who I am here, the password, recovery codes, and where I am signed in."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from services.verification.desk.invitation import problems_of
from services.verification.desk.room import StaffRoom
from services.verification.desk.sessions import session_rows, session_with
from services.verification.handlers import staff
from services.verification.handlers.staff.noting import noted
from shared.errors import BadInput
from shared.web.desk import StaffMember, signed_in

ACCOUNT: Final = "/desk/akun"

Member = Annotated[StaffMember, signed_in()]


class OwnPasswordForm(BaseModel):
    """A new password of one's own."""

    lama: str = ""
    sandi: str = ""
    ulang: str = ""


class SessionForm(BaseModel):
    """A session by the name it has in lists."""

    sesi: str = ""


def router(room: StaffRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(ACCOUNT)
    async def show(request: Request, member: Member) -> Response:
        return await _page(room, request, member)

    @routes.post(f"{ACCOUNT}/sandi")
    async def change(request: Request, member: Member, form: Annotated[OwnPasswordForm, Form()]) -> Response:
        account = await room.units.run(lambda tx: tx.staff.accounts.get(member.staff_id))
        try:
            refused = await staff.change_password(room.units, room.deps, account, member.session_id, form.lama, form.sandi, form.ulang)
        except BadInput as error:
            return await _page(room, request, member, problems=problems_of(error))
        if refused is not None:
            return await _page(room, request, member, problems={"old": refused.refusal or ""}, answer=refused)
        return _back("sandi")

    @routes.post(f"{ACCOUNT}/cadangan")
    async def renew_codes(request: Request, member: Member) -> Response:
        codes = await room.units.run(
            lambda tx: staff.renew_recovery(tx, room.deps, member.staff_id),
            audit=lambda _: noted(room.deps, "account.recovery_renewed", member.staff_id, by=member.staff_id, by_name=member.name),
        )
        return room.gate(request, "kode_cadangan.html", codes=codes, onward=ACCOUNT)

    @routes.post(f"{ACCOUNT}/sesi")
    async def end(member: Member, form: Annotated[SessionForm, Form()]) -> Response:
        """End one session, or all others where none is named."""
        sessions = await room.deps.reader.sessions(member.staff_id, at=room.deps.clock())
        chosen = [session_with(sessions, form.sesi)] if form.sesi else [each.id for each in sessions if each.id != member.session_id]
        for session_id in filter(None, chosen):
            await _end(room, member, session_id)
        return _back("sesi")

    return routes


async def _end(room: StaffRoom, member: StaffMember, session_id: str) -> None:
    await room.units.run(
        lambda tx: staff.end_sessions(tx, room.deps, member.staff_id, only=session_id),
        audit=lambda _: noted(room.deps, "session.ended", member.staff_id, by=member.staff_id, by_name=member.name),
    )


async def _page(
    room: StaffRoom, request: Request, member: StaffMember, *, problems: Mapping[str, str] | None = None, answer: Any = None
) -> Response:
    account = await room.units.run(lambda tx: tx.staff.accounts.get(member.staff_id))
    sessions = await room.deps.reader.sessions(member.staff_id, at=room.deps.clock())
    return room.pages.show(
        request,
        "akun.html",
        member,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        account=account,
        sessions=session_rows(sessions, member.session_id),
        recovery_left=len(account.factor.recovery) if account.factor else 0,
        problems=problems or {},
        answer=answer,
        done=request.query_params.get("selesai", ""),
    )


def _back(done: str) -> Response:
    return RedirectResponse(f"{ACCOUNT}?selesai={done}", HTTPStatus.SEE_OTHER)
