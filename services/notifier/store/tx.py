"""The notifier's unit of work over the shared one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from pymongo import DeleteOne, UpdateOne

from services.notifier.domain.facts import BroadcastDrafted, Fact, PostMeasured
from services.notifier.domain.job import Job, JobState
from services.notifier.domain.recipient import channel_of
from services.notifier.domain.window import behind_template, holds_something
from services.notifier.events import to_event
from services.notifier.ports import EarlyStatus
from services.notifier.store.broadcast_tx import BroadcastTx
from services.notifier.store.broadcasts import BROADCASTS
from services.notifier.store.posting import EFFECTS
from services.notifier.store.posting_tx import PostingTx
from services.notifier.store.schema import JOB, JOBS, LANES, STATUSES, job_to_doc, status_key
from shared.messaging.transaction.runner import UnitOfWork
from shared.mongo import Collection as Rows
from shared.mongo import reachable
from shared.values import Channel


class MongoTx(BroadcastTx, PostingTx):
    """`ports.Tx` over a unit of work. `rows` are the jobs; `wake` is called with each lane that has something to do, after the commit."""

    def __init__(self, work: UnitOfWork, rows: Rows, wake: Callable[[str], None]) -> None:
        BroadcastTx.__init__(self, work)
        PostingTx.__init__(self, work, wake)
        self._work = work
        self._rows = rows
        self._wake = wake
        self._by_provider_id: dict[str, str | None] = {}
        """Keys of jobs by the provider's ids, as they lie; None: no job has that id."""
        self._out_of_lane: set[str] = set()
        """Keys of jobs that were found when they had left their lane: nobody waits behind them."""

    async def find_job(self, key: str) -> Job | None:
        job = await self._work.unit.find(JOB, key)
        if job is not None and not job.is_open:
            self._out_of_lane.add(key)
        return job

    async def get_job(self, key: str) -> Job:
        """Return the job of that effect.

        Raises:
            NotFound: `jobs_not_found`.
        """
        return await self._work.unit.get(JOB, key)

    async def find_job_by_provider_id(self, provider_id: str) -> Job | None:
        if provider_id not in self._by_provider_id:
            await self.prefetch_jobs_by_provider_id([provider_id])
        key = self._by_provider_id[provider_id]
        return None if key is None else await self.find_job(key)

    async def prefetch_jobs_by_provider_id(self, provider_ids: Iterable[str]) -> None:
        asked = list(provider_ids)
        with reachable():
            docs = await self._rows.find({"provider_ids": {"$in": asked}}, {"provider_ids": 1}).to_list(None) if asked else []
        keys = {provider_id: doc["_id"] for doc in docs for provider_id in doc["provider_ids"]}
        self._by_provider_id |= {provider_id: keys.get(provider_id) for provider_id in asked}
        await self.prefetch_jobs(doc["_id"] for doc in docs)

    async def prefetch_jobs(self, keys: Iterable[str]) -> None:
        await self._work.unit.prefetch(JOB, keys)

    def add_job(self, job: Job) -> None:
        self._work.unit.add(JOB, job)
        self._ring(job)

    def save_job(self, job: Job) -> None:
        self._work.unit.save(JOB, job)
        self._hold(job)
        if job.is_open or job.key not in self._out_of_lane:
            self._ring(job)

    def emit(self, *facts: Fact) -> None:
        for fact in facts:
            if isinstance(fact, BroadcastDrafted):
                self._work.emit(BROADCASTS, fact.broadcast_id, to_event(fact), correlation_id=fact.broadcast_id)
                continue
            if isinstance(fact, PostMeasured):
                self._work.emit(EFFECTS, fact.effect_key, to_event(fact), correlation_id=fact.effect_key)
                continue
            job = self._work.unit.present(JOB, fact.job_key)
            self._work.emit(JOB, job.key, to_event(fact), correlation_id=job.correlation_id, trace=job.traceparent)

    def note_lost(self, lane: str, at: datetime) -> None:
        update = {"$max": {"lost_at": at}, "$setOnInsert": {"channel": channel_of(lane), "revision": 0}}
        self._work.unit.defer(LANES, UpdateOne({"_id": lane}, update, upsert=True))

    async def jobs_in(self, lane: str, states: Collection[JobState]) -> tuple[Job, ...]:
        jobs: list[Job] = []
        with reachable():
            for state in states:  # one query each: the open ones and those that are held have each an index of their own
                docs = await self._rows.find({"lane": lane, "state": state.value}, {"_id": 1}).to_list(None)
                jobs += [await self.get_job(doc["_id"]) for doc in docs]
        return tuple(job for job in jobs if job.state in states)

    def note_held(self, lane: str, since: datetime | None) -> None:
        update: dict[str, Any] = {"$unset": {"held_since": ""}} if since is None else {"$set": {"held_since": since}}
        self._work.unit.defer(LANES, UpdateOne({"_id": lane}, update))

    def note_inbound(self, lane: str, at: datetime) -> None:
        update = {"$max": {"inbound_at": at}, "$setOnInsert": {"channel": channel_of(lane), "revision": 0}}
        self._work.unit.defer(LANES, UpdateOne({"_id": lane}, update, upsert=True))

    def keep_status(self, status: EarlyStatus) -> None:
        row: dict[str, Any] = {"at": status.at, "error_code": status.error_code}
        self._work.unit.defer(
            STATUSES,
            UpdateOne(
                {"_id": status_key(status.provider_id, status.progress)},
                {
                    "$setOnInsert": {"provider_id": status.provider_id, "progress": str(status.progress), **row},
                    "$currentDate": {"kept_at": True},
                },
                upsert=True,
            ),
        )

    def drop_status(self, status: EarlyStatus) -> None:
        self._work.unit.defer(STATUSES, DeleteOne({"_id": status_key(status.provider_id, status.progress)}))

    def _hold(self, job: Job) -> None:
        """Keep what the job's template stands for, once, and let its lane know."""
        held = behind_template(job)
        if held is not None:
            born = {"$setOnInsert": {**job_to_doc(held), "version": 1, "seq": 0}}
            self._work.unit.defer(JOBS, UpdateOne({"_id": held.key}, born, upsert=True))
        if holds_something(job):
            self._work.unit.defer(LANES, UpdateOne({"_id": job.lane}, {"$min": {"held_since": job.template_since}}))

    def _ring(self, job: Job) -> None:
        if job.channel in {Channel.ADAPTER, Channel.DESK}:  # nothing is ever sent there
            return
        update: dict[str, Any] = {"$inc": {"revision": 1}, "$setOnInsert": {"channel": channel_of(job.lane)}}
        # A job that left its lane frees those behind it: look at once.
        update["$min"] = {"due_at": job.next_at if job.is_open else job.done_at or job.next_at}
        self._work.unit.defer(LANES, UpdateOne({"_id": job.lane}, update, upsert=True))
        self._work.on_commit(lambda: self._wake(job.lane))
