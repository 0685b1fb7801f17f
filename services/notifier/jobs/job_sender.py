"""Sends one job: the first of a lane whose lease we hold.

Every try goes `ready -> running` in the database before the first byte leaves; what it came to is written down afterwards. A crash in
between leaves `running`, which the next holder of the lane treats as `unknown`.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.notifier.domain import attempt, ownership
from services.notifier.domain.job import Job, JobState, failed
from services.notifier.domain.message import CourtCallback, DocumentFile, Template, file_of
from services.notifier.domain.news import at_the_door
from services.notifier.domain.outcome import Accepted, Action, Known, Outcome, SendVerdict, judge_court, judge_whatsapp
from services.notifier.domain.window import fit_window
from services.notifier.jobs.lane_lease import LaneLease, LeaseLost
from services.notifier.jobs.recorder import Again, Next, Recorder, Until
from services.notifier.ports import Deps
from shared import logs, metrics, tracing
from shared.clock import monotonic_seconds
from shared.errors import Permanent, Transient
from shared.ids import trace_id_of
from shared.values import Channel

_SHORT_WAIT_SECONDS: Final = 0.5  # shorter waits for a token are slept through with the lane in hand

_log = logs.get("lane_worker")


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as it was read, with its version."""

    job: Job
    version: int


class JobSender:
    """The sender of one job. `accepted` is called with the provider's id of each accepted message, once that is stored."""

    def __init__(self, deps: Deps, accepted: Callable[[str], None]) -> None:
        self._deps = deps
        self._accepted = accepted
        self._recorder = Recorder(deps)

    async def send(self, lease: LaneLease, stored: StoredJob) -> Next:
        """Try the job once, as far as it can be tried now. Each stage returns the job as it goes on, or where it ends for this time."""
        job = stored.job
        for stage in (self._reconcile, self._choose_message, self._look_wanted, self._wait_for_turn, self._upload, self._look_whose):
            found = await stage(lease, stored, job)
            if not isinstance(found, Job):
                return found
            job = found
        return await self._try(lease, stored, job)

    async def _reconcile(self, _lease: LaneLease, stored: StoredJob, job: Job) -> Job | Next:
        """Go on with what is due; of a try whose end nobody knows, ask first where somebody can be asked."""
        at = self._deps.clock()
        if job.state is JobState.RUNNING:  # we hold the lane, so whoever began this try is gone
            return await self._recorder.put(attempt.lose(job, "worker_lost", at=at, policy=self._deps.policy), stored.version)
        if job.next_at > at:
            return Until(job.next_at)
        if job.state is JobState.UNKNOWN and isinstance(job.message, CourtCallback):
            return await self._ask_court(stored, job.message)
        return job

    async def _ask_court(self, stored: StoredJob, callback: CourtCallback) -> Job | Next:
        """Reconcile by asking. Where nobody can say, the repeat goes out flagged."""
        known = await self._deps.courts.has(callback)
        job, at = stored.job, self._deps.clock()
        match known:
            case Known.YES:
                return await self._recorder.conclude(job, stored.version, *attempt.found_sent(job, at=at))
            case Known.NO:
                return await self._recorder.put(attempt.found_not_sent(job, at=at), stored.version)
            case Known.UNREACHABLE:
                later = attempt.ask_later(job, at=at, jitter=self._deps.jitter())
                return job if later is None else await self._recorder.put(later, stored.version)
            case Known.CANNOT_SAY:
                return job

    async def _choose_message(self, lease: LaneLease, stored: StoredJob, job: Job) -> Job | Next:
        """The free message or the template, by the 24-hour rule."""
        before = lease.lane.inbound_at
        fitted, facts = fit_window(job, before, at=self._deps.clock(), policy=self._deps.policy)
        ends = bool(facts) or fitted.state is JobState.HELD
        if ends or fitted.template_since not in (None, job.template_since):
            await lease.reread()
            if lease.lane.inbound_at != before:  # the person wrote since we took the lane
                return Again()
        return await self._recorder.conclude(job, stored.version, fitted, facts) if ends else fitted

    async def _wait_for_turn(self, lease: LaneLease, _stored: StoredJob, job: Job) -> Job | Next:
        """The recipient's own pace, then the number's."""
        if job.channel is not Channel.WHATSAPP:
            return job
        at = self._deps.clock()
        pair, drawn, wait = self._deps.pair_rate.take(lease.lane.pair, at)
        if not drawn:
            return Until(at + timedelta(seconds=wait))
        yields = job.addressee is not None
        while (seconds := await self._deps.sender_limiter.admit(yields=yields)) > 0:
            # Paused: the dispatcher starts no lane until somebody resumes. A broadcast does not wait with the lane in hand.
            if yields or seconds > _SHORT_WAIT_SECONDS:
                return Until(at if math.isinf(seconds) else at + timedelta(seconds=seconds))
            await asyncio.sleep(seconds)
        lease.lane = replace(lease.lane, pair=pair)
        return job

    async def _upload(self, _lease: LaneLease, stored: StoredJob, job: Job) -> Job | Next:
        """Upload the job's file unless it is there. Repeating an upload has no outside effect."""
        file = file_of(job.outgoing)
        if file is None or job.media_id is not None:
            return job
        with _span("upload", job):
            outcome = await self._uploaded(file)
        if isinstance(outcome, SendVerdict):
            return await self._refuse(stored, job, outcome)
        if isinstance(outcome, Accepted) and outcome.provider_id:
            return replace(job, media_id=outcome.provider_id)
        verdict = judge_whatsapp(outcome)
        if verdict.action in (Action.UNKNOWN, Action.DONE):
            verdict = SendVerdict(Action.RETRY, f"upload_{verdict.reason}")
        return await self._refuse(stored, job, verdict)

    async def _uploaded(self, file: DocumentFile) -> Outcome | SendVerdict:
        """Fetch a file and upload it; return a verdict where it can't be fetched."""
        try:
            content = await self._deps.documents.fetch(file)
        except Transient as error:
            return SendVerdict(Action.RETRY, error.code, error.after_seconds)
        except Permanent as error:
            return SendVerdict(Action.OUR_FAULT, error.code)
        with metrics.EFFECT_SECONDS.labels("whatsapp_upload").time():
            return await self._deps.messenger.upload(content, file_name=file.file_name, media_type="application/pdf")

    async def _look_whose(self, lease: LaneLease, stored: StoredJob, job: Job) -> Job | Next:
        """Ask at the last moment whether the address is still whose this is: the number may have changed hands while it waited."""
        if job.channel is not Channel.WHATSAPP or not ownership.is_of_former(job, await lease.lost_at()):
            return job
        metrics.EFFECTS.labels("whatsapp", ownership.ADDRESS_LOST).inc()
        _log.warning("effect.withheld", job=job.key, reason=ownership.ADDRESS_LOST, correlation_id=job.correlation_id)
        withheld = ownership.withhold(_flagged(stored.job, job), at=self._deps.clock())
        return await self._recorder.conclude(stored.job, stored.version, *withheld)

    async def _look_wanted(self, _lease: LaneLease, stored: StoredJob, job: Job) -> Job | Next:
        """Ask whether a broadcast's message may still leave, right before its turn, for which it does not wait: STOP counts until then."""
        if job.addressee is None:
            return job
        broadcast_id, contact_id = job.addressee
        reader, at = self._deps.broadcasts, self._deps.clock()
        broadcast, contact = await asyncio.gather(reader.find(broadcast_id), reader.contact(contact_id))
        verdict = at_the_door(broadcast, contact, self._deps.news, at=at)
        if verdict.never is None:
            return job if verdict.later is None else Until(verdict.later)
        metrics.EFFECTS.labels("whatsapp", verdict.never).inc()
        return await self._recorder.conclude(stored.job, stored.version, *failed(_flagged(stored.job, job), verdict.never, at=at))

    async def _refuse(self, stored: StoredJob, fitted: Job, verdict: SendVerdict) -> Next:
        """End a try before any byte of the message left."""
        before = stored.job
        metrics.EFFECTS.labels("whatsapp_upload", str(verdict.action)).inc()
        _log.warning(
            "effect.unprepared", job=before.key, reason=verdict.reason, action=verdict.action, correlation_id=before.correlation_id
        )
        settled = attempt.settle(
            _flagged(before, fitted), verdict, at=self._deps.clock(), jitter=self._deps.jitter(), policy=self._deps.policy
        )
        step = await self._recorder.conclude(before, stored.version, *settled)
        await self._deps.sender_limiter.apply(verdict)
        return step

    async def _try(self, lease: LaneLease, stored: StoredJob, ready: Job) -> Next:
        """Write that the try begins, call, write what it came to."""
        if not lease.has_time:
            return await self._recorder.put(ready, stored.version)  # the lane goes back and is taken again with a fresh lease
        job = attempt.start(ready, at=self._deps.clock())
        begun = await self._deps.jobs.replace(job, stored.version)
        if not lease.has_time:
            raise LeaseLost  # what was written as `running` is found by the next holder of the lane
        if begun is None:
            return Again()
        began = monotonic_seconds()
        with _span("send", job) as span:
            outcome, verdict = await self._call(job)
            if verdict.action is not Action.DONE:
                span.fail(verdict.reason)
        _tell(job, verdict, seconds=monotonic_seconds() - began)
        provider_id = outcome.provider_id if isinstance(outcome, Accepted) else None
        step = await self._recorder.answer(job, begun, verdict, provider_id)
        if provider_id:
            self._accepted(provider_id)
        if job.channel is Channel.WHATSAPP:
            await self._deps.sender_limiter.apply(verdict)
        return step

    async def _call(self, job: Job) -> tuple[Outcome, SendVerdict]:
        if isinstance(job.outgoing, CourtCallback):
            outcome = await self._deps.courts.call(job.outgoing)
            return outcome, judge_court(outcome)
        outcome = await self._deps.messenger.send(job.address, job.outgoing, media_id=job.media_id, effect_key=job.key)
        return outcome, judge_whatsapp(outcome)


def _span(act: str, job: Job) -> tracing.OpenSpan:
    attributes: dict[str, tracing.Attribute] = {
        "messaging.message.conversation_id": job.correlation_id,
        "adminduk.channel": job.channel.value,
        "adminduk.attempt": job.attempt,
    }
    return tracing.span(f"{act} {job.kind}", job.traceparent, attributes=attributes)


def _flagged(before: Job, job: Job) -> Job:
    """Return a job that ends without another try, flagged where an earlier one may have arrived."""
    return replace(job, maybe_duplicate=before.maybe_duplicate or before.state is JobState.UNKNOWN)


def _tell(job: Job, verdict: SendVerdict, *, seconds: float) -> None:
    metrics.EFFECT_SECONDS.labels(str(job.channel)).observe(seconds)
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
        ms=round(seconds * 1000, 1),
        correlation_id=job.correlation_id,
        trace_id=trace_id_of(job.traceparent),
    )
