"""What the handlers need from outside: the unit of work, the webhook log, files, the provider's media, and what is fixed per process."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from services.intake.domain.chat import Conversation, OpenRequest, RefusedFile, SentFile
from services.intake.domain.contacts import ChatContact, ChatIdentity
from services.intake.domain.court import CourtDecision
from services.intake.domain.docket import Docket, Limits
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.messages import MediaRef
from services.intake.domain.requests import Channel, IssuedDocument, Published, Request, RequestState
from services.intake.domain.texts import DialogueTexts
from services.intake.domain.webhook_log import Json, WebhookItem, WebhookItemKind
from services.intake.domain.words import Vocabulary
from shared.clock import Clock
from shared.messaging.delivery import Context
from shared.mongo.files import StoredFile
from shared.reference.catalogue import Catalogue
from shared.values import Receipt


def file_id_of(key: str) -> str:
    """Under which id the photo of a item lies. A wamid has the phone number inside, so it is a hash."""
    return f"wa-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A item of the webhook log as it lies: `is_new` until it was handled or given up."""

    key: str
    kind: WebhookItemKind
    sender: str
    received_at: datetime
    content: Json
    traceparent: str
    is_new: bool = True

    @property
    def context(self) -> Context:
        """Because of what its events happen. A wamid has the phone number inside, so the cause is named by a hash of the key."""
        cause = f"wa:{hashlib.sha256(self.key.encode()).hexdigest()[:32]}"
        return Context(cause, cause, self.traceparent)


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """An item that was given up. `stuck_id` stands for its key, which has a phone number inside."""

    stuck_id: str
    kind: WebhookItemKind
    reason: str
    parked_at: datetime
    item: StoredItem


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


@dataclass(frozen=True, slots=True)
class Lease:
    """One process works off one sender. `failures`: how often the first message of the queue failed in a row."""

    sender: str = field(repr=False)
    token: str
    failures: int


class Tx(Protocol):
    """One unit of work over intake's aggregates."""

    async def item(self, key: str) -> StoredItem:
        """A stored item; NotFound where there is none."""

    async def prefetch_items(self, keys: Sequence[str]) -> None:
        """Read many at once."""

    def finish_item(self, item: StoredItem) -> None:
        """Mark it handled; a second handler loses the race."""

    def park_item(self, item: StoredItem, reason: str) -> None:
        """Give it up, visibly."""

    async def parked_item(self, stuck_id: str) -> ParkedItem:
        """An item that was given up; NotFound where there is none."""

    def renew_item(self, item: StoredItem) -> None:
        """Have a parked item handled again, at its own place in its chat."""

    def discard_item(self, item: StoredItem, note: str) -> None:
        """End a parked item unhandled; the note stays with it."""

    async def prefetch_chats(self, identities: Sequence[ChatIdentity]) -> None:
        """Read contacts, their conversations and their open requests, many at once."""

    async def contacts_of(self, identity: ChatIdentity) -> tuple[ChatContact, ...]:
        """Who is known by this phone and by this BSUID: none, one, or two who are one."""

    def add_contact(self, contact: ChatContact) -> None:
        """Store a new contact."""

    def save_contact(self, contact: ChatContact) -> None:
        """Store a changed contact."""

    async def conversation(self, contact_id: str) -> Conversation:
        """The chat of a contact; a fresh one where there is none yet."""

    def save_conversation(self, conversation: Conversation) -> None:
        """Store the chat."""

    async def open_requests(self, contact_ids: Sequence[str]) -> tuple[OpenRequest, ...]:
        """The requests of these contacts that the office has in hand."""

    async def latest_requests(self, contact_ids: Sequence[str], limit: int) -> tuple[Request, ...]:
        """The newest requests of these contacts, the newest first."""

    async def find_request_by_receipt(self, receipt: Receipt) -> Request | None:
        """A request by its receipt number."""

    async def request(self, request_id: str) -> Request:
        """A request; NotFound where there is none."""

    async def prefetch_requests(self, request_ids: Sequence[str]) -> None:
        """Read many at once."""

    def add_request(self, request: Request) -> None:
        """Store a new request."""

    def save_request(self, request: Request) -> None:
        """Store a changed request."""

    async def docket(self, key: str) -> Docket:
        """What was asked for a person; an empty one where there is none yet."""

    def save_docket(self, docket: Docket) -> None:
        """Store it. It was read with `docket` before; who writes it at the same time as somebody else comes second."""

    async def find_link_holder(self, link_id: str) -> ChatContact | None:
        """The contact that has, or had, this link."""

    async def contact(self, contact_id: str) -> ChatContact:
        """A contact by its id; NotFound where there is none."""

    async def find_case(self, key: str) -> CourtCase | None:
        """The case of a decision, by the decision's key."""

    def add_case(self, case: CourtCase) -> None:
        """Store a new case."""

    async def sent_message(self, wamid: str) -> SentMessage | None:
        """What is known of a message of ours."""

    async def prefetch_sent_messages(self, wamids: Sequence[str]) -> None:
        """Read many at once."""

    def keep_sent_message(self, message: SentMessage) -> None:
        """Store it, new or changed."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""

    def publish(self, fact: Published) -> None:
        """Tell a fact as an event, in the same commit."""


class WebhookLog(Protocol):
    """Raw items of webhooks, stored before they are handled."""

    async def append(self, items: Sequence[WebhookItem], at: datetime, traceparent: str) -> int:
        """Store durably in one round trip; those already there are left alone. Gives how many were new."""

    async def lease_senders(self, at: datetime, seconds: float, token: str, passed_over: Sequence[str], most: int) -> Sequence[Lease]:
        """Take senders who have new messages and are free, the longest waiting first."""

    async def renew(self, leases: Sequence[Lease], at: datetime, seconds: float) -> frozenset[str]:
        """Keep leases; gives the senders that are still held. Work on the others stops: somebody else has them."""

    async def release(self, leases: Sequence[Lease], until: datetime) -> None:
        """Give senders back with their failures: at once, or after a rest when the first message failed."""

    async def messages_of(self, senders: Sequence[str], limit: int) -> Mapping[str, Sequence[StoredItem]]:
        """New messages of these senders, so many of each, in the order in which they were sent."""

    async def new_statuses(self, limit: int) -> Sequence[str]:
        """Keys of statuses that nobody handled, the oldest first."""

    async def oldest_seconds(self, at: datetime) -> float:
        """Age of the oldest message or status that nobody handled; 0 where there is none."""

    async def park(self, key: str, reason: str, at: datetime) -> bool:
        """Give a item up outside a unit. False when somebody handled it meanwhile."""

    async def parked(self, after: str | None, limit: int) -> Sequence[ParkedItem]:
        """What was given up, by `stuck_id`, beginning behind `after`."""

    async def stale_drafts(self, before: datetime, limit: int) -> Sequence[str]:
        """Contacts whose draft was last touched before that moment."""


class FileStore(Protocol):
    """Files in GridFS."""

    async def put(
        self,
        file_id: str,
        chunks: AsyncIterator[bytes],
        *,
        max_bytes: int,
        media_types: frozenset[str],
        metadata: Mapping[str, Any] | None = None,
    ) -> StoredFile:
        """Store a stream; TooLarge or BadInput, and nothing kept, when it breaks a limit."""

    async def find(self, file_id: str) -> StoredFile | None:
        """What is known of a file without reading it."""

    async def find_many(self, file_ids: Iterable[str]) -> Mapping[str, StoredFile]:
        """What is known of files, by their ids; those that are not there are left out."""

    async def open(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """Read a file; NotFound where there is none."""

    async def delete(self, file_id: str) -> bool:
        """Delete it; False where there is none."""


class Media(Protocol):
    """Photos and PDFs that lie with the provider."""

    async def fetch(self, media: MediaRef, file_id: str) -> SentFile | RefusedFile:
        """Bring a file into our store under `file_id`. Repeating it is harmless; Transient when it may work later."""


@dataclass(frozen=True, slots=True)
class RequestSearch:
    """What a list of requests is narrowed by. `text`: receipt, document number or case id, or the beginning of one."""

    state: RequestState | None = None
    service: str | None = None
    channel: Channel | None = None
    text: str | None = None
    after: str | None = None
    limit: int = 50
    client: str | None = None
    """Only what this API client filed; None: everything."""


class Documents(Protocol):
    """Issued documents, where issuance keeps them."""

    async def open(self, document: IssuedDocument) -> AsyncGenerator[bytes, None]:
        """Its bytes, whole or an error in the middle; Transient when they are not to be had now."""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Some requests, and the cursor of the next page where there is one."""

    requests: tuple[Request, ...]
    next: str | None


class People(Protocol):
    """Plain reads of contacts by the person they are linked to."""

    async def linked_to(self, nik: str) -> Sequence[ChatContact]:
        """Contacts that have, or had, a link to this person."""


class RequestReader(Protocol):
    """Plain reads of requests, outside any unit of work."""

    async def find_by_receipt(self, receipt: Receipt) -> Request | None:
        """A request by its receipt number."""

    async def search(self, search: RequestSearch) -> RequestPage:
        """The newest first, page by page."""


@dataclass(frozen=True, slots=True)
class Deps:
    """What is fixed for a process.

    `promise(start, working_time)` gives when that much working time will have passed. `phone_number_id`: what came for another is not ours.
    """

    clock: Clock
    new_id: Callable[[], str]
    new_receipt: Callable[[], Receipt]
    promise: Callable[[datetime, timedelta], datetime]
    catalogue: Catalogue
    desk: ServiceMenu
    vocabulary: Vocabulary
    texts: DialogueTexts
    webhook_log: WebhookLog
    files: FileStore
    media: Media
    register: RequestReader
    documents: Documents
    people: People
    limits: Limits
    phone_number_id: str
