"""Whom a broadcast of the notifier may reach: asked for by its event, looked for by a job, told in pages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from services.intake.domain.news import Reach
from services.intake.domain.requests import RequestOrigin

PAGE_MOST: Final = 500  # people in one event: 100 kB


@dataclass(frozen=True, slots=True)
class Audience:
    """What a broadcast asked for. `found_at` None: it is looked for. `need`: draft, returned; None: with or without one."""

    broadcast_id: str
    reach: Reach
    villages: tuple[str, ...]
    need: str | None
    asked_at: datetime
    found_at: datetime | None = None
    trial: str | None = None
    """The comparison of two texts that it is part of; only people of `arm` belong to it."""
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who may be told, and where. `village`: where they live, as a request of theirs said."""

    contact_id: str
    origin: RequestOrigin = field(repr=False)
    village: str | None = None


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """A page of the people, as it is told. `left_out`: of the first one, how many of the segment get nothing, by why."""

    broadcast_id: str
    page: int
    pages: int
    people: tuple[Addressee, ...]
    left_out: Mapping[str, int]
    at: datetime


def found(audience: Audience, at: datetime) -> Audience:
    """Return the audience as found."""
    return replace(audience, found_at=at)


def paged(broadcast_id: str, people: Sequence[Addressee], left_out: Mapping[str, int], at: datetime) -> Iterator[AudiencePage]:
    """Yield the people in pages; where there is nobody, one page that says so."""
    pages = max(1, -(-len(people) // PAGE_MOST))
    for number in range(pages):
        part = tuple(people[number * PAGE_MOST : (number + 1) * PAGE_MOST])
        yield AudiencePage(broadcast_id, number + 1, pages, part, left_out if number == 0 else {}, at)
