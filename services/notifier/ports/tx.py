"""One unit of work over the notifier's aggregates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from services.notifier.domain.broadcast import Broadcast
from services.notifier.domain.facts import Fact
from services.notifier.domain.job import Job, JobState
from services.notifier.domain.news import NewsContact, NewsRecipient, NumberHealth
from services.notifier.domain.posting.effect import PostEffect
from services.notifier.domain.posting.post import SocialPost
from services.notifier.domain.posting.remark import Remark
from services.notifier.ports.sending import EarlyStatus

R = TypeVar("R")


class Tx(Protocol):
    """The notifier's unit of work."""

    async def find_job(self, key: str) -> Job | None:
        """Return the job of that effect."""

    async def get_job(self, key: str) -> Job:
        """Return the job of that effect; raises NotFound (`jobs_not_found`)."""

    async def find_job_by_provider_id(self, provider_id: str) -> Job | None:
        """Return the job one of whose tries the provider knows by that id."""

    async def prefetch_jobs_by_provider_id(self, provider_ids: Iterable[str]) -> None:
        """Read many jobs at once by the provider's ids, in one query."""

    async def prefetch_jobs(self, keys: Iterable[str]) -> None:
        """Read many jobs at once, in one query."""

    def add_job(self, job: Job) -> None:
        """Add a new job and raise its lane's revision."""

    def save_job(self, job: Job) -> None:
        """Save the next state of a job and raise its lane's revision, unless it had left the lane before."""

    def emit(self, *facts: Fact) -> None:
        """Emit what became true of jobs that were added or saved before."""

    def note_lost(self, lane: str, at: datetime) -> None:
        """Note that whoever was known at the lane's address before that moment has it no more."""

    async def jobs_in(self, lane: str, states: Collection[JobState]) -> tuple[Job, ...]:
        """Return what is in the lane in these states, which are open ones or `held`."""

    def note_held(self, lane: str, since: datetime | None) -> None:
        """Note since when something is held in the lane; None: nothing is. `save_job` notes by itself what it begins to hold."""

    def note_inbound(self, lane: str, at: datetime) -> None:
        """Note that the person wrote at that time: the 24-hour window of the lane is open from then."""

    def keep_status(self, status: EarlyStatus) -> None:
        """Keep a status for a job that will turn up."""

    def drop_status(self, status: EarlyStatus) -> None:
        """Forget a kept status that was taken in."""

    async def find_broadcast(self, broadcast_id: str) -> Broadcast | None:
        """Return a broadcast."""

    async def get_broadcast(self, broadcast_id: str) -> Broadcast:
        """Return a broadcast; raises NotFound (`broadcasts_not_found`)."""

    async def running_broadcasts(self) -> tuple[Broadcast, ...]:
        """Return those that run."""

    def add_broadcast(self, broadcast: Broadcast) -> None:
        """Add a new broadcast."""

    def save_broadcast(self, broadcast: Broadcast) -> None:
        """Save the next state of a broadcast."""

    def add_recipients(self, recipients: Sequence[NewsRecipient]) -> None:
        """Add people to a broadcast's list; who stands there stays as they are."""

    async def recipients(self, keys: Sequence[str]) -> tuple[NewsRecipient, ...]:
        """Return people of lists by their keys, in one query."""

    def save_recipient(self, recipient: NewsRecipient) -> None:
        """Save somebody of the list who was read."""

    async def news_contacts(self, contact_ids: Sequence[str]) -> Mapping[str, NewsContact]:
        """Return what is known of these people's wishes, in one query; of who is not known, nothing but the id."""

    def keep_news_contact(self, contact: NewsContact) -> None:
        """Keep what `news_contacts` returned, changed."""

    async def get_post(self, post_id: str) -> SocialPost:
        """Return a post; raises NotFound (`posts_not_found`)."""

    def add_post(self, post: SocialPost) -> None:
        """Add a new post."""

    def save_post(self, post: SocialPost) -> None:
        """Save the next state of a post."""

    async def post_effects(self, post_id: str) -> tuple[PostEffect, ...]:
        """Return what became of a post, or of an answer, on each account."""

    async def find_effect(self, key: str) -> PostEffect | None:
        """Return an effect."""

    async def get_effect(self, key: str) -> PostEffect:
        """Return an effect; raises NotFound (`post_effects_not_found`)."""

    def keep_effect(self, effect: PostEffect) -> None:
        """Keep an effect that was looked for before; what is open raises its lane's revision."""

    async def find_remark(self, remark_id: str) -> Remark | None:
        """Return what somebody wrote."""

    async def get_remark(self, remark_id: str) -> Remark:
        """Return what somebody wrote; raises NotFound (`remarks_not_found`)."""

    def add_remark(self, remark: Remark) -> None:
        """Add what somebody wrote."""

    def save_remark(self, remark: Remark) -> None:
        """Save its next state."""

    async def number_health(self) -> NumberHealth:
        """Return how WhatsApp rates our number."""

    def keep_number_health(self, health: NumberHealth) -> None:
        """Keep what `number_health` returned, changed."""


class Transact(Protocol):
    """A function that runs a body in a unit of work of its own, with fresh reads when it lost a race."""

    async def __call__(self, body: Callable[[Tx], Awaitable[R]], job: Job | None = None) -> R:
        """Run `body`; `job` gives correlation and trace to what it emits."""
