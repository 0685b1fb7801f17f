"""What the provider's webhook says of a message, folded into its job: in any order, repeated, or before our own record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.notifier.domain.job import Job, JobState, Progress, Step, done, noted, with_id


def fold_status(job: Job, provider_id: str, progress: Progress, *, at: datetime) -> Step:
    """Apply a webhook's status that is not a failure: in any order, repeated, before our own record, with ranks left out.

    A sign of life ends `running` and `unknown` (this is the reconciliation) and proves a `failed` or `discarded` wrong.
    """
    higher = replace(job, provider_ids=with_id(job, provider_id), progress=_higher(job.progress, progress))
    if higher.state is JobState.DONE:
        return higher, ()
    was_judged = higher.state in (JobState.READY, JobState.HELD, JobState.FAILED, JobState.DISCARDED) and provider_id in job.provider_ids
    if was_judged and progress.rank < Progress.DELIVERED.rank:
        return higher, ()  # a late `sent` of a try that failed afterwards
    return done(noted(higher, f"status_{progress}", at), at=at, provider_id=None)


def is_stale_failure(job: Job, provider_id: str) -> bool:
    """Return whether a `failed` status speaks of a try that is not the present one, or of a message that arrived all the same."""
    if job.progress.rank > Progress.FAILED.rank or job.state in (JobState.FAILED, JobState.DISCARDED, JobState.READY, JobState.HELD):
        return True
    if job.state is JobState.DONE:
        return provider_id in job.provider_ids[:-1]
    return provider_id in job.provider_ids


def note_failure(job: Job, provider_id: str) -> Job:
    """Note that the provider reported a failure for a try; `settle` says what follows."""
    return replace(job, provider_ids=with_id(job, provider_id), progress=_higher(job.progress, Progress.FAILED), done_at=None)


def _higher(one: Progress, other: Progress) -> Progress:
    return max(one, other, key=lambda progress: progress.rank)
