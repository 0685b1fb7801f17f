"""Plain reads, outside any unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.intake.domain.contacts import ChatContact
from services.intake.domain.requests import Request, RequestState
from shared.values import Channel, Receipt


@dataclass(frozen=True, slots=True)
class RequestSearch:
    """The filters of a list of requests. `text`: receipt, document number or case id, or the beginning of one."""

    state: RequestState | None = None
    service: str | None = None
    channel: Channel | None = None
    text: str | None = None
    after: str | None = None
    limit: int = 50
    client: str | None = None
    """Only requests that this API client filed; None: all."""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A page of requests, and the cursor of the next page where there is one."""

    requests: tuple[Request, ...]
    next: str | None


class RequestReader(Protocol):
    """Plain reads of requests, outside any unit of work."""

    async def find_by_receipt(self, receipt: Receipt) -> Request | None:
        """Return a request by its receipt number."""

    async def find_by_terms(self, words: Sequence[Sequence[str]], villages: Collection[str] | None, *, limit: int) -> tuple[Request, ...]:
        """Return requests that have every word: for each, beginnings of which a number, a name's word or `+phone` has one.

        `villages`: only those that these filed; None: all.
        """

    async def to_remind(self, day: date, limit: int) -> Sequence[str]:
        """Return the ids of requests whose sender is yet to be reminded of this day."""

    async def search(self, search: RequestSearch) -> RequestPage:
        """Return one page of requests, the newest first."""

    async def tally(self, *, since: datetime) -> Mapping[tuple[Channel, RequestState], int]:
        """Return how many requests were filed since then, by channel and state; counted up to the latest 50,000."""

    async def count_states(self, states: Sequence[RequestState]) -> Mapping[RequestState, int]:
        """Return how many requests are in each of these states."""


class PeopleReader(Protocol):
    """Plain reads of contacts by the person they are linked to."""

    async def linked_to(self, nik: str) -> Sequence[ChatContact]:
        """Return the contacts that have, or had, a link to this person."""
