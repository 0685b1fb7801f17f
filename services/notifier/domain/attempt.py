"""One try of a job: from `ready` through `running` to what follows from its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.notifier.domain.job import Job, JobState, Step, done, failed, noted, with_id
from services.notifier.domain.outcome import Action, SendVerdict
from services.notifier.domain.policy import ASK_LIMIT, COURT, PAIR, PROVIDER, SendPolicy
from services.notifier.domain.window import use_template
from shared.errors import DomainError
from shared.values import Channel


def start(job: Job, *, at: datetime) -> Job:
    """Begin a try: written before the call, so that a crash is seen as a try whose end nobody knows.

    A try that follows an `unknown` one is flagged `maybe_duplicate`.

    Raises:
        DomainError: `job_not_startable` unless it is `ready` or `unknown`.
    """
    if job.state not in (JobState.READY, JobState.UNKNOWN):
        raise DomainError("job_not_startable", job.state)
    flagged = job.maybe_duplicate or job.state is JobState.UNKNOWN
    return replace(job, state=JobState.RUNNING, attempt=job.attempt + 1, maybe_duplicate=flagged, next_at=at)


def lose(job: Job, reason: str, *, at: datetime, policy: SendPolicy) -> Job:
    """Note a try whose end is unknown: wait for a sign until the deadline before any repeat."""
    return _unknown(noted(job, reason, at), reason, at=at, policy=policy)


def found_sent(job: Job, *, at: datetime) -> Step:
    """End a job: the recipient's side was asked and has it."""
    return done(noted(job, "reconciled_sent", at), at=at)


def found_not_sent(job: Job, *, at: datetime) -> Job:
    """Make a job ready again: the recipient's side was asked and does not have it, so a repeat is no duplicate."""
    return replace(noted(job, "reconciled_not_sent", at), state=JobState.READY, next_at=at, reason="reconciled_not_sent")


def ask_later(job: Job, *, at: datetime, jitter: float) -> Job | None:
    """Return the job with the time to ask the recipient's side again, or None once that was tried often enough."""
    asked = replace(job, waits=job.waits + 1)
    if asked.waits > ASK_LIMIT:
        return None
    return replace(asked, next_at=at + timedelta(seconds=COURT.seconds(asked.waits, jitter)))


def answer(
    job: Job, attempt: int, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy, provider_id: str | None = None
) -> Step:
    """Apply the answer to try `attempt`, which may come after a webhook has reported it, or after others went on without us."""
    if job.attempt == attempt and job.state in (JobState.RUNNING, JobState.UNKNOWN):
        return settle(job, verdict, at=at, jitter=jitter, policy=policy, provider_id=provider_id)
    if provider_id is None or provider_id in job.provider_ids:
        return job, ()
    return replace(job, provider_ids=with_id(job, provider_id)), ()


def settle(job: Job, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy, provider_id: str | None = None) -> Step:
    """Return what follows from the end of a try, known by the answer or later by webhook. `jitter` in [0, 1)."""
    job = noted(job, verdict.reason, at)
    match verdict.action:
        case Action.DONE:
            return done(job, at=at, provider_id=provider_id)
        case Action.RETRY | Action.MEDIA:
            return _fail_once(job, verdict, at=at, jitter=jitter, policy=policy)
        case Action.USE_TEMPLATE:
            if job.template_since is not None:  # an approved template was refused as if it were a free message: somebody must look at it
                return failed(job, "template_refused", at=at)
            return use_template(_again(job, verdict, at=at, seconds=0.0), verdict.reason, at=at)
        case Action.UNDELIVERABLE | Action.STOP | Action.OUR_FAULT:
            return failed(job, verdict.reason, at=at)
        case _:
            return _wait(job, verdict, at=at, jitter=jitter, policy=policy), ()


def _unknown(job: Job, reason: str, *, at: datetime, policy: SendPolicy) -> Job:
    return replace(job, state=JobState.UNKNOWN, reason=reason, next_at=at + timedelta(seconds=policy.unknown_seconds))


def _again(job: Job, verdict: SendVerdict, *, at: datetime, seconds: float) -> Job:
    return replace(job, state=JobState.READY, reason=verdict.reason, next_at=at + timedelta(seconds=seconds))


def _wait(job: Job, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy) -> Job:
    if verdict.action is Action.UNKNOWN:
        return _unknown(job, verdict.reason, at=at, policy=policy)
    if verdict.action is Action.DELAY_RECIPIENT:
        waited = replace(job, waits=job.waits + 1)
        return _again(waited, verdict, at=at, seconds=max(PAIR.seconds(waited.waits, jitter), verdict.retry_after_seconds or 0.0))
    return _again(job, verdict, at=at, seconds=0.0)  # what everyone waits for is not this job's delay


def _fail_once(job: Job, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy) -> Step:
    failures = job.failures + 1
    job = replace(job, failures=failures, media_id=None if verdict.action is Action.MEDIA else job.media_id)
    court = job.channel is Channel.COURT
    limit = policy.court_limit if court else policy.media_limit if verdict.action is Action.MEDIA else policy.retry_limit
    if failures >= limit:
        return failed(job, verdict.reason, at=at)
    seconds = (COURT if court else PROVIDER).seconds(failures, jitter)
    return _again(job, verdict, at=at, seconds=max(seconds, verdict.retry_after_seconds or 0.0)), ()
