"""The dependencies of the handlers, fixed for a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.notifier.domain.broadcast_texts import ApprovedText
from services.notifier.domain.news import NewsPolicy
from services.notifier.domain.pacing import Rate
from services.notifier.domain.policy import SendPolicy
from services.notifier.domain.texts import NoticeTexts
from services.notifier.ports.broadcasts import BroadcastReader
from services.notifier.ports.posting import PostingDeps
from services.notifier.ports.sending import Courts, DocumentSource, EarlyStatuses, JobReader, Jobs, Lanes, Messenger, SenderLimiter
from services.notifier.ports.tx import Transact
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of the handlers."""

    clock: Clock
    jitter: Callable[[], float]
    policy: SendPolicy
    texts: NoticeTexts
    pair_rate: Rate
    transact: Transact
    lanes: Lanes
    jobs: Jobs
    early_statuses: EarlyStatuses
    job_reader: JobReader
    sender_limiter: SenderLimiter
    messenger: Messenger
    courts: Courts
    documents: DocumentSource
    broadcasts: BroadcastReader
    news: NewsPolicy
    approved_texts: Mapping[str, ApprovedText]
    posting: PostingDeps
    lease_seconds: float = 10.0
