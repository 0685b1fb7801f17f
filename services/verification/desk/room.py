"""What the pages about accounts are made with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from services.verification.desk.tokens import SessionTokens, drop_cookie, set_cookie
from services.verification.domain.staff.session import StaffSession
from services.verification.ports import Tx
from services.verification.ports.staff import OfficeAccounts, StaffDeps
from shared.errors import Unauthorized
from shared.ids import new_code
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk.forms import REFUSALS, check_form, visitor_cookie
from shared.web.desk.pages import Pages, visitor_field
from shared.web.desk.session import SessionCheck, StaffMember
from shared.web.refusals import Demand, demanding, refuses

VISITOR_BYTES: Final = 20  # 160 bit: form tokens of the sign-in follow from it
_BROWSERS: Final = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (("Android", "Android"), ("iPhone", "iPhone"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """The parts of the pages about accounts. `contact`: where an admin is found; `office`: the regency's own sign-in, if there is one."""

    units: UnitOfWorkRunner[Tx]
    deps: StaffDeps
    tokens: SessionTokens
    pages: Pages
    contact: str
    office: OfficeAccounts | None

    def gate(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page for somebody who is not signed in, with a form that only this browser can send."""
        check: SessionCheck = request.app.state.session_check
        name = visitor_cookie(secure=check.secure)
        secret = request.cookies.get(name) or new_code(VISITOR_BYTES)
        values |= {"visitor": visitor_field(secret), "contact": self.contact}
        page = self.pages.show(request, template, status=status, **values)
        set_cookie(page, name, secret, secure=check.secure)
        return page

    async def renewed(self, session_id: str) -> StaffSession | None:
        """Return a session that may go on; None where it ended."""
        return await self.deps.reader.renew(session_id, at=self.deps.clock(), idle=self.deps.limits.idle)


async def cookie_session(request: Request) -> StaffMember | None:
    """Return whose cookie this is, even where its token is too old to open anything; None without one of ours."""
    check: SessionCheck = request.app.state.session_check
    try:
        return await check.member(request.cookies.get(check.cookie), expired=True)
    except Unauthorized:
        return None


async def _own_session(request: Request) -> StaffMember:
    member = await cookie_session(request)
    if member is None:
        raise Unauthorized("session_missing", "Nobody is signed in.")
    await check_form(request, member.session_id)
    return member


_SCHEME: Final = {
    "type": "apiKey",
    "in": "cookie",
    "name": "__Host-desk",
    "description": "Of a person at the desk, its token may have expired",
}
OWN_SESSION: Final[Any] = demanding(_own_session, Demand("session", None, _SCHEME, refusals=refuses(401, "session_missing") | REFUSALS))
"""The dependency of what ends or renews a session: gives the `StaffMember` of the cookie, also after its token has expired."""


def origin_of(request: Request) -> str:
    """Return where the browser found us: over TLS, although the front door, which ends it, speaks to us without."""
    check: SessionCheck = request.app.state.session_check
    base = request.base_url.replace(scheme="https") if check.secure else request.base_url
    return str(base).rstrip("/")


def step_cookie(check: SessionCheck) -> str:
    """Return the name of the cookie between the two steps of the sign-in."""
    return "__Host-desk-step" if check.secure else "desk-step"


def drop_step(request: Request, response: Response) -> None:
    """Forget the step."""
    check: SessionCheck = request.app.state.session_check
    drop_cookie(response, step_cookie(check), secure=check.secure)


def device_of(request: Request) -> str:
    """Return browser and system as people know them, for the list of sessions."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "Peramban lain")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    version = re.search(r"(?:Edg|OPR|Firefox|Chrome)/(\d+)", agent)
    return f"{browser} {version[1] if version else ''} {system and f'di {system}'}".replace("  ", " ").strip()
