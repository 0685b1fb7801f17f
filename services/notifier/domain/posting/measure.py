"""How often a post was seen, and what people did with it. Pure.

Names as Meta documents them: developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights (reach, views, likes,
comments, shares, saved); developers.facebook.com/docs/graph-api/reference/insights (post_media_view, post_total_media_view_unique).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final

from shared.errors import DomainError

COUNT_MOST: Final = 1_000_000_000  # nobody has more people to show something to
_YOUNG: Final = timedelta(days=2)  # Meta's numbers come up to 48 hours late
_OLD: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of one post since it was published; None: the platform does not tell."""

    reach: int | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None

    @property
    def seen(self) -> int | None:
        """How often it was shown; where that is not told, to how many."""
        return self.views if self.views is not None else self.reach


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts, and when they were read."""

    counts: Counts
    at: datetime


def check_counts(counts: Counts) -> Counts:
    """Return numbers that somebody typed.

    Raises:
        DomainError: `count_missing`: none is there; `count_wrong`: one can't be.
    """
    given = [value for each in fields(counts) if (value := getattr(counts, each.name)) is not None]
    if not given:
        raise DomainError("count_missing")
    if any(not 0 <= value <= COUNT_MOST for value in given):
        raise DomainError("count_wrong")
    return counts


def merged(before: Measure | None, counts: Counts, *, at: datetime) -> Measure:
    """Return the new numbers; what the platform did not tell this time stays as it was."""
    if before is None:
        return Measure(counts, at)
    told = {each.name: value for each in fields(counts) if (value := getattr(counts, each.name)) is not None}
    return Measure(replace(before.counts, **told), at)


def next_measure(done_at: datetime, *, at: datetime, every: timedelta) -> datetime | None:
    """Return when it is read again: often while it is young, once a day for a month, then never."""
    age = at - done_at
    if age > _OLD:
        return None
    return at + (every if age <= _YOUNG else max(every, timedelta(days=1)))
