"""The board of cards: its columns, what a slip leads to, the blanks, what was moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.issuance.domain.card_order import CardState
from services.issuance.domain.document import Document, DocumentState
from services.issuance.ports import CardPage, CardQuery
from services.issuance.store.document_reader import WITHOUT_PERSONS, without_persons
from services.issuance.store.schema import BLANKS, DOCUMENTS
from shared.mongo import Doc, Mongo, cursor, reachable

_SINCE: Final = "card.since"
_MOST_FOUND: Final = 20  # cards of one request: those of a large family


class MongoCardReader:
    """`ports.CardReader` over the slips among the documents."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._documents = mongo.collection(database, DOCUMENTS.collection)
        self._blanks = mongo.collection(database, BLANKS.collection)

    async def page(self, query: CardQuery) -> CardPage:
        newest_first = query.state is CardState.HANDED_OVER
        wanted: Doc = {"card.state": query.state.value}
        if not newest_first:
            wanted["state"] = DocumentState.ISSUED.value  # one whose slip ended is fetched by nobody
        if query.product:
            wanted["product"] = query.product
        if query.since is not None:
            wanted[_SINCE] = {"$gte": query.since}
        place: Doc = {}
        if query.after is not None:
            place = cursor.older(_SINCE, query.after) if newest_first else cursor.newer(_SINCE, query.after)
        order = -1 if newest_first else 1
        with reachable():
            count = int(await self._documents.count_documents(wanted))
            found = self._documents.find({"$and": [wanted, place]}, WITHOUT_PERSONS).sort([(_SINCE, order), ("_id", order)])
            rows = await found.limit(query.limit + 1).to_list(None)
        cards = tuple(without_persons(doc) for doc in rows[: query.limit])
        last = cards[-1] if len(rows) > query.limit else None
        return CardPage(cards, count, cursor.encode(last.card.since, last.document_id) if last and last.card else None)

    async def find(self, *, token: str = "", number: str = "", receipt: str = "") -> list[Document]:
        wanted = {name: value for name, value in (("token", token), ("number", number), ("receipt", receipt)) if value}
        with reachable():
            found = await self._documents.find(wanted, WITHOUT_PERSONS).limit(_MOST_FOUND).to_list(None) if wanted else []
        return [document for document in map(without_persons, found) if document.card is not None]

    async def blanks(self) -> Mapping[str, int]:
        with reachable():
            found = await self._blanks.find({}).to_list(None)
        return {doc["_id"]: int(doc["left"]) for doc in found}

    async def newest(self) -> datetime | None:
        with reachable():
            found = await self._documents.find({_SINCE: {"$type": "date"}}, {_SINCE: 1}).sort(_SINCE, -1).limit(1).to_list(None)
        return found[0]["card"]["since"] if found else None

    async def count_newer(self, since: datetime, most: int) -> int:
        with reachable():
            return int(await self._documents.count_documents({_SINCE: {"$gt": since}}, limit=most))
