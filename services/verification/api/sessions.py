"""Sign-in for programs of people, such as a terminal: the same steps in one call, and a token in place of a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.verification.domain.staff.session import StaffSession
from services.verification.handlers import staff
from services.verification.handlers.staff.noting import noted
from services.verification.ports import Tx
from services.verification.ports.staff import SessionSigner, StaffDeps
from shared.errors import TooMany, Unauthorized
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import refuses
from shared.web.desk import StaffMember
from shared.web.desk.session import SessionCheck
from shared.web.refusals import Demand, demanding

PATH: Final = "/v1/sessions"
PUBLIC: Final = frozenset({PATH})
_NO_STORE: Final = {"Cache-Control": "no-store"}


class SignInIn(BaseModel):
    """Name, password and the code of the authenticator."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=200)]
    code: Annotated[str, Field(max_length=20, description="Six digits; a code is taken once")]


class SessionOut(BaseModel):
    """A token, sent as `Authorization: Bearer <token>`, and when to have it renewed."""

    token: str
    expires_at: datetime
    staff_id: Annotated[str, Field(description="The officer id of what this person does")]
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionsApi:
    """The dependencies of the routes."""

    units: UnitOfWorkRunner[Tx]
    deps: StaffDeps
    signer: SessionSigner

    def out(self, session: StaffSession) -> SessionOut:
        """Return a new token of a session."""
        at = self.deps.clock()
        ends = min(at + self.deps.limits.token, session.ends_at)
        roles = tuple(sorted(session.posting.roles))
        return SessionOut(
            token=self.signer.token(session, at), expires_at=ends, staff_id=session.account_id, name=session.name, roles=roles
        )


async def _bearer(request: Request) -> StaffMember:
    check: SessionCheck = request.app.state.session_check
    return await check.member(request.headers.get("authorization", "").partition(" ")[2].strip(), expired=True)


_SCHEME: Final = {"type": "http", "scheme": "bearer", "description": "The token of a session; it may have expired"}
_OWN_TOKEN: Final = demanding(_bearer, Demand("session-token", None, _SCHEME, refusals=refuses(401, "session_missing", "session_invalid")))
Own = Annotated[StaffMember, _OWN_TOKEN]


def install(app: FastAPI, api: SessionsApi) -> None:
    """Add the routes to the app."""
    router = APIRouter(prefix=PATH, tags=["sessions"])

    @router.post("", responses=refuses(401, "sign_in_refused", "sign_in_over") | refuses(429, "sign_in_paused"))
    async def begin_session(body: SignInIn, response: Response) -> SessionOut:
        """Sign in. Wrong names, passwords and codes are refused alike; after five of them the name is paused."""
        first = await staff.check_password(api.units, api.deps, body.login, body.password)
        if first.step is None:
            raise _refusal(first.refusal)
        second = await staff.check_code(api.units, api.deps, first.step, body.code, device="Program")
        if second.session is None:
            raise _refusal(second.refusal)
        response.headers.update(_NO_STORE)
        return api.out(second.session)

    @router.post("/renew", responses=refuses(401, "session_over"))
    async def renew_session(member: Own, response: Response) -> SessionOut:
        """Give a new token while the session lives: within the idle time after the last one, and the longest time after the sign-in."""
        session = await api.deps.reader.renew(member.session_id, at=api.deps.clock(), idle=api.deps.limits.idle)
        if session is None:
            raise Unauthorized("session_over", "The session has ended.")
        response.headers.update(_NO_STORE)
        return api.out(session)

    @router.post("/end", status_code=HTTPStatus.NO_CONTENT)
    async def end_session(member: Own) -> None:
        """Sign out."""
        await api.units.run(
            lambda tx: staff.end_sessions(tx, api.deps, member.staff_id, only=member.session_id),
            audit=lambda _: noted(api.deps, "session.ended", member.staff_id, by=member.staff_id, by_name=member.name),
        )

    app.include_router(router)


def _refusal(reason: staff.Refusal | None) -> Exception:
    if reason is staff.Refusal.PAUSED:
        return TooMany("sign_in_paused", "Too many wrong tries under this name; wait.")
    return Unauthorized("sign_in_refused", "Name, password or code is wrong.")
