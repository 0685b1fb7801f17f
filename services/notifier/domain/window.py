"""The 24-hour rule of WhatsApp: a free message while the person has written lately, else the template, and what it stands for later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.notifier.domain.job import BEHIND, Job, JobState, Progress, Step, failed
from services.notifier.domain.message import Template
from services.notifier.domain.policy import SendPolicy
from shared.values import Channel


def in_window(last_inbound_at: datetime | None, *, at: datetime, policy: SendPolicy) -> bool:
    """Return whether a free message may be sent: the person wrote within the last 24 hours. Nothing known counts as closed."""
    return last_inbound_at is not None and (at - last_inbound_at).total_seconds() < policy.window_seconds


def fit_window(job: Job, last_inbound_at: datetime | None, *, at: datetime, policy: SendPolicy) -> Step:
    """Choose between the free message and the template for the next try; without a template the job fails.

    A message that is a template itself may always go.

    A job that was turned to its template stays so, unless the person has written again since: then they get the message itself.
    """
    if job.channel is not Channel.WHATSAPP or isinstance(job.message, Template):
        return job, ()
    if last_inbound_at is None or not in_window(last_inbound_at, at=at, policy=policy):
        return (job, ()) if job.template_since is not None else use_template(job, "window_closed", at=at)
    if job.template_since is not None and last_inbound_at > job.template_since:
        return replace(job, template_since=None), ()
    return job, ()


def behind_template(job: Job) -> Job | None:
    """Return the held job with the message that a finished job's template stands for, or None: a document goes with its template."""
    fallback = job.fallback
    if job.state is not JobState.DONE or job.template_since is None or fallback is None or fallback.file is not None:
        return None
    key = f"{job.key}{BEHIND}"
    return replace(
        job,
        key=key,
        refs=(key, *job.refs),
        fallback=None,
        state=JobState.HELD,
        attempt=0,
        failures=0,
        waits=0,
        provider_ids=(),
        progress=Progress.NONE,
        maybe_duplicate=False,
        reason="waits_for_the_person",
        done_at=None,
        history=(),
    )


def holds_something(job: Job) -> bool:
    """Return whether its lane must know of something that waits for the person: this job, or what its template stands for."""
    return job.state is JobState.HELD or behind_template(job) is not None


def let_out(job: Job, template: Job | None, *, at: datetime) -> Job:
    """Release a held job now that the person wrote: it goes first; discard it where the template's own job still sends the message."""
    if template is not None and template.is_open:
        return replace(job, state=JobState.DISCARDED, reason=None, done_at=at, note="Its message goes by the job of its template.")
    return replace(job, state=JobState.READY, template_since=None, created_at=at, next_at=at, reason=None)


def use_template(job: Job, reason: str, *, at: datetime) -> Step:
    """Send the template next, hold what a template stood for already, or fail where there is no template."""
    if job.template_key is not None:  # the person was told by the template that something waits
        return replace(job, state=JobState.HELD, template_since=at, reason=reason), ()
    if job.fallback is None:
        return failed(job, "window_closed", at=at)
    return replace(job, template_since=at, reason=reason), ()
