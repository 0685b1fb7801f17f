"""Stores how far a job came, and returns what that means for its lane."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notifier.domain import attempt
from services.notifier.domain.facts import Fact
from services.notifier.domain.job import Job
from services.notifier.domain.outcome import SendVerdict
from services.notifier.domain.window import holds_something
from services.notifier.ports import Deps, Tx
from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import Transient

_PAUSE_SECONDS: Final = 0.5  # between tries to write down what a call came to, while the database is away
_LIMIT_SECONDS: Final = 30.0  # what a call came to is worth waiting for the database; then the try counts as lost

_log = logs.get("lane_worker")


@dataclass(frozen=True, slots=True)
class Again:
    """The order to look at the lane at once: the job is not as we thought."""


@dataclass(frozen=True, slots=True)
class Left:
    """The news that the job left the lane."""


@dataclass(frozen=True, slots=True)
class Until:
    """The rest of a lane until `moment`; None: until something is put into it."""

    moment: datetime | None


Next = Again | Left | Until


class Recorder:
    """The writer of jobs: single writes guarded by the version that was read; a unit of work only where an event is emitted."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def put(self, job: Job, version: int) -> Next:
        """Store the next state of a job, without an event."""
        return Again() if await self._deps.jobs.replace(job, version) is None else _next(job)

    async def conclude(self, before: Job, version: int, after: Job, facts: tuple[Fact, ...]) -> Next:
        """Store the next state of a job and emit its facts."""
        if not facts and not holds_something(after):
            return await self.put(after, version)

        async def save(tx: Tx) -> Next:
            if await tx.get_job(before.key) != before:
                return Again()  # somebody wrote it first, such as a status from the provider
            tx.save_job(after)
            tx.emit(*facts)
            return _next(after)

        return await self._deps.transact(save, before)

    async def answer(self, job: Job, version: int, verdict: SendVerdict, provider_id: str | None) -> Next:
        """Store the outcome of a try, also when the lane was lost meanwhile: it is guarded by the number of the try.

        Raises:
            Transient: the database was away for half a minute; whoever holds the lane next counts the try as lost.
        """
        at, jitter, policy = self._deps.clock(), self._deps.jitter(), self._deps.policy
        give_up_at = monotonic_seconds() + _LIMIT_SECONDS

        def answered(known: Job) -> tuple[Job, tuple[Fact, ...]]:
            return attempt.answer(known, job.attempt, verdict, at=at, jitter=jitter, policy=policy, provider_id=provider_id)

        async def save(tx: Tx) -> Next:
            fresh = await tx.get_job(job.key)
            after, facts = answered(fresh)
            if after != fresh:
                tx.save_job(after)
                tx.emit(*facts)
            return _next(after)

        after, facts = answered(job)
        while True:
            try:
                if not facts and not holds_something(after) and await self._deps.jobs.replace(after, version) is not None:
                    return _next(after)
                return await self._deps.transact(save, job)
            except Transient as error:
                if monotonic_seconds() >= give_up_at:
                    raise
                _log.warning("effect.unrecorded", job=job.key, reason=error.code)
                await asyncio.sleep(_PAUSE_SECONDS)


def _next(job: Job) -> Next:
    return Until(job.next_at) if job.is_open else Left()
