"""The pages before the desk: sign in in two steps, by the regency's own accounts, sign out, and the renewal of a session."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel

from services.verification.desk.room import OWN_SESSION, StaffRoom, cookie_session, device_of, drop_step, step_cookie
from services.verification.desk.tokens import drop_cookie, set_cookie
from services.verification.domain.staff.sign_in import CODE_WITHIN
from services.verification.handlers import staff
from services.verification.handlers.staff.noting import noted
from shared.errors import DomainError
from shared.web.desk import StaffMember, form_token, signed_in
from shared.web.desk.forms import VISITOR_FORM
from shared.web.desk.session import JWKS, RENEW, SIGN_IN, SIGN_OUT, safe_next

CODE_STEP: Final = "/desk/masuk/kode"
PUBLIC: Final = frozenset({JWKS, SIGN_IN, CODE_STEP})
_JUST_NOW: Final = timedelta(seconds=3)  # who comes back so soon was sent by a service that knows our newest key not yet: no circle
_KEEP_SECONDS: Final = 300  # of the published keys: half of it is what services wait before they ask again anyway

_Text = Annotated[str, Query(max_length=2_000)]


class PasswordForm(BaseModel):
    """The first step."""

    akun: str = ""
    sandi: str = ""
    next: str = ""


class CodeForm(BaseModel):
    """The second step. `cadangan`: the code is a recovery code."""

    kode: str = ""
    cadangan: bool = False
    next: str = ""


def router(room: StaffRoom, read_keys: Any) -> APIRouter:
    """Return the routes. `read_keys` gives the published keys."""
    routes = APIRouter(include_in_schema=False)
    _keys(routes, read_keys)
    _password(routes, room)
    _code(routes, room)
    _session(routes, room)
    return routes


def _keys(routes: APIRouter, read_keys: Any) -> None:
    @routes.get(JWKS)
    async def keys() -> Response:
        return JSONResponse(await read_keys(), headers={"Cache-Control": f"public, max-age={_KEEP_SECONDS}"})


def _password(routes: APIRouter, room: StaffRoom) -> None:
    @routes.get(SIGN_IN)
    async def ask(request: Request, next: _Text = "", keluar: bool = False) -> Response:  # noqa: A002, FBT001, FBT002 - words of the address
        """Go on at once where the session lives still: its token was too old for the page that led here."""
        member = await cookie_session(request)
        session = await room.renewed(member.session_id) if member is not None else None
        if session is not None and member is not None and member.expires_at - room.deps.clock() > room.deps.limits.token - _JUST_NOW:
            return room.gate(request, "belum_dikenal.html", status=HTTPStatus.SERVICE_UNAVAILABLE, next=safe_next(next))
        if session is not None:
            back = RedirectResponse(safe_next(next), HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
            room.tokens.put(request, back, session, room.deps.clock())
            return back
        state = "out" if keluar else "over" if member is not None else ""
        return _password_page(room, request, next, state=state)

    @routes.post(SIGN_IN, dependencies=[VISITOR_FORM])
    async def check(request: Request, form: Annotated[PasswordForm, Form()]) -> Response:
        answer = await staff.check_password(room.units, room.deps, form.akun, form.sandi)
        if answer.step is None:
            return _password_page(room, request, form.next, login=form.akun, answer=answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        onward = RedirectResponse(f"{CODE_STEP}?{urlencode({'next': safe_next(form.next)})}", HTTPStatus.SEE_OTHER)
        check = request.app.state.session_check
        set_cookie(onward, step_cookie(check), answer.step, secure=check.secure, seconds=int(CODE_WITHIN.total_seconds()))
        return onward


def refused_page(room: StaffRoom, request: Request, code: str) -> HTMLResponse:
    """Return the first step, with why the regency's sign-in let nobody in."""
    return _password_page(room, request, "", state=code, status=HTTPStatus.UNAUTHORIZED)


def _password_page(room: StaffRoom, request: Request, next_path: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    shown = {"login": "", "answer": None, "state": "", "office": room.office is not None} | values
    return room.gate(request, "masuk.html", status=status, next=safe_next(next_path), **shown)


def _code(routes: APIRouter, room: StaffRoom) -> None:
    async def page(request: Request, next_path: str, *, recovery: bool, status: int = HTTPStatus.OK, answer: Any = None) -> Response:
        try:
            account = await room.units.run(lambda tx: staff.waiting_account(tx, room.deps, _step_of(request)))
        except DomainError:
            return _again(request, next_path)
        values = {"account": account, "recovery": recovery, "answer": answer, "next": safe_next(next_path)}
        return room.gate(request, "kode.html", status=status, **values)

    @routes.get(CODE_STEP)
    async def ask_code(request: Request, next: _Text = "", cadangan: bool = False) -> Response:  # noqa: A002, FBT001, FBT002 - as above
        return await page(request, next, recovery=cadangan)

    @routes.post(CODE_STEP, dependencies=[VISITOR_FORM])
    async def check_code(request: Request, form: Annotated[CodeForm, Form()]) -> Response:
        try:
            answer = await staff.check_code(
                room.units, room.deps, _step_of(request), form.kode, recovery=form.cadangan, device=device_of(request)
            )
        except DomainError:
            return _again(request, form.next)
        if answer.session is None:
            return await page(request, form.next, recovery=form.cadangan, status=HTTPStatus.UNPROCESSABLE_ENTITY, answer=answer)
        target = "/desk/akun?cadangan=habis" if form.cadangan and answer.recovery_left == 0 else safe_next(form.next)
        inside = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        room.tokens.put(request, inside, answer.session, room.deps.clock())
        drop_step(request, inside)
        return inside


def _again(request: Request, next_path: str) -> Response:
    """Lead to the first step: the password was given too long ago, or the browser lost it."""
    answer = RedirectResponse(f"{SIGN_IN}?{urlencode({'next': safe_next(next_path)})}", HTTPStatus.SEE_OTHER)
    drop_step(request, answer)
    return answer


def _step_of(request: Request) -> str:
    return request.cookies.get(step_cookie(request.app.state.session_check), "")


def _session(routes: APIRouter, room: StaffRoom) -> None:
    @routes.post(RENEW)
    async def renew(request: Request, member: Annotated[StaffMember, OWN_SESSION]) -> Response:
        session = await room.renewed(member.session_id)
        if session is None:
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"Cache-Control": "no-store"})
        answer = Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
        room.tokens.put(request, answer, session, room.deps.clock())
        return answer

    @routes.get(RENEW)
    async def state(member: Annotated[StaffMember, signed_in()]) -> Response:
        """Say who is signed in now, and with which form token: for a page that was opened before somebody signed in anew."""
        body = {"staff": member.staff_id, "form_token": form_token(member.session_id), "until": int(member.expires_at.timestamp() * 1000)}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    @routes.post(SIGN_OUT)
    async def sign_out(request: Request, member: Annotated[StaffMember, OWN_SESSION]) -> Response:
        await room.units.run(
            lambda tx: staff.end_sessions(tx, room.deps, member.staff_id, only=member.session_id),
            audit=lambda _: noted(room.deps, "session.ended", member.staff_id, by=member.staff_id, by_name=member.name),
        )
        out = RedirectResponse(f"{SIGN_IN}?keluar=1", HTTPStatus.SEE_OTHER, headers={"Clear-Site-Data": '"cache"'})
        check = request.app.state.session_check
        drop_cookie(out, check.cookie, secure=check.secure)
        return out
