"""Sign-in by the regency's own accounts: there by one redirect, back by another, and in under the same name."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.desk.gate import refused_page
from services.verification.desk.room import StaffRoom, device_of
from services.verification.desk.tokens import drop_cookie, set_cookie
from services.verification.handlers import staff
from services.verification.handlers.staff.noting import noted
from services.verification.ports.staff import OfficeAccounts
from shared.errors import AppError, Unauthorized
from shared.ids import new_code
from shared.web.desk.session import SessionCheck, safe_next

START: Final = "/desk/masuk/kantor"
BACK: Final = f"{START}/balik"
PUBLIC: Final = frozenset({START, BACK})
_SECRET_BYTES: Final = 30  # 48 characters: a PKCE verifier has 43 at least (RFC 7636)
_WITHIN_SECONDS: Final = 600  # somebody types a password over there


def router(room: StaffRoom, office: OfficeAccounts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(START)
    async def start(request: Request, next: Annotated[str, Query(max_length=2_000)] = "") -> Response:  # noqa: A002 - word of the address
        kept = {"state": new_code(_SECRET_BYTES), "nonce": new_code(_SECRET_BYTES), "verifier": new_code(_SECRET_BYTES)}
        there = RedirectResponse(await office.address(**kept), HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
        value = urlsafe_b64encode(json.dumps(kept | {"next": safe_next(next)}).encode()).decode()
        check: SessionCheck = request.app.state.session_check
        set_cookie(there, _cookie(check), value, secure=check.secure, seconds=_WITHIN_SECONDS)
        return there

    @routes.get(BACK)
    async def back(request: Request, code: Annotated[str, Query(max_length=4_000)] = "", state: str = "") -> Response:
        check: SessionCheck = request.app.state.session_check
        try:
            kept = _read(request.cookies.get(_cookie(check), ""))
            if not code or not compare_digest(kept["state"].encode(), state.encode()):
                raise Unauthorized("office_refused", "This answer is not to our question.")
            login = await office.login_of(code, nonce=kept["nonce"], verifier=kept["verifier"])
            session = await room.units.run(
                lambda tx: staff.sign_in_from_office(tx, room.deps, login, device=device_of(request)),
                audit=lambda begun: noted(
                    room.deps,
                    "session.begun",
                    begun.account_id,
                    by=begun.account_id,
                    by_name=begun.name,
                    detail={"second_factor": "office"},
                ),
            )
        except AppError as error:
            return refused_page(room, request, error.code)
        inside = RedirectResponse(safe_next(kept["next"]), HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
        room.tokens.put(request, inside, session, room.deps.clock())
        drop_cookie(inside, _cookie(check), secure=check.secure)
        return inside

    return routes


def _cookie(check: SessionCheck) -> str:
    return "__Host-desk-office" if check.secure else "desk-office"


def _read(value: str) -> dict[str, str]:
    try:
        found = json.loads(urlsafe_b64decode(value))
        return {name: str(found[name]) for name in ("state", "nonce", "verifier", "next")}
    except (ValueError, KeyError, TypeError):
        raise Unauthorized("office_refused", "Nobody asked from this browser.") from None
