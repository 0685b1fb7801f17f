"""Delivers what stands in a lane, one message after the other, while it holds the lane's lease.

Every try goes `ready -> running` in the database before the first byte leaves; what a try came to is written down afterwards. A crash in
between leaves `running`, which the next holder of the lane treats as `unknown`.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.notifier.domain import job as jobs
from services.notifier.domain.facts import Fact
from services.notifier.domain.job import Job, JobState
from services.notifier.domain.message import CourtCallback, Template, file_of
from services.notifier.domain.outcome import Accepted, Action, Outcome, SendVerdict, judge_court, judge_whatsapp
from services.notifier.handlers.announce import let_out_held
from services.notifier.handlers.sender_limiter import SenderLimiter
from services.notifier.ports import Deps, Known, Lane, Tx
from shared import logs, metrics
from shared.clock import monotonic_seconds
from shared.errors import Permanent, Transient
from shared.ids import new_id
from shared.values import Channel

_SHORT_WAIT_SECONDS: Final = 0.5  # shorter waits for a token are slept through with the lane in hand
_SAVE_PAUSE_SECONDS: Final = 0.5  # between tries to write down what a call came to, while the database is away
_TROUBLE_SECONDS: Final = 1.0  # before a lane that failed for a reason of ours is tried again
_LEASE_MARGIN: Final = 0.5  # no call begins in the last half of a lease: it is renewed before, unless the database is away
_SAVE_SECONDS: Final = 30.0  # what a call came to is worth waiting for the database; then the try counts as lost

_log = logs.get("lane_worker")


@dataclass(frozen=True, slots=True)
class _Again:
    """Look at the lane at once: the job is not as we thought."""


@dataclass(frozen=True, slots=True)
class _Left:
    """The job left the lane."""


@dataclass(frozen=True, slots=True)
class _At:
    """Nothing to do in this lane before `moment`; None: until it is rung."""

    moment: datetime | None


_Next = _Again | _Left | _At


class _Gone(Exception):  # noqa: N818 - the finding
    """The lease is lost: leave the lane to whoever has it."""


class _Changed(Exception):  # noqa: N818 - the finding
    """Somebody wrote the job in hand first, such as a status from the provider: look again."""


class LaneWorker:
    """One per channel and process. `stopping` makes it give lanes back after the message in hand; `warm` runs beside the first reads.

    `accepted` hears the provider's id of each message that was taken, when it is written down.
    """

    def __init__(
        self,
        deps: Deps,
        sender_limiter: SenderLimiter,
        warm: Callable[[], Awaitable[None]] | None = None,
        accepted: Callable[[str], None] | None = None,
    ) -> None:
        self._deps = deps
        self._sender_limiter = sender_limiter
        self._warm = warm or _nothing
        self._accepted = accepted or _nobody
        self._holds: dict[str, _Hold] = {}
        self.stopping = False

    async def run_lane(self, key: str) -> bool:
        """Deliver until nothing is due in the lane. False where another process holds it, or took it over."""
        token = new_id()
        until = monotonic_seconds() + self._deps.lease_seconds
        lane, _ = await asyncio.gather(self._deps.lanes.claim(key, token, self._deps.lease_seconds), self._warm())
        if lane is None:
            return False
        hold = self._holds[key] = _Hold(lane, token, until)
        try:
            await self._work_off(hold)
        except _Gone:
            _log.warning("lane.lost")
            return False
        except Exception:
            with contextlib.suppress(Exception):  # else the lease ends by itself
                await self._deps.lanes.abandon(key, token, self._deps.clock() + timedelta(seconds=_TROUBLE_SECONDS))
            raise
        finally:
            del self._holds[key]
        return True

    async def renew(self) -> None:
        """Keep the lanes in hand, however long a call takes: so a lease may be short, and a crash is soon over."""
        holds, until = dict(self._holds), monotonic_seconds() + self._deps.lease_seconds
        if not holds:
            return
        try:
            held = await self._deps.lanes.renew({key: hold.token for key, hold in holds.items()}, self._deps.lease_seconds)
        except Transient as error:
            _log.warning("lanes.unrenewed", reason=error.code)
            return
        for key, hold in holds.items():
            hold.until = until if key in held else float("-inf")

    async def _work_off(self, hold: _Hold) -> None:
        """What is put into the lane after it was read rings its revision, so that it is not given back."""
        while True:
            await self._let_out(hold)
            heads = await self._deps.jobs.heads(hold.lane.key, 2)
            step: _Next = await self._advance(hold, *heads[0]) if heads else _At(None)
            if isinstance(step, _Left) and len(heads) == 1:
                step = _At(None)
            if not isinstance(step, _At) and not self.stopping and self._has_time(hold):
                continue
            due_at = step.moment if isinstance(step, _At) else self._deps.clock()
            if await self._deps.lanes.release(hold.lane, hold.token, due_at):
                return
            lane = await self._deps.lanes.reread(hold.lane.key, hold.token)
            if lane is None:
                raise _Gone
            hold.lane = replace(lane, pair=hold.lane.pair)

    async def _let_out(self, hold: _Hold) -> None:
        """Once the person has written, what templates stood for goes before everything else."""
        at, lane = self._deps.clock(), hold.lane
        wrote_at = lane.inbound_at
        if lane.held_since is None or wrote_at is None or wrote_at <= lane.held_since:
            return
        if not jobs.in_window(wrote_at, at=at, policy=self._deps.policy):
            return

        async def let_out(tx: Tx) -> None:
            await let_out_held(tx, lane.key, wrote_at, at=at)

        await self._deps.transact(let_out)
        hold.lane = replace(lane, held_since=None)

    async def _advance(self, hold: _Hold, job: Job, version: int) -> _Next:
        at = self._deps.clock()
        if job.state is JobState.RUNNING:  # we hold the lane, so whoever began this try is gone
            return await self._put(jobs.lose(job, "worker_lost", at=at, policy=self._deps.policy), version)
        if job.next_at > at:
            return _At(job.next_at)
        if job.state is JobState.UNKNOWN and isinstance(job.message, CourtCallback):
            settled = await self._ask_court(job, job.message, version)
            if settled is not None:
                return settled
        if job.channel is Channel.WHATSAPP:
            return await self._message(hold, job, version)
        return await self._begin(hold, job, version)

    async def _message(self, hold: _Hold, job: Job, version: int) -> _Next:
        at = self._deps.clock()
        fitted, facts = jobs.fit_window(job, hold.lane.inbound_at, at=at, policy=self._deps.policy)
        if facts or fitted.state is JobState.HELD or fitted.template_since not in (None, job.template_since):
            lane = await self._deps.lanes.reread(hold.lane.key, hold.token)
            if lane is None:
                raise _Gone
            if lane.inbound_at != hold.lane.inbound_at:  # the person wrote since we took the lane
                hold.lane = replace(lane, pair=hold.lane.pair)
                return _Again()
        if facts or fitted.state is JobState.HELD:
            return await self._conclude(job, version, fitted, facts)
        waiting = await self._gate(hold, at)
        if waiting is not None:
            return waiting
        media_id = fitted.media_id
        if file_of(fitted.outgoing) is not None and media_id is None:
            uploaded = await self._upload(fitted)
            if isinstance(uploaded, SendVerdict):
                return await self._refuse(job, version, fitted, uploaded)
            media_id = uploaded
        return await self._begin(hold, replace(fitted, media_id=media_id), version)

    async def _gate(self, hold: _Hold, at: datetime) -> _At | None:
        """The recipient's own pace, then the number's."""
        pair, drawn, wait = self._deps.pair_rate.take(hold.lane.pair, at)
        if not drawn:
            return _At(at + timedelta(seconds=wait))
        while (seconds := await self._sender_limiter.admit()) > 0:
            if seconds > _SHORT_WAIT_SECONDS:  # paused: the dispatcher starts no lane until somebody resumes
                return _At(at if math.isinf(seconds) else at + timedelta(seconds=seconds))
            await asyncio.sleep(seconds)
        hold.lane = replace(hold.lane, pair=pair)
        return None

    async def _upload(self, job: Job) -> str | SendVerdict:
        """The media id, or what follows from not getting one. Repeating an upload has no outside effect."""
        file = file_of(job.outgoing)
        assert file is not None  # noqa: S101 - the caller looked
        try:
            content = await self._deps.documents.fetch(file)
        except Transient as error:
            return SendVerdict(Action.RETRY, error.code, error.after_seconds)
        except Permanent as error:
            return SendVerdict(Action.OUR_FAULT, error.code)
        with metrics.EFFECT_SECONDS.labels("whatsapp_upload").time():
            outcome = await self._deps.messenger.upload(content, file_name=file.file_name, media_type="application/pdf")
        if isinstance(outcome, Accepted) and outcome.provider_id:
            return outcome.provider_id
        verdict = judge_whatsapp(outcome)
        return SendVerdict(Action.RETRY, f"upload_{verdict.reason}") if verdict.action in (Action.UNKNOWN, Action.DONE) else verdict

    async def _begin(self, hold: _Hold, ready: Job, version: int) -> _Next:
        """One try: write that it begins, call, write what it came to."""
        if not self._has_time(hold):
            return await self._put(ready, version)  # the lane goes back and is taken again with a fresh lease
        job = jobs.start(ready, at=self._deps.clock())
        begun = await self._deps.jobs.replace(job, version)
        if not self._has_time(hold):
            raise _Gone  # what was written as `running` is found by the next holder of the lane
        if begun is None:
            return _Again()
        began = monotonic_seconds()
        outcome, verdict = await self._effect(job)
        metrics.EFFECT_SECONDS.labels(str(job.channel)).observe(monotonic_seconds() - began)
        metrics.EFFECTS.labels(str(job.channel), str(verdict.action)).inc()
        _log.info(
            "effect.tried",
            job=job.key,
            kind=job.kind,
            channel=job.channel,
            attempt=job.attempt,
            action=verdict.action,
            reason=verdict.reason,
            template=isinstance(job.outgoing, Template),
            maybe_duplicate=job.maybe_duplicate,
            ms=round((monotonic_seconds() - began) * 1000, 1),
            correlation_id=job.correlation_id,
        )
        provider_id = outcome.provider_id if isinstance(outcome, Accepted) else None
        step = await self._record(job, begun, verdict, provider_id)
        if provider_id:
            self._accepted(provider_id)
        if job.channel is Channel.WHATSAPP:
            await self._sender_limiter.apply(verdict)
        return step

    async def _effect(self, job: Job) -> tuple[Outcome, SendVerdict]:
        if isinstance(job.outgoing, CourtCallback):
            outcome = await self._deps.courts.call(job.outgoing)
            return outcome, judge_court(outcome)
        outcome = await self._deps.messenger.send(job.address, job.outgoing, media_id=job.media_id, effect_key=job.key)
        return outcome, judge_whatsapp(outcome)

    async def _record(self, job: Job, version: int, verdict: SendVerdict, provider_id: str | None) -> _Next:
        """Write down what a try came to, also when the lane was lost meanwhile: it is guarded by the number of the try."""
        at, jitter, policy = self._deps.clock(), self._deps.jitter(), self._deps.policy
        lost_at = monotonic_seconds() + _SAVE_SECONDS

        async def again(tx: Tx) -> Job:
            fresh = await tx.get_job(job.key)
            after, facts = jobs.answer(fresh, job.attempt, verdict, at=at, jitter=jitter, policy=policy, provider_id=provider_id)
            if after != fresh:
                tx.save_job(after, facts)
            return after

        after, facts = jobs.answer(job, job.attempt, verdict, at=at, jitter=jitter, policy=policy, provider_id=provider_id)
        while True:
            try:
                if not facts and not jobs.holds_something(after) and await self._deps.jobs.replace(after, version) is not None:
                    return _next(after)
                return _next(await self._deps.transact(again, job))
            except Transient as error:
                if monotonic_seconds() >= lost_at:
                    raise
                _log.warning("effect.unrecorded", job=job.key, reason=error.code)
                await asyncio.sleep(_SAVE_PAUSE_SECONDS)

    async def _refuse(self, before: Job, version: int, fitted: Job, verdict: SendVerdict) -> _Next:
        """A try that ended before any byte of the message left."""
        metrics.EFFECTS.labels("whatsapp_upload", str(verdict.action)).inc()
        _log.warning(
            "effect.unprepared", job=before.key, reason=verdict.reason, action=verdict.action, correlation_id=before.correlation_id
        )
        flagged = replace(fitted, maybe_duplicate=before.maybe_duplicate or before.state is JobState.UNKNOWN)
        after, facts = jobs.settle(flagged, verdict, at=self._deps.clock(), jitter=self._deps.jitter(), policy=self._deps.policy)
        step = await self._conclude(before, version, after, facts)
        await self._sender_limiter.apply(verdict)
        return step

    async def _ask_court(self, job: Job, callback: CourtCallback, version: int) -> _Next | None:
        """Reconcile by asking. None: nobody can say, so the repeat goes out flagged."""
        known = await self._deps.courts.has(callback)
        at = self._deps.clock()
        match known:
            case Known.YES:
                after, facts = jobs.found_sent(job, at=at)
                return await self._conclude(job, version, after, facts)
            case Known.NO:
                return await self._put(jobs.found_not_sent(job, at=at), version)
            case Known.UNREACHABLE:
                later = jobs.ask_later(job, at=at, jitter=self._deps.jitter())
                return None if later is None else await self._put(later, version)
            case Known.CANNOT_SAY:
                return None

    async def _conclude(self, before: Job, version: int, after: Job, facts: tuple[Fact, ...]) -> _Next:
        """Write a step, and with it what the rest of the pipeline must hear of."""
        if not facts and not jobs.holds_something(after):
            return await self._put(after, version)

        async def save(tx: Tx) -> None:
            if await tx.get_job(before.key) != before:
                raise _Changed
            tx.save_job(after, facts)

        try:
            await self._deps.transact(save, before)
        except _Changed:
            return _Again()
        return _next(after)

    def _has_time(self, hold: _Hold) -> bool:
        return hold.remaining_seconds > self._deps.lease_seconds * _LEASE_MARGIN

    async def _put(self, job: Job, version: int) -> _Next:
        return _Again() if await self._deps.jobs.replace(job, version) is None else _next(job)


class _Hold:
    """A lane in hand: its lease's token and when, by our own clock, the lease ends."""

    def __init__(self, lane: Lane, token: str, until: float) -> None:
        self.lane = lane
        self.token = token
        self.until = until

    @property
    def remaining_seconds(self) -> float:
        return self.until - monotonic_seconds()


def _next(job: Job) -> _Next:
    return _At(job.next_at) if job.is_open else _Left()


async def _nothing() -> None:
    return None


def _nobody(_provider_id: str) -> None:
    return None
