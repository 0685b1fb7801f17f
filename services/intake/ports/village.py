"""Requests of a village, as its registrars read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.intake.domain.requests import Request
from services.intake.domain.village import VillageDraft


@dataclass(frozen=True, slots=True)
class VillageSearch:
    """The filters of a list: of these villages alone. `name`: beginnings of words; empty, or None: any."""

    villages: Collection[str]
    receipt: str | None = None
    nik: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class VillagePage:
    """A page of requests, how many there are in all, and the cursor of the next page where there is one."""

    requests: tuple[Request, ...]
    count: int
    next: str | None


class VillageReader(Protocol):
    """Plain reads of what village registrars filed and began."""

    async def drafts(self, villages: Collection[str]) -> Sequence[VillageDraft]:
        """Return what was begun and not filed, the latest first."""

    async def find_draft(self, draft_id: str) -> VillageDraft | None:
        """Return what was begun; None where there is none."""

    async def requests(self, search: VillageSearch) -> VillagePage:
        """Return one page of requests, the newest first."""
