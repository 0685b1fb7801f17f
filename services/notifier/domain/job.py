"""One outside effect and its life: `ready -> running -> done | unknown | failed`, and `failed -> discarded` where an operator says so.

A template says "reply to read it". What it stands for is a job of its own, `held` until the person writes, then `ready` before all others.

The key names the effect, not the try: two jobs with one key can't exist, and the key travels with every try
(`biz_opaque_callback_data`, `webhook-id`), so that whoever has seen the effect can tell us so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.notifier.domain.facts import Channel, Fact, NoticeDelivered, NoticeFailed, NoticeKind
from services.notifier.domain.message import Message, RecordOnly, Template
from services.notifier.domain.outcome import Action, SendVerdict
from services.notifier.domain.pacing import backoff_seconds
from shared.errors import DomainError

_HISTORY: Final = 20  # tries kept on a job; older ones are in the logs
_PAIR_FIRST_SECONDS: Final = 8.0  # 6-10 s with jitter: one message per 6 s is what a person's pair allows
_PAIR_FACTOR: Final = 4.0  # Meta: wait 4^n seconds after the n-th 131056
_PAIR_CAP_SECONDS: Final = 600.0  # a person is not kept waiting longer than that between tries
_RETRY_FIRST_SECONDS: Final = 2.0  # most provider hiccups are over after two seconds
_RETRY_FACTOR: Final = 3.0
_COURT_FIRST_SECONDS: Final = 5.0
_CAP_SECONDS: Final = 40.0  # with jitter 50: within a minute of the end of an outage, of whatever length, everybody hears
_ASK_LIMIT: Final = 2160  # a day at the cap: then the court gets a second copy, flagged


class JobState(StrEnum):
    """Where a job is. `ready`, `running`, `unknown` are in flight; `held` waits for the person, `failed` for an operator."""

    READY = "ready"
    RUNNING = "running"
    UNKNOWN = "unknown"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    DISCARDED = "discarded"


OPEN: Final = frozenset({JobState.READY, JobState.RUNNING, JobState.UNKNOWN})
_BEHIND: Final = ":message"  # ends the key of what was held behind a template
RETRIED_BY_HAND: Final = "retried_by_hand"
"""Reason of a job that an operator put back into its lane."""


class Progress(StrEnum):
    """How far a message came, by the provider's webhook. Only the highest rank is kept."""

    NONE = "none"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


_RANK: Final = {Progress.NONE: 0, Progress.SENT: 1, Progress.FAILED: 2, Progress.DELIVERED: 3, Progress.READ: 4}


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """What a deployment decides. Durations in seconds."""

    window_seconds: float = 24 * 3600
    unknown_seconds: float = 20.0
    retry_limit: int = 48  # over half an hour
    media_limit: int = 4
    court_limit: int = 8640  # four days: a long weekend


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt as it ended: `result` is the verdict's reason."""

    attempt: int
    at: datetime
    result: str


@dataclass(frozen=True, slots=True)
class Job:
    """A notice to one recipient.

    `lane` keeps the order: among the open jobs of a lane, the lowest `order` goes first. `failures` counts the tries that went against the
    limit; being told to wait is none. `provider_ids` are the wamids of all tries, the last one is the present one. `note` says why an
    operator discarded it, and who.
    """

    key: str
    channel: Channel
    kind: NoticeKind
    lane: str
    order: str
    address: str
    message: Message
    created_at: datetime
    next_at: datetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str = ""
    request_id: str | None = None
    refs: tuple[str, ...] = ()
    fallback: Template | None = None
    template_since: datetime | None = None
    state: JobState = JobState.READY
    attempt: int = 0
    failures: int = 0
    waits: int = 0
    media_id: str | None = None
    provider_ids: tuple[str, ...] = ()
    progress: Progress = Progress.NONE
    maybe_duplicate: bool = False
    reason: str | None = None
    done_at: datetime | None = None
    history: tuple[Try, ...] = ()
    note: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still stands in its lane."""
        return self.state in OPEN

    @property
    def template_key(self) -> str | None:
        """The job whose template stood for this one, where one did."""
        return self.key.removesuffix(_BEHIND) if self.key.endswith(_BEHIND) else None

    @property
    def outgoing(self) -> Message:
        """What the next try sends."""
        return self.fallback if self.template_since is not None and self.fallback is not None else self.message

    @property
    def provider_id(self) -> str | None:
        """The provider's name for the last accepted try."""
        return self.provider_ids[-1] if self.provider_ids else None


Step = tuple[Job, tuple[Fact, ...]]


def record_only(job: Job, *, at: datetime) -> Step:
    """Finish a notice that nobody needs to send: the adapter reads the state itself. That it was delivered would be untrue."""
    assert isinstance(job.message, RecordOnly)  # noqa: S101 - a programming error
    done, _ = _done(job, at=at, provider_id=None)
    return done, ()


def in_window(last_inbound_at: datetime | None, *, at: datetime, policy: SendPolicy) -> bool:
    """Whether a free message may be sent: the person wrote within the last 24 hours. Nothing known counts as closed."""
    return last_inbound_at is not None and (at - last_inbound_at).total_seconds() < policy.window_seconds


def fit_window(job: Job, last_inbound_at: datetime | None, *, at: datetime, policy: SendPolicy) -> Step:
    """Choose between the free message and the template for the next try; without a template the job fails.

    A job that was turned to its template stays so, unless the person has written again since: then they get the message itself.
    """
    if job.channel is not Channel.WHATSAPP:
        return job, ()
    if last_inbound_at is None or not in_window(last_inbound_at, at=at, policy=policy):
        return (job, ()) if job.template_since is not None else _use_template(job, "window_closed", at=at)
    if job.template_since is not None and last_inbound_at > job.template_since:
        return replace(job, template_since=None), ()
    return job, ()


def behind_template(job: Job) -> Job | None:
    """What the template of a finished job stands for: its message, held until the person writes. A document goes with its template."""
    fallback = job.fallback
    if job.state is not JobState.DONE or job.template_since is None or fallback is None or fallback.file is not None:
        return None
    key = f"{job.key}{_BEHIND}"
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
    """Whether its lane must know of something that waits for the person: this job, or what its template stands for."""
    return job.state is JobState.HELD or behind_template(job) is not None


def let_out(job: Job, template: Job | None, *, at: datetime) -> Job:
    """The person wrote: what was held goes first, unless the template's own job goes on, which sends the message itself now."""
    if template is not None and template.is_open:
        return replace(job, state=JobState.DISCARDED, reason=None, done_at=at, note="Its message goes by the job of its template.")
    return replace(job, state=JobState.READY, template_since=None, created_at=at, next_at=at, reason=None)


def _use_template(job: Job, reason: str, *, at: datetime) -> Step:
    if job.template_key is not None:  # the person was told by the template that something waits
        return replace(job, state=JobState.HELD, template_since=at, reason=reason), ()
    if job.fallback is None:
        return _failed(job, "window_closed", at=at)
    return replace(job, template_since=at, reason=reason), ()


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
    """A try whose end is unknown: wait for a sign until the deadline before any repeat."""
    return _unknown(_noted(job, reason, at), reason, at=at, policy=policy)


def found_sent(job: Job, *, at: datetime) -> Step:
    """The recipient's side was asked and has it."""
    return _done(_noted(job, "reconciled_sent", at), at=at, provider_id=None)


def found_not_sent(job: Job, *, at: datetime) -> Job:
    """The recipient's side was asked and does not have it: a repeat is no duplicate."""
    return replace(_noted(job, "reconciled_not_sent", at), state=JobState.READY, next_at=at, reason="reconciled_not_sent")


def ask_later(job: Job, *, at: datetime, jitter: float) -> Job | None:
    """The recipient's side could not be asked: when to ask again, or None once it was asked often enough."""
    asked = replace(job, waits=job.waits + 1)
    if asked.waits > _ASK_LIMIT:
        return None
    seconds = backoff_seconds(asked.waits, first=_COURT_FIRST_SECONDS, factor=_RETRY_FACTOR, cap=_CAP_SECONDS, jitter=jitter)
    return replace(asked, next_at=at + timedelta(seconds=seconds))


def answer(
    job: Job, attempt: int, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy, provider_id: str | None = None
) -> Step:
    """Take in the answer to try `attempt`, which may come after a webhook has already told, or after others went on without us."""
    if job.attempt == attempt and job.state in (JobState.RUNNING, JobState.UNKNOWN):
        return settle(job, verdict, at=at, jitter=jitter, policy=policy, provider_id=provider_id)
    if provider_id is None or provider_id in job.provider_ids:
        return job, ()
    return replace(job, provider_ids=_with_id(job, provider_id)), ()


def settle(job: Job, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy, provider_id: str | None = None) -> Step:
    """What follows from the end of a try, whether it was told in the answer or later by webhook. `jitter` in [0, 1)."""
    job = _noted(job, verdict.reason, at)
    match verdict.action:
        case Action.DONE:
            return _done(job, at=at, provider_id=provider_id)
        case Action.RETRY | Action.MEDIA:
            return _strike(job, verdict, at=at, jitter=jitter, policy=policy)
        case Action.USE_TEMPLATE:
            if job.template_since is not None:  # an approved template was refused as if it were a free message: somebody must look at it
                return _failed(job, "template_refused", at=at)
            return _use_template(_again(job, verdict, at=at, seconds=0.0), verdict.reason, at=at)
        case Action.UNDELIVERABLE | Action.STOP | Action.OUR_FAULT:
            return _failed(job, verdict.reason, at=at)
        case _:
            return _wait(job, verdict, at=at, jitter=jitter, policy=policy), ()


def fold_status(job: Job, provider_id: str, progress: Progress, *, at: datetime) -> Step:
    """Take in a webhook's status that is not a failure: in any order, repeated, before our own record, with ranks left out.

    A sign of life ends `running` and `unknown` (this is the reconciliation) and proves a `failed` or `discarded` wrong.
    """
    higher = replace(job, provider_ids=_with_id(job, provider_id), progress=_higher(job.progress, progress))
    if higher.state is JobState.DONE:
        return higher, ()
    was_judged = higher.state in (JobState.READY, JobState.HELD, JobState.FAILED, JobState.DISCARDED) and provider_id in job.provider_ids
    if was_judged and _RANK[progress] < _RANK[Progress.DELIVERED]:
        return higher, ()  # a late `sent` of a try that failed afterwards
    return _done(_noted(higher, f"status_{progress}", at), at=at, provider_id=None)


def is_stale_failure(job: Job, provider_id: str) -> bool:
    """Whether a `failed` status speaks of a try that is not the present one, or of a message that arrived all the same."""
    if _RANK[job.progress] > _RANK[Progress.FAILED] or job.state in (JobState.FAILED, JobState.DISCARDED, JobState.READY, JobState.HELD):
        return True
    if job.state is JobState.DONE:
        return provider_id in job.provider_ids[:-1]
    return provider_id in job.provider_ids


def note_failure(job: Job, provider_id: str) -> Job:
    """Note that the provider reported a failure for a try; `settle` says what follows."""
    return replace(job, provider_ids=_with_id(job, provider_id), progress=_higher(job.progress, Progress.FAILED), done_at=None)


def retry_by_hand(job: Job, *, at: datetime) -> Job:
    """An operator puts a parked job back in its lane, with all its tries again.

    Raises:
        DomainError: `job_not_failed` unless it is `failed`.
    """
    if job.state is not JobState.FAILED:
        raise DomainError("job_not_failed", job.state)
    return replace(job, state=JobState.READY, failures=0, waits=0, next_at=at, reason=RETRIED_BY_HAND, done_at=None)


def discard_by_hand(job: Job, note: str, *, at: datetime) -> Job:
    """An operator decides that a parked job shall not be sent.

    Raises:
        DomainError: `job_not_failed` unless it is `failed`.
    """
    if job.state is not JobState.FAILED:
        raise DomainError("job_not_failed", job.state)
    return replace(job, state=JobState.DISCARDED, note=note, done_at=at)


def _higher(one: Progress, other: Progress) -> Progress:
    return max(one, other, key=_RANK.__getitem__)


def _with_id(job: Job, provider_id: str) -> tuple[str, ...]:
    if provider_id in job.provider_ids:
        return job.provider_ids
    if job.state is JobState.DONE and job.provider_ids:  # an earlier try shows up: the last place is the present try's
        return (*job.provider_ids[:-1], provider_id, job.provider_ids[-1])
    return (*job.provider_ids, provider_id)


def _unknown(job: Job, reason: str, *, at: datetime, policy: SendPolicy) -> Job:
    return replace(job, state=JobState.UNKNOWN, reason=reason, next_at=at + timedelta(seconds=policy.unknown_seconds))


def _noted(job: Job, result: str, at: datetime) -> Job:
    return replace(job, history=(*job.history, Try(job.attempt, at, result))[-_HISTORY:])


def _again(job: Job, verdict: SendVerdict, *, at: datetime, seconds: float) -> Job:
    return replace(job, state=JobState.READY, reason=verdict.reason, next_at=at + timedelta(seconds=seconds))


def _wait(job: Job, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy) -> Job:
    if verdict.action is Action.UNKNOWN:
        return _unknown(job, verdict.reason, at=at, policy=policy)
    if verdict.action is Action.DELAY_RECIPIENT:
        waited = replace(job, waits=job.waits + 1)
        pause = backoff_seconds(waited.waits, first=_PAIR_FIRST_SECONDS, factor=_PAIR_FACTOR, cap=_PAIR_CAP_SECONDS, jitter=jitter)
        return _again(waited, verdict, at=at, seconds=max(pause, verdict.retry_after_seconds or 0.0))
    return _again(job, verdict, at=at, seconds=0.0)  # what everyone waits for is not this job's delay


def _strike(job: Job, verdict: SendVerdict, *, at: datetime, jitter: float, policy: SendPolicy) -> Step:
    failures = job.failures + 1
    job = replace(job, failures=failures, media_id=None if verdict.action is Action.MEDIA else job.media_id)
    court = job.channel is Channel.COURT
    limit = policy.court_limit if court else policy.media_limit if verdict.action is Action.MEDIA else policy.retry_limit
    if failures >= limit:
        return _failed(job, verdict.reason, at=at)
    seconds = backoff_seconds(
        failures,
        first=_COURT_FIRST_SECONDS if court else _RETRY_FIRST_SECONDS,
        factor=_RETRY_FACTOR,
        cap=_CAP_SECONDS,
        jitter=jitter,
    )
    return _again(job, verdict, at=at, seconds=max(seconds, verdict.retry_after_seconds or 0.0)), ()


def _done(job: Job, *, at: datetime, provider_id: str | None) -> Step:
    ids = job.provider_ids if provider_id is None else _with_id(job, provider_id)
    done = replace(job, state=JobState.DONE, provider_ids=ids, reason=None, done_at=at)
    if job.kind is NoticeKind.REPLY:  # replies are the dialogue itself: nobody waits for word of each
        return done, ()
    return done, (NoticeDelivered(job.key, job.request_id, job.channel, job.kind, at, job.maybe_duplicate),)


def _failed(job: Job, reason: str, *, at: datetime) -> Step:
    failed = replace(job, state=JobState.FAILED, reason=reason, done_at=at)
    return failed, (NoticeFailed(job.key, job.request_id, job.channel, job.kind, at, reason),)
