"""Routes that pause and resume the work on the register by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.verification import handlers
from services.verification.api.shapes import Code, Input
from services.verification.api.showing import LEAD, context
from services.verification.domain.register_pause import KEY, RegisterPause
from services.verification.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import Client, refuses, require


class PauseIn(Input):
    """Why the work stands."""

    reason: Annotated[Code, Field(description="A code: closed, maintenance, national_outage, …")]


class RegisterPauseOut(BaseModel):
    """Whether the register is to be had."""

    paused_since: Annotated[datetime | None, Field(description="null: it is to be had; else clocks stand since then")]
    by: Annotated[str | None, Field(description="Who paused; probe: it could not be read, and goes on when it can")]
    reason: str | None

    @classmethod
    def of(cls, state: RegisterPause) -> RegisterPauseOut:
        """Build from the state."""
        return cls(paused_since=state.since, by=state.by, reason=state.reason)


def router(units: UnitOfWorkRunner[Tx], deps: Deps) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1", tags=["queue"])

    @routes.post("/register/pause", responses=refuses(409, "register_paused"))
    async def pause_register(request: Request, body: PauseIn, client: Client = require(LEAD)) -> RegisterPauseOut:
        """Pause the work on the register: nothing is judged or approved, clocks stand, until it is resumed by hand."""
        act = units.run(lambda tx: handlers.pause_register(tx, deps, by=client.name, reason=body.reason), context=context(request, KEY))
        await act
        return RegisterPauseOut.of(await deps.pause_reader.current())

    @routes.post("/register/resume", responses=refuses(409, "register_not_paused"))
    async def resume_register(request: Request, client: Client = require(LEAD)) -> RegisterPauseOut:
        """Let the work go on: promises move by the working time of the pause, and what came in meanwhile is judged."""
        await units.run(lambda tx: handlers.resume_register(tx, deps, by=client.name), context=context(request, KEY))
        return RegisterPauseOut.of(await deps.pause_reader.current())

    return routes
