"""One outside effect and its life: `ready -> running -> done | unknown | failed`, and `failed -> discarded` where an operator says so.

A template says "reply to read it". What it stands for is a job of its own, `held` until the person writes, then `ready` before all others.

The key names the effect, not the try: two jobs with one key can't exist, and the key travels with every try
(`biz_opaque_callback_data`, `webhook-id`), so that whoever has seen the effect can tell us so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.notifier.domain.facts import Fact, NewsDeclined, NoticeDelivered, NoticeFailed, NoticeKind
from services.notifier.domain.message import Message, RecordOnly, Template
from services.notifier.domain.tries import Try
from shared.errors import DomainError
from shared.values import BROADCAST_KEY, Channel

_HISTORY: Final = 20  # tries kept on a job; older ones are in the logs


class JobState(StrEnum):
    """The state of a job. `ready`, `running`, `unknown` are in flight; `held` waits for the person, `failed` for an operator."""

    READY = "ready"
    RUNNING = "running"
    UNKNOWN = "unknown"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    DISCARDED = "discarded"


_UNTOLD: Final = frozenset({NoticeKind.REPLY, NoticeKind.BROADCAST})
"""Kinds of which nobody waits for word of each: replies are the dialogue itself, a broadcast counts its own."""
OPEN: Final = frozenset({JobState.READY, JobState.RUNNING, JobState.UNKNOWN})
BEHIND: Final = ":message"
"""Ends the key of what was held behind a template."""
DOCUMENT_KEY: Final = "document:"
"""Begins the key of a notice that brings a document; its id follows."""
AGAIN: Final = ":again:"
"""Stands in the key of a document that is sent once more, before the id of the message that asks for it."""
PROVIDER_OPT_OUT: Final = "meta_131050"
"""Reason of a message to somebody who stopped our broadcasts at WhatsApp itself (Cloud API, error codes)."""
RETRIED_BY_HAND: Final = "retried_by_hand"
"""Reason of a job that an operator put back into its lane."""


class Progress(StrEnum):
    """The progress of a message by the provider's webhook, in order. Only the highest is kept."""

    NONE = "none"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"

    @property
    def rank(self) -> int:
        """Its place in that order."""
        return tuple(Progress).index(self)


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
    known_at: datetime | None = None
    """When the address was last known to be the recipient's: their last message before they asked for what this tells."""

    @property
    def is_open(self) -> bool:
        """Whether it still stands in its lane."""
        return self.state in OPEN

    @property
    def template_key(self) -> str | None:
        """The key of the job whose template stood for this one, or None."""
        return self.key.removesuffix(BEHIND) if self.key.endswith(BEHIND) else None

    @property
    def document_id(self) -> str | None:
        """The document that it brings, or None."""
        return self.key.removeprefix(DOCUMENT_KEY).partition(AGAIN)[0] if self.kind is NoticeKind.DOCUMENT else None

    @property
    def addressee(self) -> tuple[str, str] | None:
        """The broadcast and the contact that it is of and for; None where it is no message of a broadcast."""
        broadcast, _, contact = self.key.removeprefix(BROADCAST_KEY).partition(":")
        return (broadcast, contact) if self.key.startswith(BROADCAST_KEY) else None

    @property
    def reference(self) -> str | None:
        """What people know it by: receipt or number of a document; None where it has none."""
        return next((ref for ref in self.refs if ref.startswith("MDN-") or ref[:5] == "3519-"), None)

    @property
    def outgoing(self) -> Message:
        """The message that the next try sends."""
        return self.fallback if self.template_since is not None and self.fallback is not None else self.message

    @property
    def provider_id(self) -> str | None:
        """The provider's id of the last accepted try."""
        return self.provider_ids[-1] if self.provider_ids else None


Step = tuple[Job, tuple[Fact, ...]]


def record_only(job: Job, *, at: datetime) -> Step:
    """Finish a notice that nobody needs to send: the adapter reads the state itself. No delivery is reported."""
    assert isinstance(job.message, RecordOnly)  # noqa: S101 - a programming error
    finished, _ = done(job, at=at)
    return finished, ()


def retry_by_hand(job: Job, *, at: datetime) -> Job:
    """Put a parked job back in its lane, by an operator's hand, with all its tries again.

    Raises:
        DomainError: `job_not_failed` unless it is `failed`.
    """
    if job.state is not JobState.FAILED:
        raise DomainError("job_not_failed", job.state)
    return replace(job, state=JobState.READY, failures=0, waits=0, next_at=at, reason=RETRIED_BY_HAND, done_at=None)


def discard_by_hand(job: Job, note: str, *, at: datetime) -> Job:
    """Discard a parked job, by an operator's decision.

    Raises:
        DomainError: `job_not_failed` unless it is `failed`.
    """
    if job.state is not JobState.FAILED:
        raise DomainError("job_not_failed", job.state)
    return replace(job, state=JobState.DISCARDED, note=note, done_at=at)


def with_id(job: Job, provider_id: str) -> tuple[str, ...]:
    """Return the provider's ids with one more; that of the present try stays the last."""
    if provider_id in job.provider_ids:
        return job.provider_ids
    if job.state is JobState.DONE and job.provider_ids:  # an earlier try shows up: the last place is the present try's
        return (*job.provider_ids[:-1], provider_id, job.provider_ids[-1])
    return (*job.provider_ids, provider_id)


def noted(job: Job, result: str, at: datetime) -> Job:
    """Return the job with the result of the present try."""
    return replace(job, history=(*job.history, Try(job.attempt, at, result))[-_HISTORY:])


def done(job: Job, *, at: datetime, provider_id: str | None = None) -> Step:
    """End a job: the recipient's side has it."""
    ids = job.provider_ids if provider_id is None else with_id(job, provider_id)
    ended = replace(job, state=JobState.DONE, provider_ids=ids, reason=None, done_at=at)
    if job.kind in _UNTOLD:
        return ended, ()
    return ended, (NoticeDelivered(job.key, job.request_id, job.channel, job.kind, at, job.maybe_duplicate, job.document_id),)


def failed(job: Job, reason: str, *, at: datetime) -> Step:
    """Fail a job: it waits for an operator. A message of a broadcast waits for nobody: its broadcast counts it."""
    if job.kind is NoticeKind.BROADCAST:
        return _missed(job, reason, at=at)
    parked = replace(job, state=JobState.FAILED, reason=reason, done_at=at)
    return parked, (NoticeFailed(job.key, job.request_id, job.channel, job.kind, at, reason, job.document_id),)


def _missed(job: Job, reason: str, *, at: datetime) -> Step:
    ended = replace(job, state=JobState.DISCARDED, reason=reason, done_at=at)
    if job.addressee is None or reason != PROVIDER_OPT_OUT:
        return ended, ()
    return ended, (NewsDeclined(job.key, job.addressee[1], reason, at),)
