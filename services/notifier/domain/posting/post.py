"""A post: text and pictures for some accounts at a time, written by one, approved by another. Pure.

    proposed -> approved | returned | cancelled
    returned -> proposed (mended) | cancelled
    approved -> proposed (mended) | cancelled

What becomes of it on each account is an effect of its own (`effect.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.notifier.domain.broadcast import Hand
from services.notifier.domain.posting.accounts import LIMITS, SocialAccount, hashtags, length
from services.notifier.domain.posting.wording import ContactWays, full_text
from shared.errors import DomainError

TITLE_MOST: Final = 80  # characters, as the list shows it
TEXT_MOST: Final = 5_000  # characters of what is typed; each platform has its own limit below
ALT_MOST: Final = 1_000  # characters: Instagram's limit of an alt text
PICTURES_MOST: Final = 10
NOTE_MOST: Final = 300
SOURCE: Final = re.compile(r"[A-Z][2-9][2-9A-HJ-NP-Z]{1,3}")
"""What a code of a source looks like (ADR 47); whether there is such a source intake knows."""
AHEAD_MOST: Final = timedelta(days=400)  # the calendar of the next year is made before it begins


class PostState(StrEnum):
    """The state of a post's plan."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PostPicture:
    """A picture as it is kept: our file, pixels across and down, and what it shows in words, for who does not see it."""

    file_id: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class PostTarget:
    """An account, and the code of the source that who comes from there is counted under."""

    account: str
    source: str


@dataclass(frozen=True, slots=True)
class PostContent:
    """What somebody wrote. `at`: when it is to be published."""

    title: str
    text: str
    pictures: tuple[PostPicture, ...]
    targets: tuple[PostTarget, ...]
    at: datetime

    def source_on(self, account: str) -> str:
        """Return the code of its source on an account."""
        return next(target.source for target in self.targets if target.account == account)


@dataclass(frozen=True, slots=True)
class SocialPost:
    """A post. `revision` counts how often it was written; an approval is of one revision. `note`: why it was returned."""

    post_id: str
    content: PostContent
    written_by: Hand
    written_at: datetime
    state: PostState = PostState.PROPOSED
    revision: int = 1
    judged_by: Hand | None = None
    judged_at: datetime | None = None
    note: str = ""


def check_content(content: PostContent, accounts: Mapping[str, SocialAccount], ways: ContactWays, *, now: datetime) -> PostContent:
    """Return what may be planned.

    Raises:
        DomainError: `title_missing`, `text_missing`, `account_missing`, `account_unknown`, `source_malformed`, `picture_missing`,
            `alt_missing`, `too_many_pictures`, `time_past`, `time_too_far`; of an account `text_too_long`, `too_many_hashtags`,
            `picture_shape`, with its name as detail.
    """
    if not content.title:
        raise DomainError("title_missing")
    if not content.text.strip():
        raise DomainError("text_missing")
    if not content.targets:
        raise DomainError("account_missing")
    if len(content.pictures) > PICTURES_MOST:
        raise DomainError("too_many_pictures", str(PICTURES_MOST))
    if any(not picture.alt.strip() for picture in content.pictures):
        raise DomainError("alt_missing")
    if content.at < now:
        raise DomainError("time_past")
    if content.at > now + AHEAD_MOST:
        raise DomainError("time_too_far")
    for target in content.targets:
        _check_target(content, target, accounts, ways)
    return content


def _check_target(content: PostContent, target: PostTarget, accounts: Mapping[str, SocialAccount], ways: ContactWays) -> None:
    account = accounts.get(target.account)
    if account is None:
        raise DomainError("account_unknown", target.account)
    if SOURCE.fullmatch(target.source) is None:
        raise DomainError("source_malformed", account.name)
    limits = LIMITS[account.platform]
    text = full_text(content.text, account.platform, target.source, ways)
    if (long := length(text, account.platform)) > limits.characters:
        raise DomainError("text_too_long", f"{account.name}: {long} dari {limits.characters}")
    if limits.hashtags and hashtags(text) > limits.hashtags:
        raise DomainError("too_many_hashtags", f"{account.name}: {limits.hashtags}")
    if len(content.pictures) > limits.pictures:
        raise DomainError("too_many_pictures", f"{limits.pictures} di {account.name}")
    if not content.pictures and limits.needs_picture:
        raise DomainError("picture_missing", account.name)
    if any(not limits.narrowest <= picture.width / picture.height <= limits.widest for picture in content.pictures):
        raise DomainError("picture_shape", account.name)


def needs_other(post: SocialPost, staff_id: str) -> bool:
    """Return whether somebody else must judge it: nobody approves what they wrote."""
    return post.written_by.staff_id == staff_id


def approve(post: SocialPost, by: Hand, revision: int, *, at: datetime) -> SocialPost:
    """Return it as approved.

    Raises:
        DomainError: `post_not_proposed`; `post_changed`: another revision than the one that was read; `second_person_needed`.
    """
    _judgeable(post, by, revision)
    return replace(post, state=PostState.APPROVED, judged_by=by, judged_at=at, note="")


def give_back(post: SocialPost, by: Hand, revision: int, note: str, *, at: datetime) -> SocialPost:
    """Return it to whoever wrote it, with why.

    Raises:
        DomainError: as `approve`; `note_missing`.
    """
    _judgeable(post, by, revision)
    said = " ".join(note.split())[:NOTE_MOST]
    if not said:
        raise DomainError("note_missing")
    return replace(post, state=PostState.RETURNED, judged_by=by, judged_at=at, note=said)


def mend(post: SocialPost, content: PostContent, by: Hand, revision: int, *, at: datetime) -> SocialPost:
    """Return it as written anew; it needs another approval. `revision`: the one that was read before.

    Raises:
        DomainError: `post_cancelled`; `post_mended_meanwhile`: somebody else wrote it anew since.
    """
    if post.state is PostState.CANCELLED:
        raise DomainError("post_cancelled")
    if post.revision != revision:
        raise DomainError("post_mended_meanwhile")
    return SocialPost(post.post_id, content, by, at, revision=post.revision + 1)


def cancel(post: SocialPost) -> SocialPost:
    """End the plan: where it is published it stays.

    Raises:
        DomainError: `post_cancelled`.
    """
    if post.state is PostState.CANCELLED:
        raise DomainError("post_cancelled")
    return replace(post, state=PostState.CANCELLED)


def _judgeable(post: SocialPost, by: Hand, revision: int) -> None:
    if post.state is not PostState.PROPOSED:
        raise DomainError("post_not_proposed", post.state)
    if post.revision != revision:
        raise DomainError("post_changed")
    if needs_other(post, by.staff_id):
        raise DomainError("second_person_needed")
