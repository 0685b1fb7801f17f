"""One unit of work over intake's aggregates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.intake.domain.chat import Conversation, OpenRequest
from services.intake.domain.contacts import ChatContact, ChatIdentity
from services.intake.domain.court import CourtDecision
from services.intake.domain.docket import Docket
from services.intake.domain.requests import Published, Request
from services.intake.ports.webhook_log import ParkedItem, StoredItem
from shared.values import Receipt


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """One document of a case."""

    party: str
    product: str
    request_id: str
    receipt: str


@dataclass(frozen=True, slots=True)
class CourtCase:
    """One court decision and the requests that follow from it. `key` is the decision's normal form."""

    case_id: str
    key: str
    decision: CourtDecision
    fingerprint: str
    requests: tuple[CaseRequest, ...]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of ours, known by the statuses that came back for it: `statuses` in order of coming."""

    wamid: str
    statuses: tuple[str, ...] = ()


class Tx(Protocol):
    """One unit of work over intake's aggregates."""

    async def item(self, key: str) -> StoredItem:
        """Return a stored item; NotFound where there is none."""

    async def prefetch_items(self, keys: Sequence[str]) -> None:
        """Read many at once."""

    def finish_item(self, item: StoredItem) -> None:
        """Mark it handled; a second handler loses the race."""

    def park_item(self, item: StoredItem, reason: str) -> None:
        """Give it up, visibly."""

    async def parked_item(self, stuck_id: str) -> ParkedItem:
        """Return an item that was given up; NotFound where there is none."""

    def renew_item(self, item: StoredItem) -> None:
        """Have a parked item handled again, at its own place in its chat."""

    def discard_item(self, item: StoredItem, note: str) -> None:
        """End a parked item unhandled; the note stays with it."""

    async def prefetch_chats(self, identities: Sequence[ChatIdentity]) -> None:
        """Read contacts, their conversations and their open requests, many at once."""

    async def contacts_of(self, identity: ChatIdentity) -> tuple[ChatContact, ...]:
        """Return who is known by this phone and by this BSUID: none, one, or two who are one."""

    def add_contact(self, contact: ChatContact) -> None:
        """Store a new contact."""

    def save_contact(self, contact: ChatContact) -> None:
        """Store a changed contact."""

    async def conversation(self, contact_id: str) -> Conversation:
        """Return the chat of a contact; a fresh one where there is none yet."""

    def save_conversation(self, conversation: Conversation) -> None:
        """Store the chat."""

    async def open_requests(self, contact_ids: Sequence[str]) -> tuple[OpenRequest, ...]:
        """Return the requests of these contacts that the office has in hand."""

    async def latest_requests(self, contact_ids: Sequence[str], limit: int) -> tuple[Request, ...]:
        """Return the newest requests of these contacts, the newest first."""

    async def find_request_by_receipt(self, receipt: Receipt) -> Request | None:
        """Return a request by its receipt number."""

    async def request(self, request_id: str) -> Request:
        """Return a request; NotFound where there is none."""

    async def prefetch_requests(self, request_ids: Sequence[str]) -> None:
        """Read many at once."""

    def add_request(self, request: Request) -> None:
        """Store a new request."""

    def save_request(self, request: Request) -> None:
        """Store a changed request."""

    async def docket(self, key: str) -> Docket:
        """Return what was asked for a person; an empty one where there is none yet."""

    def save_docket(self, docket: Docket) -> None:
        """Store it. It was read with `docket` before; who writes it at the same time as somebody else comes second."""

    async def find_link_holder(self, link_id: str) -> ChatContact | None:
        """Return the contact that has, or had, this link."""

    async def contact(self, contact_id: str) -> ChatContact:
        """Return a contact by its id; NotFound where there is none."""

    async def find_case(self, key: str) -> CourtCase | None:
        """Return the case of a decision, by the decision's key."""

    def add_case(self, case: CourtCase) -> None:
        """Store a new case."""

    async def sent_message(self, wamid: str) -> SentMessage | None:
        """Return what is known of a message of ours."""

    async def prefetch_sent_messages(self, wamids: Sequence[str]) -> None:
        """Read many at once."""

    def keep_sent_message(self, message: SentMessage) -> None:
        """Store it, new or changed."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""

    def emit(self, fact: Published) -> None:
        """Publish a fact as an event, in the same commit."""
