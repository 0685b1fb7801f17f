"""The register of documents as people look at it: filters, pages, counts, what is new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.numbers import NumberSequence
from services.issuance.ports import DocumentTally, ProductTally, RegisterPage, RegisterQuery
from services.issuance.store.document_reader import WITHOUT_PERSONS, without_persons
from services.issuance.store.schema import COUNTERS, DOCUMENTS
from shared.mongo import Doc, Mongo, aggregate, cursor, reachable
from shared.mongo.terms import begins, found_by_terms
from shared.values.name_terms import name_beginnings

_MOST_OLDER: Final = 20  # documents that one took the place of: two families that become one have two
_ORDER: Final = [("claimed_at", -1), ("_id", -1)]
_BY_NUMBER: Final = [("number", -1)]
_MOST_NAMED: Final = 1_000  # documents of a name that are counted: who gets more writes more
_LAST: Final = "\U0010ffff"  # sorts behind every address that begins the same


class MongoRegisterReader:
    """`ports.RegisterReader` over the collection of documents."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._documents = mongo.collection(database, DOCUMENTS.collection)
        self._counters = mongo.collection(database, COUNTERS.collection)

    async def page(self, query: RegisterQuery) -> RegisterPage:
        wanted = _filter(query)
        if query.after is not None:
            wanted |= cursor.older("claimed_at", query.after)
        order = [] if query.holder else _BY_NUMBER if query.number else _ORDER
        found = await (self._named(query, wanted) if query.holder else self._listed(query, wanted, order))
        rows = tuple(without_persons(doc) for doc in found[: query.limit])
        more = len(found) > query.limit
        places = [cursor.encode(row.claimed_at, row.document_id) for row in rows]
        return RegisterPage(rows, places[0] if places else None, places[-1] if more and order is _ORDER else None, more)

    async def _listed(self, query: RegisterQuery, wanted: Doc, order: list[tuple[str, int]]) -> list[Doc]:
        found = self._documents.find(wanted, WITHOUT_PERSONS).sort(order).limit(query.limit + 1)
        if query.phone or query.about:
            found = found.hint("sent_to" if query.phone else "about")  # those of a person are few: read, then put in order
        with reachable():
            return await found.to_list(None)

    async def _named(self, query: RegisterQuery, wanted: Doc) -> list[Doc]:
        """Return documents of a name in the order of its index: it may fit hundreds of thousands, which nobody sorts for fifty."""
        words = _named(query.holder)
        if not words:
            return []
        return await found_by_terms(
            self._documents, words, index="holder_terms", also=wanted, limit=query.limit + 1, projection=WITHOUT_PERSONS
        )

    async def count(self, query: RegisterQuery) -> int:
        wanted = _filter(query)
        with reachable():
            if words := _named(query.holder):
                return int(await self._documents.count_documents({"$and": [*words, wanted]}, hint="holder_terms", limit=_MOST_NAMED))
            return int(await self._documents.count_documents(wanted)) if wanted else await self.total()

    async def total(self) -> int:
        with reachable():
            return int(await self._documents.estimated_document_count())  # kept by the server: exact but for minutes after a crash

    async def tally(self, products: Sequence[str], *, since: datetime) -> DocumentTally:
        by_kind: list[Doc] = [{"$match": {"state": str(DocumentState.HELD)}}, {"$group": {"_id": "$product", "count": {"$sum": 1}}}]
        making = {"state": {"$in": [str(DocumentState.CLAIMED), str(DocumentState.RENDERING)]}}
        with reachable():
            today = {each: await self._documents.count_documents({"product": each, "claimed_at": {"$gte": since}}) for each in products}
            held = {row["_id"]: row["count"] for row in await aggregate(self._documents, by_kind, hint="register_of_state")}
            found = {each: ProductTally(int(today.get(each, 0)), held.get(each, 0)) for each in dict.fromkeys([*products, *held])}
            return DocumentTally(
                {each: tally for each, tally in found.items() if tally != ProductTally()},
                int(await self._documents.count_documents(making, hint="state")),
            )

    async def superseded_by(self, document_id: str) -> list[Document]:
        with reachable():
            newer = await self._documents.find_one({"_id": document_id}, {"about": 1, "replaces": 1})
            if newer is None:
                return []
            subjects = [newer["about"], *newer.get("replaces", ())]
            wanted = {"about": {"$in": subjects}, "superseded_by": document_id}
            found = await self._documents.find(wanted, WITHOUT_PERSONS).limit(_MOST_OLDER).to_list(None)
        return [without_persons(doc) for doc in found]

    async def counters(self, keys: Sequence[str]) -> list[NumberSequence]:
        with reachable():
            return [COUNTERS.from_doc(doc) for doc in await self._counters.find({"_id": {"$in": list(keys)}}).to_list(None)]

    async def newest(self) -> str | None:
        with reachable():
            found = await self._documents.find({}, {"claimed_at": 1}).sort(_ORDER).limit(1).to_list(None)
        return cursor.encode(found[0]["claimed_at"], found[0]["_id"]) if found else None

    async def count_newer(self, query: RegisterQuery, place: str, most: int) -> int:
        with reachable():
            return int(await self._documents.count_documents(_filter(query) | cursor.newer("claimed_at", place), limit=most))


def _filter(query: RegisterQuery) -> Doc:
    wanted: Doc = {
        name: value
        for name, value in (
            ("number", _begins(query.number)),
            ("receipt", query.receipt),
            ("about", {"$in": list(query.about)} if query.about else None),
            ("contact.address", {"$gte": query.phone, "$lt": query.phone + _LAST} if query.phone else None),
            ("product", query.product),
            ("state", {"$in": [str(state) for state in query.states]} if query.states else None),
            ("claimed_at", _between(query.since, query.until)),
        )
        if value
    }
    return wanted


def _named(typed: str) -> list[Doc]:
    return [begins("holder_terms", word) for word in name_beginnings(typed)]


def _between(since: datetime | None, until: datetime | None) -> Doc:
    return {name: at for name, at in (("$gte", since), ("$lt", until)) if at is not None}


def _begins(text: str) -> Doc | None:
    text = text.replace("\0", "")  # which no pattern of the database may have, and no name has
    return {"$regex": f"^{re.escape(text)}"} if text else None
