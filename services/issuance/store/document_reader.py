"""Plain reads of documents, and leases of attempts, outside any unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.issuance.domain.document import Document, DocumentState
from services.issuance.ports import DocumentQuery
from services.issuance.store.schema import DOCUMENTS, document_from_doc
from shared.errors import NotFound
from shared.mongo import Doc, Mongo, reachable

WITHOUT_PERSONS = {"content": 0, "contact": 0}  # a list never needs what the sheet says, nor to whom it goes


class MongoDocumentReader:
    """`ports.DocumentReader` over the collection of documents."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._documents = mongo.collection(database, DOCUMENTS.collection)

    async def get(self, document_id: str) -> Document:
        """Return a document, without what it says and to whom it goes.

        Raises:
            NotFound: `documents_not_found`.
        """
        found = await self._find({"_id": document_id})
        if found is None:
            raise NotFound("documents_not_found")
        return found

    async def find_by_token(self, token: str) -> Document | None:
        return await self._find({"token": token})

    async def page(self, query: DocumentQuery) -> tuple[Sequence[Document], str | None]:
        wanted: Doc = {
            name: value
            for name, value in (
                ("number", query.number),
                ("receipt", query.receipt),
                ("request_id", query.request_id),
                ("case_id", query.case_id),
                ("state", query.state.value if query.state else None),
            )
            if value is not None
        }
        if query.after is not None:
            wanted["_id"] = {"$lt": query.after}
        with reachable():
            found = await self._documents.find(wanted, WITHOUT_PERSONS).sort("_id", -1).limit(query.limit + 1).to_list(None)
        documents = [without_persons(doc) for doc in found[: query.limit]]
        return documents, documents[-1].document_id if len(found) > query.limit else None

    async def oldest_due_seconds(self, at: datetime) -> float:
        with reachable():
            found = await self._documents.find(_due(at), {"due_at": 1}).sort("due_at", 1).limit(1).to_list(None)
        return float((at - found[0]["due_at"]).total_seconds()) if found else 0.0

    async def renew(self, attempts: Mapping[str, int], until: datetime) -> None:
        held = [{"_id": key, "attempt": attempt} for key, attempt in attempts.items()]
        running: Doc = {"$or": held, "state": DocumentState.RENDERING.value, "due_at": {"$type": "date"}}
        with reachable():
            await self._documents.update_many(running, {"$max": {"due_at": until}})

    async def due(self, at: datetime, limit: int) -> Sequence[str]:
        with reachable():
            found = await self._documents.find(_due(at), {"_id": 1}).sort("due_at", 1).limit(limit).to_list(None)
        return [doc["_id"] for doc in found]

    async def _find(self, wanted: Doc) -> Document | None:
        with reachable():
            doc = await self._documents.find_one(wanted, WITHOUT_PERSONS)
        return without_persons(doc) if doc else None


def without_persons(doc: Doc) -> Document:
    """Return the document that was read `WITHOUT_PERSONS`."""
    return document_from_doc({**doc, "content": None, "contact": None})


def _due(at: datetime) -> Doc:
    return {"due_at": {"$lte": at, "$type": "date"}}  # the type is what the partial index is about; without it every document is read
