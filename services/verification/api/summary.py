"""What the queue looks like now, how fast it is worked off, and when it will be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.verification.api.pauses import RegisterPauseOut
from services.verification.domain.capacity import OfficerLoad, QueueFigures, finishing_time, room_until
from services.verification.handlers.planning import day_of
from services.verification.ports import Deps
from shared.web import Client, require
from shared.web.latest import Latest

_FRESH_SECONDS: Final = 5.0  # counting 100,000 open tasks takes 0.2 s: fifty pages that ask again and again share it


class LoadOut(BaseModel):
    """What one officer has."""

    held: int
    decided_today: int

    @classmethod
    def of(cls, load: OfficerLoad) -> LoadOut:
        """Build from a load."""
        return cls(held=load.held, decided_today=load.decided_today)


class ForecastOut(BaseModel):
    """By the pace of the last seven days and the officers who are at work today; null: nothing to go by."""

    decisions_per_officer_hour: float | None
    officers_today: int
    room_today: Annotated[int | None, Field(description="How many more can be decided until the office closes")]
    finished_at: Annotated[datetime | None, Field(description="When what waits for the office now will be decided")]


class MineOut(LoadOut):
    """What the caller has."""

    limit: Annotated[int, Field(description="How many one may hold")]


class QueueSummaryOut(BaseModel):
    """The queue in numbers. Counted every few seconds: `at` says when; `mine` is of this moment."""

    at: datetime
    open: int
    by_stage: Annotated[dict[str, int], Field(description="first, second, waiting, deciding")]
    by_priority: dict[str, int]
    by_service: dict[str, int]
    by_due: Annotated[dict[str, int], Field(description="overdue, today, later; without those whose clock stands")]
    opened_today: int
    closed_today: Annotated[dict[str, int], Field(description="approved, returned, rejected")]
    officers: Annotated[dict[str, LoadOut], Field(description="Who holds or decided something today")]
    forecast: ForecastOut
    register_pause: RegisterPauseOut
    mine: MineOut


def router(deps: Deps) -> APIRouter:
    """Return the route."""
    routes = APIRouter(prefix="/v1", tags=["queue"])

    async def count() -> QueueFigures:
        now = deps.clock()
        began, ends = day_of(now)
        return await deps.queue_reader.figures(at=now, day_began=began, day_ends=ends)

    latest = Latest(count, _FRESH_SECONDS)

    @routes.get("/queue/summary")
    async def summarize_queue(client: Client = require("tasks:read")) -> QueueSummaryOut:
        """Summarize the queue: how much waits for whom, how late it is, who has what, and when it will be worked off."""
        figures, now = await latest.get(), deps.clock()
        held = await deps.task_reader.held_by(client.name, at=now)
        decided = await deps.queue_reader.decided_by(client.name, since=day_of(now)[0])
        mine = MineOut(held=len(held), decided_today=decided, limit=deps.queue.claims_at_once)
        return summary_out(figures, deps, RegisterPauseOut.of(await deps.pause_reader.current()), mine)

    return routes


def summary_out(figures: QueueFigures, deps: Deps, pause: RegisterPauseOut, mine: MineOut) -> QueueSummaryOut:
    """Return the figures with what follows from them."""
    rate = figures.pace.per_officer_hour
    return QueueSummaryOut(
        at=figures.at,
        open=sum(figures.by_stage.values()),
        by_stage=dict(figures.by_stage),
        by_priority=dict(figures.by_priority),
        by_service=dict(figures.by_service),
        by_due=dict(figures.by_due),
        opened_today=figures.opened_today,
        closed_today=dict(figures.closed_today),
        officers={name: LoadOut.of(load) for name, load in figures.officers.items()},
        forecast=ForecastOut(
            decisions_per_officer_hour=None if rate is None else round(rate, 1),
            officers_today=figures.present,
            room_today=room_until(deps.hours, figures, day_of(figures.at)[1]),
            finished_at=finishing_time(deps.hours, figures, figures.workable),
        ),
        register_pause=pause,
        mine=mine,
    )
