"""Makes jobs of what other services publish, and applies the provider's statuses to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.notifier.domain import attempt, ownership, window
from services.notifier.domain import job as jobs
from services.notifier.domain import status as statuses
from services.notifier.domain.job import Job, JobState, Progress
from services.notifier.domain.message import RecordOnly
from services.notifier.domain.outcome import Action, Refused, judge_whatsapp
from services.notifier.domain.recipient import Recipient, lane_of
from services.notifier.ports import Deps, EarlyStatus, Tx
from shared import logs, metrics
from shared.values import Channel

_log = logs.get("handlers")


async def announce(tx: Tx, deps: Deps, contact: Recipient, wanted: Sequence[Job]) -> None:
    """Put jobs into their recipient's lane; an effect that already has its job is left alone, whatever the message that asks again."""
    if contact.channel is Channel.WHATSAPP and contact.last_inbound_at is not None:
        tx.note_inbound(lane_of(contact), contact.last_inbound_at)
    for job in wanted:
        if await tx.find_job(job.key) is not None:
            continue
        if isinstance(job.message, RecordOnly):
            done, facts = jobs.record_only(job, at=deps.clock())
            tx.add_job(done)
            tx.emit(*facts)
        else:
            tx.add_job(job)


async def take_status(tx: Tx, deps: Deps, status: EarlyStatus, effect_key: str | None) -> None:
    """Apply a webhook's status to its job, or keep the status until the job is known."""
    job = await tx.find_job(effect_key) if effect_key else None
    if job is None:
        job = await tx.find_job_by_provider_id(status.provider_id)
    if job is None:
        tx.keep_status(status)
        return
    await _apply(tx, deps, job, status)


async def take_early_status(tx: Tx, deps: Deps, status: EarlyStatus) -> None:
    """Apply a kept status, now that its job is known."""
    job = await tx.find_job_by_provider_id(status.provider_id)
    if job is not None:
        await _apply(tx, deps, job, status)
        tx.drop_status(status)


async def _apply(tx: Tx, deps: Deps, job: Job, status: EarlyStatus) -> None:
    at = deps.clock()
    if status.progress is not Progress.FAILED:
        after, facts = statuses.fold_status(job, status.provider_id, status.progress, at=at)
        if after != job:
            tx.save_job(after)
            tx.emit(*facts)
        return
    if statuses.is_stale_failure(job, status.provider_id):
        return
    verdict = judge_whatsapp(Refused(status=0, code=status.error_code))
    after, facts = attempt.settle(statuses.note_failure(job, status.provider_id), verdict, at=at, jitter=deps.jitter(), policy=deps.policy)
    metrics.EFFECTS.labels("whatsapp", verdict.action).inc()
    _log.warning("effect.refused", job=job.key, reason=verdict.reason, action=verdict.action, via="webhook")
    tx.save_job(after)
    tx.emit(*facts)
    if verdict.action in (Action.SLOW_DOWN, Action.MAINTENANCE, Action.PAUSE_SENDER):
        await deps.sender_limiter.apply(verdict)


async def let_out_held(tx: Tx, lane: str, inbound_at: datetime, *, at: datetime) -> None:
    """Release the jobs held before the person wrote at `inbound_at`; they go before anything new."""
    held = await tx.jobs_in(lane, {JobState.HELD})
    waiting = [job for job in held if job.template_since is not None and job.template_since >= inbound_at]
    for job in held:
        if job not in waiting:
            tx.save_job(window.let_out(job, await tx.find_job(job.template_key or ""), at=at))
    tx.note_held(lane, min((job.template_since for job in waiting if job.template_since), default=None))


async def lose_address(tx: Tx, lane: str, lost_at: datetime | None, *, at: datetime) -> None:
    """Withhold what waits for whoever had the address until then; None: nobody lost it.

    What comes later, or is on its way, the sender asks about each time. A reply to who has the address now says it too, for the news of
    the loss may come after it.
    """
    if lost_at is None:
        return
    tx.note_lost(lane, lost_at)
    for job in await tx.jobs_in(lane, ownership.WAITING):
        if ownership.is_of_former(job, lost_at):
            withheld, facts = ownership.withhold(job, at=at)
            _log.warning("effect.withheld", job=job.key, reason=ownership.ADDRESS_LOST)
            tx.save_job(withheld)
            tx.emit(*facts)


async def retry_job(tx: Tx, key: str, *, at: datetime) -> Job:
    """Put a parked job back into its lane.

    Raises:
        NotFound: `jobs_not_found`.
        DomainError: `job_not_failed`.
    """
    job = jobs.retry_by_hand(await tx.get_job(key), at=at)
    tx.save_job(job)
    return job


async def discard_job(tx: Tx, key: str, note: str, *, at: datetime) -> None:
    """End a parked job unsent; the note stays with it.

    Raises:
        NotFound: `jobs_not_found`.
        DomainError: `job_not_failed`.
    """
    tx.save_job(jobs.discard_by_hand(await tx.get_job(key), note, at=at))
