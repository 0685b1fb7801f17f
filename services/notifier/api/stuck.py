"""Notices that were refused for good, under `/v1/stuck`: sent again, or ended unsent; beside them posts that stopped."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter

from services.notifier.api.stuck_posts import LOOK_FIRST, PostsAndNotices, StoppedPosts
from services.notifier.domain.job import Job, JobState
from services.notifier.handlers import announce as handlers
from services.notifier.ports import Deps, JobQuery, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import stuck
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage, StuckSource

PERSONAL: Final = frozenset({"address", "lane", "message", "fallback", "provider_ids"})
"""Names of fields of a content that tell of persons."""
REFUSALS: Final = (LOOK_FIRST,)
"""Codes that say for what one waits still."""


class FailedJobs:
    """The failed jobs as a `StuckSource`: they are not tried again by themselves."""

    def __init__(self, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
        self._units = units
        self._deps = deps

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return failed jobs, newest first."""
        found = await self._deps.job_reader.page(JobQuery((JobState.FAILED,), "", after, limit))
        return StuckPage(stuck=[StuckEntry(**_fields(row.job)) for row in found.rows], next=found.next)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return a failed job with what it says and to whom."""
        job = await self._units.run(lambda tx: tx.find_job(stuck_id))
        return None if job is None or job.state is not JobState.FAILED else StuckDetail(**_fields(job), content=asdict(job))

    async def replay(self, stuck_id: str) -> None:
        """Put it back into its lane."""
        await self._units.run(lambda tx: handlers.retry_job(tx, stuck_id, at=self._deps.clock()))

    async def discard(self, stuck_id: str, note: str) -> None:
        """End it unsent."""
        await self._units.run(lambda tx: handlers.discard_job(tx, stuck_id, note, at=self._deps.clock()))


def source(units: UnitOfWorkRunner[Tx], deps: Deps) -> StuckSource:
    """Return everything of the notifier's own that waits for a decision."""
    return PostsAndNotices(StoppedPosts(units, deps), FailedJobs(units, deps))


def router(units: UnitOfWorkRunner[Tx], deps: Deps) -> APIRouter:
    """Return the routes."""
    return stuck.routes(source(units, deps), PERSONAL, REFUSALS)


def _fields(job: Job) -> dict[str, Any]:
    return {
        "id": job.key,
        "kind": job.kind,
        "code": job.reason or "",
        "since": job.done_at,
        "attempts": job.attempt,
        "reference": job.reference,
    }
