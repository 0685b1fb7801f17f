"""Set an account up: the invitation's code, a password, then the second factor with its picture, then recovery codes, shown once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from services.verification.desk.room import StaffRoom, device_of
from services.verification.domain.staff.second_factor import grouped, provisioning_uri
from services.verification.handlers import staff
from shared.errors import AppError, BadInput, DomainError
from shared.web.desk.forms import VISITOR_FORM
from shared.web.qr import qr_svg

INVITATION: Final = "/desk/undangan"
PUBLIC: Final = frozenset({INVITATION, f"{INVITATION}/sandi", f"{INVITATION}/kode"})
ISSUER: Final = "Meja Kerja"
"""How the account is called in an authenticator."""


class InvitationForm(BaseModel):
    """The code of an invitation, and what is chosen with it."""

    undangan: str = ""
    sandi: str = ""
    ulang: str = ""
    kode: str = ""


def router(room: StaffRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(INVITATION)
    async def ask(request: Request, kode: Annotated[str, Query(max_length=100)] = "") -> Response:
        return room.gate(request, "undangan.html", code=kode, wrong=False)

    @routes.post(INVITATION, dependencies=[VISITOR_FORM])
    async def find(request: Request, form: Annotated[InvitationForm, Form()]) -> Response:
        return await _password_page(room, request, form.undangan)

    @routes.post(f"{INVITATION}/sandi", dependencies=[VISITOR_FORM])
    async def choose(request: Request, form: Annotated[InvitationForm, Form()]) -> Response:
        try:
            account = await staff.choose_password(room.units, room.deps, form.undangan, form.sandi, form.ulang)
        except BadInput as error:
            return await _password_page(room, request, form.undangan, problems=problems_of(error))
        except DomainError:
            return _unknown(room, request)
        assert account.pending is not None  # noqa: S101 - `choose_password` has just made it
        return _factor_page(room, request, form.undangan, account.pending.secret, account.login)

    @routes.post(f"{INVITATION}/kode", dependencies=[VISITOR_FORM])
    async def confirm(request: Request, form: Annotated[InvitationForm, Form()]) -> Response:
        try:
            session, codes = await staff.confirm_factor(room.units, room.deps, form.undangan, form.kode, device=device_of(request))
        except BadInput:
            account = await room.units.run(lambda tx: staff.find_invited(tx, room.deps, form.undangan))
            secret = account.pending.secret if account.pending else ""
            return _factor_page(room, request, form.undangan, secret, account.login, wrong=True)
        except DomainError:
            return _unknown(room, request)
        page = room.gate(request, "kode_cadangan.html", codes=codes, onward="/desk")
        room.tokens.put(request, page, session, room.deps.clock())
        return page

    return routes


async def _password_page(room: StaffRoom, request: Request, code: str, problems: Mapping[str, str] | None = None) -> Response:
    try:
        account = await room.units.run(lambda tx: staff.find_invited(tx, room.deps, code))
    except DomainError:
        return _unknown(room, request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return room.gate(request, "undangan_sandi.html", status=status, code=code, account=account, problems=problems or {})


def _factor_page(room: StaffRoom, request: Request, code: str, secret: str, login: str, *, wrong: bool = False) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    values: dict[str, Any] = {
        "code": code,
        "secret": grouped(secret),
        "wrong": wrong,
        "picture": qr(provisioning_uri(secret, login, ISSUER)),
    }
    return room.gate(request, "undangan_kode.html", status=status, **values)


def _unknown(room: StaffRoom, request: Request) -> Response:
    return room.gate(request, "undangan.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, code="", wrong=True)


def qr(text: str) -> str:
    """Return the picture of a QR code as an address that holds it: it stands in the page and is kept nowhere."""
    return "data:image/svg+xml;base64," + b64encode(qr_svg(text).encode()).decode()


def problems_of(error: AppError) -> dict[str, str]:
    """Return the code of what is wrong by field, the first of each."""
    found: dict[str, str] = {}
    for problem in error.problems if isinstance(error, BadInput) else ():
        found.setdefault(problem.field, problem.code)
    return found or {"": error.code}
