"""Posts, what becomes of them, what people wrote under them; the Graph API; and what an installation decides about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.notifier.domain.outcome import Known, Outcome
from services.notifier.domain.posting.accounts import SocialAccount
from services.notifier.domain.posting.effect import PostEffect
from services.notifier.domain.posting.measure import Counts
from services.notifier.domain.posting.post import PostState, SocialPost
from services.notifier.domain.posting.remark import Remark, RemarkKind, RemarkState
from services.notifier.domain.posting.wording import ContactWays
from services.notifier.ports.pieces import PieceSource
from shared.mongo.files import StoredFile
from shared.reference.working_hours import WorkingHours


@dataclass(frozen=True, slots=True)
class PostQuery:
    """A list's filter. `needed_at`: only what needs a person at that moment; `search`: beginnings of words of title and code.

    `after`: `next` of the page before.
    """

    states: tuple[PostState, ...] = ()
    needed_at: datetime | None = None
    account: str = ""
    search: str = ""
    after: str | None = None
    limit: int = 30


@dataclass(frozen=True, slots=True)
class PostPage:
    """Posts, the latest time first, and where the next page begins (None: this is the last)."""

    rows: tuple[SocialPost, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RemarkQuery:
    """A list's filter, as `PostQuery`."""

    states: tuple[RemarkState, ...] = ()
    account: str = ""
    post_id: str = ""
    after: str | None = None
    limit: int = 30


@dataclass(frozen=True, slots=True)
class RemarkPage:
    """Remarks, the one whose clock ends first at the top, and where the next page begins."""

    rows: tuple[Remark, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Needed:
    """How much waits for a person, and whether one of it is late."""

    number: int
    is_late: bool


class PostReader(Protocol):
    """Plain reads for the desk and the publisher."""

    async def find(self, post_id: str) -> SocialPost | None:
        """Return one."""

    async def page(self, query: PostQuery) -> PostPage:
        """Return one page; raises BadInput (`cursor_malformed`)."""

    async def between(self, begins: datetime, ends: datetime, limit: int) -> Sequence[SocialPost]:
        """Return what is planned from one moment until another, the earliest first."""

    async def effects_of(self, post_ids: Sequence[str]) -> Mapping[str, Sequence[PostEffect]]:
        """Return what became of posts on each account."""

    async def effects(self, keys: Sequence[str]) -> Mapping[str, PostEffect]:
        """Return effects by their keys."""

    async def find_published(self, account: str, provider_id: str) -> PostEffect | None:
        """Return the effect that the platform knows by that id."""

    async def needed(self, at: datetime) -> Needed:
        """Return how many posts need a person: to approve, to post by hand now, to look, to mend."""

    async def stopped(self, after: str | None, limit: int) -> tuple[Sequence[PostEffect], str | None]:
        """Return what waits for a person, the latest first, and where the next page begins; raises BadInput (`cursor_malformed`)."""

    async def is_public(self, file_id: str) -> bool:
        """Return whether a picture belongs to a post that is approved."""

    async def to_measure(self, at: datetime, limit: int) -> Sequence[PostEffect]:
        """Return publications whose numbers are due."""

    async def remark(self, remark_id: str) -> Remark | None:
        """Return what somebody wrote."""

    async def remarks(self, query: RemarkQuery) -> RemarkPage:
        """Return one page; raises BadInput (`cursor_malformed`)."""

    async def has_link(self, post_id: str, account: str, author: str) -> bool:
        """Return whether somebody was given the link under a post on an account by itself."""

    async def open_remarks(self, at: datetime) -> Needed:
        """Return how many wait for an answer or have one that stopped, and whether one waits too long."""

    async def mark(self) -> Hashable:
        """Return what is another whenever a remark came or an effect moved."""


class PostEffects(Protocol):
    """Effects outside a unit of work: single writes guarded by the version that was read."""

    async def head(self, account: str) -> tuple[PostEffect, int] | None:
        """Return the open effect of an account that is due first, with its version."""

    async def replace(self, effect: PostEffect, version: int) -> int | None:
        """Write the next state over that version; return the new version, or None where another was first."""


class PictureStore(Protocol):
    """The pictures of posts, made anew (ADR 43)."""

    async def put(self, file_id: str, chunks: AsyncIterator[bytes], *, max_bytes: int, media_types: frozenset[str]) -> StoredFile:
        """Keep one; raises BadInput or TooLarge."""

    async def find(self, file_id: str) -> StoredFile | None:
        """Return what is known of one; its size in pixels stands in `metadata["size"]`."""

    async def open(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """Return one with its bytes; raises NotFound (`file_not_found`)."""


class PreparedCondition(StrEnum):
    """The condition of what the provider holds before it is published."""

    READY = "ready"
    NOT_YET = "not_yet"
    GONE = "gone"
    SHOWN = "shown"
    """It is published already."""
    FULL = "full"
    """As many posts were published in 24 hours as may be."""


@dataclass(frozen=True, slots=True)
class PreparedPost:
    """What the provider holds for a post; nobody sees it yet."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundPost:
    """What is there: its id on the platform, and its address."""

    provider_id: str
    link: str | None


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """Where the platform fetches a picture, and what it shows in words."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class AnsweredTo:
    """Whom an answer is for: the comment or the person, by the platform's ids."""

    kind: RemarkKind
    provider_id: str
    author: str


class SocialGraph(Protocol):
    """The Graph API. None of these raises for what Meta or the network does."""

    async def prepare(self, account: SocialAccount, text: str, pictures: Sequence[PictureAddress]) -> PreparedPost | Outcome:
        """Have the provider fetch pictures and text; nobody sees it, so it may be repeated."""

    async def condition(self, account: SocialAccount, prepared: tuple[str, ...]) -> PreparedCondition | Outcome:
        """Return whether what was prepared may be published now."""

    async def publish(self, account: SocialAccount, text: str, prepared: tuple[str, ...]) -> Outcome:
        """Show it to everybody; `Accepted.provider_id` is its id."""

    async def find(self, account: SocialAccount, text: str, prepared: tuple[str, ...], since: datetime) -> FoundPost | Known:
        """Ask the account whether it shows it, tried since then."""

    async def link_of(self, account: SocialAccount, provider_id: str) -> str | None:
        """Return the address of what was published; None where it can't be had now."""

    async def measure(self, account: SocialAccount, provider_id: str) -> Counts | Outcome:
        """Return the numbers so far."""

    async def answer(self, account: SocialAccount, to: AnsweredTo, text: str) -> Outcome:
        """Answer a comment under it, or a message."""

    async def find_answer(self, account: SocialAccount, to: AnsweredTo, text: str) -> FoundPost | Known:
        """Ask whether that answer stands there."""


@dataclass(frozen=True, slots=True)
class PostingPolicy:
    """What an installation decides. `office`: whose working hours the clock of an answer counts."""

    office: WorkingHours
    unknown: timedelta
    look_prepared: timedelta
    measure_every: timedelta
    answer_hours: timedelta
    answers_with_link: bool
    picture_most_bytes: int

    def due(self, came_at: datetime) -> datetime:
        """Return by when it is to be answered."""
        return self.office.promise(came_at, self.answer_hours)

    def today(self, at: datetime) -> date:
        """Return the office's day."""
        return at.astimezone(self.office.zone).date()


@dataclass(frozen=True, slots=True)
class PostingDeps:
    """What is needed to publish. `said`: service -> what people call it."""

    accounts: Mapping[str, SocialAccount]
    ways: ContactWays
    policy: PostingPolicy
    graph: SocialGraph
    reader: PostReader
    effects: PostEffects
    pictures: PictureStore
    pieces: PieceSource
    said: Mapping[str, str]
    pictures_url: str
    is_storage_low: Callable[[], bool] = lambda: False
    """Whether a disk is nearly full, so that no new picture is taken in (ADR 62); asks nobody."""

    def picture_url(self, file_id: str) -> str:
        """Return where a platform fetches a picture."""
        return f"{self.pictures_url.rstrip('/')}/kiriman/{file_id}.jpg"
