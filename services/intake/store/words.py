"""The collection `word_book`, one document with the words that the office added; and what was not understood, out of `webhook_log`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.intake.domain.word_book import AddedWord, WordBook
from services.intake.domain.words import plain
from services.intake.ports import UnknownWording
from services.intake.store.parts import known
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, aggregate, fields_of, reachable

BOOK: Final = "words"  # the one document: a change is tried against all words that are there
_WORDING: Final = "chat.wording"


def _book_from(doc: Doc) -> WordBook:
    words = [AddedWord(**known(AddedWord, word)) for word in doc["words"]]
    return WordBook({plain(word.phrase): word for word in words}, doc["version"])


WORD_BOOK: Final[DocumentMapping[WordBook]] = DocumentMapping(
    "word_book", lambda _: BOOK, lambda book: {"words": [fields_of(word) for word in book.words.values()]}, _book_from
)


class MongoWordReader:
    """Implements `ports.WordReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._books: Collection = mongo.collection(database, WORD_BOOK.collection)
        self._items: Collection = mongo.collection(database, "webhook_log")

    async def book(self) -> WordBook:
        with reachable():
            doc = await self._books.find_one({"_id": BOOK})
        return WordBook() if doc is None else WORD_BOOK.from_doc(doc)

    async def unknown(self, text: str, since: datetime, skip: int, limit: int) -> Sequence[UnknownWording]:
        wanted: Doc = {"$gt": "", "$regex": re.escape(text.casefold())} if text else {"$gt": ""}
        stages: list[Doc] = [
            {"$match": {_WORDING: wanted, "received_at": {"$gte": since}}},
            {"$group": {"_id": {"wording": f"${_WORDING}", "chat": "$chat.contact_id"}, "times": {"$sum": 1}, **_SPAN}},
            {"$group": {"_id": "$_id.wording", "times": {"$sum": "$times"}, "chats": {"$sum": 1}, **_SPAN_OF_CHATS}},
            {"$sort": {"times": -1, "last": -1, "_id": 1}},
            {"$skip": skip},
            {"$limit": limit},
        ]
        with reachable():
            rows = await aggregate(self._items, stages, hint="not_understood")
        return [UnknownWording(row["_id"], row["times"], row["chats"], row["first"], row["last"]) for row in rows]


_SPAN: Final[Doc] = {"first": {"$min": "$received_at"}, "last": {"$max": "$received_at"}}
_SPAN_OF_CHATS: Final[Doc] = {"first": {"$min": "$first"}, "last": {"$max": "$last"}}
