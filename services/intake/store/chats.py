"""Plain reads of chats: lists, search, and the log that lies in `webhook_log` (citizens) and in `chat_entries` (officers)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from datetime import datetime
from typing import Any, Final

from services.intake.domain.filled_form import ANONYMOUS
from services.intake.domain.words import plain
from services.intake.ports import ChatCounts, ChatPage, ChatView, ContactChat, LogLine, LogPage, SearchText
from services.intake.store.chat_entries import entry_from
from services.intake.store.contacts import CONTACTS
from services.intake.store.conversations import CONVERSATIONS
from services.intake.store.items import said_from
from shared.mongo import Collection, Doc, Mongo, reachable
from shared.mongo.cursor import decode, encode, newer, older
from shared.mongo.terms import begins, found_by_terms
from shared.values.name_terms import name_beginnings

_LAST: Final = "\U0010ffff"  # sorts behind every word that begins the same
_WAITING, _HOLDER, _UNTIL = "assistance.waiting_since", "assistance.hold.officer.staff_id", "assistance.hold.until"
_PROMISED: Final = "assistance.answer_by"
_SHOWN: Final = {"draft": 0, "parked": 0, "unmoved": 0, "sources": 0}
_FILES: Final = tuple(f"{draft}.{files}.file_id" for draft in ("draft", "parked") for files in ("attachments", "loose"))
_COUNTED_TO: Final = 1000  # chats that wait: beyond it no number helps


class MongoChatReader:
    """Implements `ports.ChatReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._conversations: Collection = mongo.collection(database, CONVERSATIONS.collection)
        self._contacts: Collection = mongo.collection(database, CONTACTS.collection)
        self._items: Collection = mongo.collection(database, "webhook_log")
        self._entries: Collection = mongo.collection(database, "chat_entries")
        self._requests: Collection = mongo.collection(database, "requests")

    async def page(self, view: ChatView, staff_id: str, at: datetime, after: str | None, limit: int) -> ChatPage:
        """See `ports.ChatReader`.

        Raises:
            BadInput: `cursor_malformed`.
        """
        query, field, way = _view(view, staff_id, at)
        if after:
            query = {"$and": [query, (newer if way > 0 else older)(field, after)]}
        with reachable():
            docs = await self._conversations.find(query, _SHOWN).sort([(field, way), ("_id", way)]).limit(limit + 1).to_list(None)
            shown = docs[:limit]
            chats = await self._with_contacts(shown)
        return ChatPage(tuple(chats), encode(_moment(shown[-1], field), shown[-1]["_id"]) if len(docs) > limit else None)

    async def counts(self, staff_id: str, at: datetime) -> ChatCounts:
        waiting, _, _ = _view(ChatView.WAITING, staff_id, at)
        with reachable():
            count, mine, first = await asyncio.gather(
                self._conversations.count_documents(waiting, limit=_COUNTED_TO),
                self._conversations.count_documents({_HOLDER: staff_id}, limit=_COUNTED_TO),
                self._conversations.find_one(waiting, {_WAITING: 1}, sort=[(_WAITING, 1)]),
            )
        return ChatCounts(count, mine, first["assistance"]["waiting_since"] if first else None)

    async def count_waiting(self, before: datetime) -> int:
        with reachable():
            return await self._conversations.count_documents({_WAITING: {"$type": "date", "$lt": before}}, limit=_COUNTED_TO)

    async def promised(self, until: datetime, limit: int) -> list[str]:
        query = {_PROMISED: {"$type": "date", "$lte": until}}
        with reachable():
            docs = await self._conversations.find(query, {"_id": 1}).sort(_PROMISED, 1).limit(limit).to_list(None)
        return [doc["_id"] for doc in docs]

    async def find(self, contact_id: str) -> ContactChat | None:
        with reachable():
            doc = await self._contacts.find_one({"_id": contact_id})
            if doc is not None and doc["merged_into"] is not None:
                doc = await self._contacts.find_one({"_id": doc["merged_into"]})
            chat = await self._conversations.find_one({"_id": doc["_id"]}) if doc is not None else None
        return ContactChat(CONTACTS.from_doc(doc), CONVERSATIONS.from_doc(chat)) if doc is not None and chat is not None else None

    async def search(self, text: SearchText, limit: int) -> list[ContactChat]:
        with reachable():
            ids = list(dict.fromkeys([each async for each in self._found(text, limit)]))
            contacts = await self._contacts.find({"_id": {"$in": ids}}, {"merged_into": 1}).to_list(None)
            present = {doc["_id"]: doc["merged_into"] or doc["_id"] for doc in contacts}
            kept = list(dict.fromkeys(present[each] for each in ids if each in present))[:limit]
            docs = {doc["_id"]: doc async for doc in self._conversations.find({"_id": {"$in": kept}}, _SHOWN)}
            return await self._with_contacts([docs[each] for each in kept if each in docs])

    async def _found(self, text: SearchText, limit: int) -> AsyncIterator[str]:
        """Yield ids of contacts: what is exact first."""
        numbered = {"$gte": text.phone, "$lt": f"{text.phone}{_LAST}"}
        exact = (
            (self._requests, {"receipt": text.receipt, f"form.answers.{ANONYMOUS}": {"$ne": True}}, "origin.contact_id", text.receipt),
            (self._contacts, {"links.nik": text.nik}, "_id", text.nik),
            (self._contacts, {"wa_id": numbered}, "_id", text.phone),
        )
        words = plain(text.words).split()
        quoted = {"$text": {"$search": " ".join(f'"{word}"' for word in words)}}
        named = [begins("name_words", word) for word in name_beginnings(text.words)]
        wordy = (
            (self._items, quoted, "chat.contact_id", words if text.in_messages else []),
            (self._entries, quoted, "contact_id", words if text.in_messages else []),
        )
        for found, asked in ((exact, named), (wordy, [])):
            for collection, query, field, is_asked in found:
                if is_asked:
                    async for doc in collection.find(query, {field: 1}).limit(limit):
                        yield _inside(doc, field)
            if asked:
                for doc in await found_by_terms(self._contacts, asked, index="by_name_words", limit=limit, projection={"_id": 1}):
                    yield doc["_id"]

    async def log(self, contact_ids: Sequence[str], before: str | None, limit: int) -> LogPage:
        """See `ports.ChatReader`.

        Raises:
            BadInput: `cursor_malformed`.
        """
        ids = {"$in": list(contact_ids)}
        of_item: Doc = {"chat.contact_id": ids, **(_before("received_at", before) if before else {})}
        of_entry: Doc = {"contact_id": ids, **(_before("at", before) if before else {})}
        with reachable():
            items, entries = await asyncio.gather(
                self._items.find(of_item, {"chat": 1, "received_at": 1})
                .sort([("received_at", -1), ("_id", -1)])
                .limit(limit + 1)
                .to_list(None),
                self._entries.find(of_entry).sort([("at", -1), ("_id", -1)]).limit(limit + 1).to_list(None),
            )
        lines = [*map(_said, items), *map(_done, entries)]
        lines.sort(key=lambda line: (line.at, line.key), reverse=True)
        shown = lines[:limit]
        return LogPage(tuple(reversed(shown)), encode(shown[-1].at, "") if len(lines) > limit else None)

    async def count_newer(self, since: datetime, limit: int) -> int:
        with reachable():
            return await self._conversations.count_documents({"touched_at": {"$gt": since}}, limit=limit)

    async def count_lines(self, contact_ids: Sequence[str], since: datetime, limit: int) -> int:
        ids = {"$in": list(contact_ids)}
        with reachable():
            said, done = await asyncio.gather(
                self._items.count_documents({"chat.contact_id": ids, "received_at": {"$gt": since}}, limit=limit),
                self._entries.count_documents({"contact_id": ids, "at": {"$gt": since}}, limit=limit),
            )
        return said + done

    async def newest(self) -> Hashable:
        with reachable():
            doc = await self._conversations.find_one({}, {"touched_at": 1, "version": 1}, sort=[("touched_at", -1), ("_id", -1)])
        return (doc["_id"], doc["version"]) if doc else None

    async def file_of(self, contact_ids: Sequence[str], file_id: str) -> bool:
        ids = {"$in": list(contact_ids)}
        with reachable():
            return (
                await self._items.find_one({"chat.file_id": file_id, "chat.contact_id": ids}, {"_id": 1}) is not None
                or await self._requests.find_one({"attachments.file_id": file_id, "origin.contact_id": ids}, {"_id": 1}) is not None
                or await self._conversations.find_one({"_id": ids, "$or": [{path: file_id} for path in _FILES]}, {"_id": 1}) is not None
            )

    async def _with_contacts(self, docs: Sequence[Doc]) -> list[ContactChat]:
        found = await self._contacts.find({"_id": {"$in": [doc["_id"] for doc in docs]}}).to_list(None)
        contacts = {doc["_id"]: CONTACTS.from_doc(doc) for doc in found}
        chats = (CONVERSATIONS.from_doc({"draft": None, **doc}) for doc in docs)
        return [ContactChat(contacts[chat.contact_id], chat) for chat in chats if chat.contact_id in contacts]


def _view(view: ChatView, staff_id: str, at: datetime) -> tuple[Doc, str, int]:
    """Return the query of a list, the field that it is ordered by, and which way."""
    match view:
        case ChatView.WAITING:
            free = [{"assistance.hold": None}, {_UNTIL: {"$lte": at}}, {_HOLDER: staff_id}]
            return {_WAITING: {"$type": "date"}, "$or": free}, _WAITING, 1
        case ChatView.MINE:
            return {_HOLDER: staff_id}, "touched_at", -1
        case ChatView.REST:
            taken = {_UNTIL: {"$gt": at}, _HOLDER: {"$ne": staff_id}}
            return {"touched_at": {"$type": "date"}, "$or": [{_WAITING: None}, taken]}, "touched_at", -1


def _moment(doc: Doc, field: str) -> datetime:
    found: datetime = _inside(doc, field)
    return found


def _inside(doc: Doc, field: str) -> Any:
    value: Any = doc
    for name in field.split("."):
        value = value[name]
    return value


def _before(field: str, cursor: str) -> Doc:
    return {field: {"$lt": decode(cursor)[0]}}


def _said(doc: Doc) -> LogLine:
    return LogLine(doc["received_at"], "a", said_from(doc))


def _done(doc: Doc) -> LogLine:
    entry = entry_from(doc).entry
    return LogLine(entry.at, f"b{entry.entry_id}", entry)
