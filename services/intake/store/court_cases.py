"""Plain reads of what a court has sent, and of what its clerks have begun."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.intake.domain.clerk import CourtDraft
from services.intake.ports import CasePage, CaseSearch, CourtCase, ReadCase
from services.intake.store.cases import CASES
from services.intake.store.court_drafts import COURT_DRAFTS, draft_from
from services.intake.store.requests import COLLECTION, requests_of
from shared.mongo import Collection, Doc, Mongo, reachable
from shared.mongo.terms import begins
from shared.reference.catalogue import Catalogue
from shared.reference.courts import court_key
from shared.values.name_terms import name_beginnings

_MOST: Final = 50  # decisions begun and not sent: a court has a handful


class MongoClerkReader:
    """Implements `ports.ClerkReader`."""

    def __init__(self, mongo: Mongo, database: str, catalogue: Catalogue) -> None:
        self._drafts: Collection = mongo.collection(database, COURT_DRAFTS.collection)
        self._cases: Collection = mongo.collection(database, CASES.collection)
        self._requests: Collection = mongo.collection(database, COLLECTION)
        self._request_from = requests_of(catalogue).from_doc

    async def drafts(self, court: str) -> Sequence[CourtDraft]:
        with reachable():
            docs = await self._drafts.find({"court": court, "sent_case": None}).sort("touched_at", -1).limit(_MOST).to_list(None)
        return [draft_from(doc) for doc in docs]

    async def find_draft(self, draft_id: str) -> CourtDraft | None:
        with reachable():
            doc = await self._drafts.find_one({"_id": draft_id})
        return draft_from(doc) if doc else None

    async def find_correction(self, court: str, case_id: str) -> CourtDraft | None:
        with reachable():
            doc = await self._drafts.find_one({"court": court, "sent_case": None, "corrects": case_id})
        return draft_from(doc) if doc else None

    async def cases(self, search: CaseSearch) -> CasePage:
        query = _query(search)
        with reachable():
            count = await self._cases.count_documents(query)
            if search.after:
                query["_id"] = {"$lt": search.after}
            docs = await self._cases.find(query).sort("_id", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        read = await self._with_requests([CASES.from_doc(doc) for doc in shown])
        return CasePage(read, count, shown[-1]["_id"] if len(docs) > search.limit else None)

    async def find_case(self, case_id: str) -> ReadCase | None:
        with reachable():
            doc = await self._cases.find_one({"_id": case_id})
        return (await self._with_requests([CASES.from_doc(doc)]))[0] if doc else None

    async def _with_requests(self, cases: Sequence[CourtCase]) -> tuple[ReadCase, ...]:
        ids = [one.request_id for case in cases for one in case.requests]
        with reachable():
            docs = await self._requests.find({"_id": {"$in": ids}}).to_list(None) if ids else []
        found = {doc["_id"]: self._request_from(doc) for doc in docs}
        return tuple(ReadCase(case, tuple(found[one.request_id] for one in case.requests)) for case in cases)


def _query(search: CaseSearch) -> Doc:
    query: Doc = {"court": court_key(search.court)}
    if search.number:
        query["key"] = {"$regex": f"^{re.escape(search.number)}"}
    if search.nik:
        query["terms"] = search.nik
    if words := name_beginnings(search.name):
        query["$and"] = [begins("terms", word) for word in words]
    return query
