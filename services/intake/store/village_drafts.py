"""The collection `village_drafts`: requests that village registrars have begun for villagers."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence
from typing import Final

from services.intake.domain.village import VillageDraft
from services.intake.ports import VillagePage, VillageSearch
from services.intake.store.conversations import draft_from, draft_to
from services.intake.store.requests import COLLECTION, requests_of
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, reachable
from shared.mongo.terms import begins
from shared.reference.catalogue import Catalogue
from shared.values.name_terms import name_beginnings

_MOST: Final = 50  # requests begun and not filed: a village has a handful


def _draft_to(known: VillageDraft) -> Doc:
    return {
        "village": known.village,
        "registrar": known.registrar,
        "touched_at": known.touched_at,
        "phone": known.phone,
        "draft": draft_to(known.draft),
    }


def _draft_from(doc: Doc) -> VillageDraft:
    draft = draft_from(doc["draft"])
    if draft is None:
        raise LookupError("a draft without answers")
    return VillageDraft(doc["_id"], doc["village"], doc["registrar"], draft, doc["touched_at"], doc["phone"])


VILLAGE_DRAFTS: Final[DocumentMapping[VillageDraft]] = DocumentMapping(
    "village_drafts", lambda known: known.draft_id, _draft_to, _draft_from
)


class MongoVillageReader:
    """Implements `ports.VillageReader`."""

    def __init__(self, mongo: Mongo, database: str, catalogue: Catalogue) -> None:
        self._drafts: Collection = mongo.collection(database, VILLAGE_DRAFTS.collection)
        self._requests: Collection = mongo.collection(database, COLLECTION)
        self._request_from = requests_of(catalogue).from_doc

    async def drafts(self, villages: Several[str]) -> Sequence[VillageDraft]:
        with reachable():
            docs = await self._drafts.find({"village": {"$in": list(villages)}}).sort("touched_at", -1).limit(_MOST).to_list(None)
        return [_draft_from(doc) for doc in docs]

    async def find_draft(self, draft_id: str) -> VillageDraft | None:
        with reachable():
            doc = await self._drafts.find_one({"_id": draft_id})
        return _draft_from(doc) if doc else None

    async def requests(self, search: VillageSearch) -> VillagePage:
        query = _query(search)
        with reachable():
            count = await self._requests.count_documents(query)
            if search.after:
                query["_id"] = {"$lt": search.after}
            docs = await self._requests.find(query).sort("_id", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        return VillagePage(tuple(map(self._request_from, shown)), count, shown[-1]["_id"] if len(docs) > search.limit else None)


def _query(search: VillageSearch) -> Doc:
    query: Doc = {"origin.village": {"$in": sorted(search.villages)}}
    if search.receipt:
        query["receipt"] = search.receipt
    if search.nik:
        query["person.nik"] = search.nik
    if words := name_beginnings(search.name):
        query["$and"] = [begins("village_words", word) for word in words]
    return query
