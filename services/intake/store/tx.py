"""The unit of work of intake's handlers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

from pymongo import DeleteOne

from services.intake.domain.audiences import Audience
from services.intake.domain.chat import Conversation, OpenRequest
from services.intake.domain.chat_log import ChatEntry, ChatExchange
from services.intake.domain.contacts import ChatContact, ChatIdentity
from services.intake.domain.docket import Docket
from services.intake.domain.files import SeenFile, bands_of
from services.intake.domain.published import Published
from services.intake.domain.requests import (
    OPEN,
    Request,
    RequestState,
)
from services.intake.domain.village import VillageDraft
from services.intake.domain.visit_days import VisitDay
from services.intake.domain.word_book import WordBook
from services.intake.ports import ParkedItem, SentMessage, StoredItem
from services.intake.store.audiences import AUDIENCES
from services.intake.store.chat_entries import ENTRIES, KeptEntry
from services.intake.store.contacts import CONTACTS
from services.intake.store.conversations import CONVERSATIONS
from services.intake.store.court_tx import CourtTx
from services.intake.store.dockets import DOCKETS
from services.intake.store.emitting import publish
from services.intake.store.items import ITEMS, PARKED, ItemRow, parked_from
from services.intake.store.outreach_tx import OutreachTx
from services.intake.store.parts import SHOWN_OF_A_FILE, shown_of_a_file
from services.intake.store.register_state import RegisterStateTx
from services.intake.store.requests import COLLECTION, requests_of
from services.intake.store.sent_messages import SENT_MESSAGES, sent_key
from services.intake.store.sources import SOURCES
from services.intake.store.survey_tx import SurveyTx
from services.intake.store.village_drafts import VILLAGE_DRAFTS
from services.intake.store.visit_days import VISIT_DAYS
from services.intake.store.words import BOOK, WORD_BOOK
from shared.clock import Clock
from shared.errors import NotFound
from shared.messaging.transaction.runner import UnitOfWork
from shared.mongo import Collection, Doc, Mongo
from shared.reference.catalogue import Catalogue
from shared.values import Attachment, Channel, Receipt

_OPEN_STATES: Final = sorted(state.value for state in OPEN)


_Address: TypeAlias = tuple[str, str]
"""`wa_id` or `bsuid`, and its value."""


_SEEN_MOST: Final = 200  # requests, the latest: many share a quarter of their looks, white paper above all


class MongoTx(CourtTx, SurveyTx, OutreachTx, RegisterStateTx):
    """One unit of work; implements `ports.Tx` over a `UnitOfWork`."""

    def __init__(self, work: UnitOfWork, mongo: Mongo, database: str, clock: Clock, catalogue: Catalogue, kept: timedelta) -> None:
        """`kept`: for how long what was said in chats is kept."""
        self._work = work
        self._unit = work.unit
        self._clock = clock
        self._kept = kept
        self._rows: dict[str, ItemRow] = {}
        self._looked_open: frozenset[str] = frozenset()
        self._open: list[tuple[str, OpenRequest]] = []
        self._catalogue = catalogue
        self._mapping = requests_of(catalogue)
        self._requests: Collection = mongo.collection(database, COLLECTION)
        self._sources: Collection = mongo.collection(database, SOURCES.collection)

    async def item(self, key: str) -> StoredItem:
        row = await self._unit.get(ITEMS, key)
        self._rows[key] = row
        return row.item

    async def prefetch_items(self, keys: Sequence[str]) -> None:
        await self._unit.prefetch(ITEMS, keys)

    def finish_item(self, item: StoredItem, said: ChatExchange | None = None, *, forget: bool = False) -> None:
        row = self._rows[item.key].forgotten() if forget else self._rows[item.key]
        self._unit.save(ITEMS, row.handled(self._clock(), self._kept, said))

    def park_item(self, item: StoredItem, reason: str, said: ChatExchange | None = None) -> None:
        self._unit.save(ITEMS, self._rows[item.key].parked(reason, self._clock(), said))

    async def parked_item(self, stuck_id: str) -> ParkedItem:
        """Find a parked item by its `stuck_id`.

        Raises:
            NotFound: `webhook_log_not_found`.
        """
        row = await self._unit.find_one_by(ITEMS, {"state": PARKED, "stuck_id": stuck_id})
        if row is None:
            raise NotFound("webhook_log_not_found")
        self._rows[row.item.key] = row
        return parked_from(row.doc)

    def renew_item(self, item: StoredItem) -> None:
        self._unit.save(ITEMS, self._rows[item.key].renewed())

    def discard_item(self, item: StoredItem, note: str) -> None:
        self._unit.save(ITEMS, self._rows[item.key].discarded(note, self._clock(), self._kept))

    async def prefetch_chats(self, identities: Sequence[ChatIdentity]) -> None:
        contacts = await self._unit.prefetch_by(CONTACTS, [address for identity in identities for address in _addresses(identity)])
        await self._unit.prefetch(CONVERSATIONS, [contact.contact_id for contact in contacts])
        owners = frozenset(owner for contact in contacts for owner in contact.ids)
        self._looked_open, self._open = owners, await self._read_open(owners)

    async def contacts_of(self, identity: ChatIdentity) -> tuple[ChatContact, ...]:
        found: dict[str, ChatContact] = {}
        for address in _addresses(identity):
            contact = await self._unit.find_one_by(CONTACTS, dict([address]))
            if contact is not None:
                found[contact.contact_id] = contact
        return tuple(found.values())

    def add_contact(self, contact: ChatContact) -> None:
        self._unit.add(CONTACTS, contact)
        self._unit.assume_absent(CONVERSATIONS, contact.contact_id)
        self._looked_open |= {contact.contact_id}

    def save_contact(self, contact: ChatContact) -> None:
        self._unit.save(CONTACTS, contact)

    async def conversation(self, contact_id: str) -> Conversation:
        return await self._unit.find(CONVERSATIONS, contact_id) or Conversation(contact_id)

    def save_conversation(self, conversation: Conversation) -> None:
        if self._unit.version(CONVERSATIONS, conversation.contact_id):
            self._unit.save(CONVERSATIONS, conversation)
        else:
            self._unit.add(CONVERSATIONS, conversation)

    async def open_requests(self, contact_ids: Sequence[str]) -> tuple[OpenRequest, ...]:
        ids = frozenset(contact_ids)
        found = self._open if ids <= self._looked_open else await self._read_open(ids)
        return tuple(request for owner, request in found if owner in ids)

    async def _read_open(self, owners: frozenset[str]) -> list[tuple[str, OpenRequest]]:
        """Return open requests with their contacts, the newest first."""
        if not owners:
            return []
        query = {"origin.contact_id": {"$in": list(owners)}, "state": {"$in": _OPEN_STATES}}
        shown = {"service": 1, "person.key": 1, "receipt": 1, "origin.contact_id": 1}
        docs = await self._requests.find(query, shown).sort("_id", -1).to_list(None)
        return [(doc["origin"]["contact_id"], OpenRequest(doc["service"], doc["person"]["key"], doc["receipt"])) for doc in docs]

    async def latest_requests(self, contact_ids: Sequence[str], limit: int, state: RequestState | None = None) -> tuple[Request, ...]:
        query: Doc = {"origin.contact_id": {"$in": list(contact_ids)}} | ({"state": state.value} if state else {})
        docs = await self._requests.find(query).sort("_id", -1).limit(limit).to_list(None)
        return tuple(map(self._mapping.from_doc, docs))

    async def chat_requests_of(self, nik: str, limit: int) -> tuple[Request, ...]:
        query: Doc = {"search_terms": nik, "channel": {"$in": [Channel.WHATSAPP.value, Channel.DESK.value]}}
        docs = await self._requests.find(query).sort("_id", -1).limit(limit).to_list(None)
        return tuple(each for each in map(self._mapping.from_doc, docs) if each.is_told_by_chat and each.form.applicant.nik == nik)

    async def find_request_by_receipt(self, receipt: Receipt) -> Request | None:
        return await self._unit.find_one_by(self._mapping, {"receipt": receipt.text})

    async def seen_files(self, attachments: Sequence[Attachment]) -> tuple[SeenFile, ...]:
        digests = [each.as_sent for each in attachments]
        bands = [band for each in attachments for band in bands_of(each.looks)]
        either: list[Doc] = [{"attachments.sent_sha256": {"$in": digests}}]
        if bands:  # an empty list of them would have the whole of the other sorted by hand
            either.append({"looks_bands": {"$in": bands}})
        shown = {"receipt": 1, "person.nik": 1, "form.answers.kk_number": 1} | {f"attachments.{name}": 1 for name in SHOWN_OF_A_FILE}
        docs = await self._requests.find({"$or": either}, shown).sort("_id", -1).limit(_SEEN_MOST).to_list(None)
        return tuple(
            SeenFile(doc["receipt"], as_sent, looks, doc["person"]["nik"], doc["form"]["answers"].get("kk_number"))
            for doc in docs
            for as_sent, looks in map(shown_of_a_file, doc["attachments"])
        )

    async def request(self, request_id: str) -> Request:
        return await self._unit.get(self._mapping, request_id)

    async def prefetch_requests(self, request_ids: Sequence[str]) -> None:
        await self._unit.prefetch(self._mapping, request_ids)

    def add_request(self, request: Request) -> None:
        self._unit.add(self._mapping, request)

    def save_request(self, request: Request) -> None:
        self._unit.save(self._mapping, request)

    async def docket(self, key: str) -> Docket:
        return await self._unit.find(DOCKETS, key) or Docket(key)

    def save_docket(self, docket: Docket) -> None:
        if self._unit.version(DOCKETS, docket.key):
            self._unit.save(DOCKETS, docket)
        else:
            self._unit.add(DOCKETS, docket)

    async def visit_day(self, key: str) -> VisitDay:
        return await self._unit.find(VISIT_DAYS, key) or VisitDay(key)

    async def prefetch_visit_days(self, keys: Sequence[str]) -> None:
        await self._unit.prefetch(VISIT_DAYS, keys)

    def save_visit_day(self, day: VisitDay) -> None:
        if self._unit.version(VISIT_DAYS, day.key):
            self._unit.save(VISIT_DAYS, day)
        else:
            self._unit.add(VISIT_DAYS, day)

    async def find_link_holder(self, link_id: str) -> ChatContact | None:
        return await self._unit.find_one_by(CONTACTS, {"links.link_id": link_id})

    async def contact(self, contact_id: str) -> ChatContact:
        return await self._unit.get(CONTACTS, contact_id)

    async def find_contact(self, contact_id: str) -> ChatContact | None:
        return await self._unit.find(CONTACTS, contact_id)

    def add_audience(self, audience: Audience) -> None:
        self._unit.add(AUDIENCES, audience)

    async def audience(self, broadcast_id: str) -> Audience:
        return await self._unit.get(AUDIENCES, broadcast_id)

    def save_audience(self, audience: Audience) -> None:
        self._unit.save(AUDIENCES, audience)

    async def sent_message(self, wamid: str) -> SentMessage | None:
        return await self._unit.find(SENT_MESSAGES, sent_key(wamid))

    async def prefetch_sent_messages(self, wamids: Sequence[str]) -> None:
        await self._unit.prefetch(SENT_MESSAGES, [sent_key(wamid) for wamid in wamids])

    def keep_sent_message(self, message: SentMessage) -> None:
        if self._unit.version(SENT_MESSAGES, sent_key(message.wamid)):
            self._unit.save(SENT_MESSAGES, message)
        else:
            self._unit.add(SENT_MESSAGES, message)

    async def village_draft(self, draft_id: str) -> VillageDraft:
        return await self._unit.get(VILLAGE_DRAFTS, draft_id)

    def add_village_draft(self, draft: VillageDraft) -> None:
        self._unit.add(VILLAGE_DRAFTS, draft)

    def save_village_draft(self, draft: VillageDraft) -> None:
        self._unit.save(VILLAGE_DRAFTS, draft)

    def remove_village_draft(self, draft: VillageDraft) -> None:
        self._unit.defer(VILLAGE_DRAFTS.collection, DeleteOne({"_id": draft.draft_id}))

    async def word_book(self) -> WordBook:
        return await self._unit.find(WORD_BOOK, BOOK) or WordBook()

    def save_word_book(self, book: WordBook) -> None:
        if self._unit.version(WORD_BOOK, BOOK):
            self._unit.save(WORD_BOOK, book)
        else:
            self._unit.add(WORD_BOOK, book)

    def add_entry(self, entry: ChatEntry) -> None:
        self._unit.add(ENTRIES, KeptEntry(entry, entry.at + self._kept))

    def on_commit(self, hook: Callable[[], None]) -> None:
        self._work.on_commit(hook)

    def emit(self, fact: Published) -> None:
        publish(self._work, fact, self._mapping, self._catalogue)


def _addresses(identity: ChatIdentity) -> list[_Address]:
    return [(name, value) for name, value in (("bsuid", identity.bsuid), ("wa_id", identity.wa_id)) if value]
