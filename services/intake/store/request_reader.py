"""Plain reads of requests for people and clients."""

from __future__ import annotations

from typing import Final

from services.intake.domain.requests import Request
from services.intake.ports import RequestPage, RequestSearch
from services.intake.store.mappings import request_from
from shared.mongo import Collection, Doc, Mongo
from shared.values import Channel, Malformed, Receipt

_LAST: Final = "\U0010ffff"  # sorts behind every text that begins the same


class MongoRequestReader:
    """Reads the collection `requests`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._requests: Collection = mongo.collection(database, "requests")

    async def find_by_receipt(self, receipt: Receipt) -> Request | None:
        """See `ports.Register`."""
        doc = await self._requests.find_one({"receipt": receipt.text})
        return None if doc is None else request_from(doc)

    async def search(self, search: RequestSearch) -> RequestPage:
        """See `ports.Register`. Ids are UUIDv7, so the newest first is the order of `_id`, and the last `_id` is the cursor."""
        docs = await self._requests.find(_query(search)).sort("_id", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        return RequestPage(tuple(request_from(doc) for doc in shown), shown[-1]["_id"] if len(docs) > search.limit else None)


def _query(search: RequestSearch) -> Doc:
    query: Doc = {}
    if search.client is not None:
        query |= {"channel": Channel.ADAPTER.value, "origin.address": search.client}
    if search.state:
        query["state"] = search.state.value
    if search.service:
        query["service"] = search.service
    if search.channel:
        query["$and"] = [{"channel": search.channel.value}]  # beside the one above
    if search.after:
        query["_id"] = {"$lt": search.after}
    if search.text:
        query["$or"] = _by_text(search.text.strip())
    return query


def _by_text(text: str) -> list[Doc]:
    try:
        return [{"receipt": Receipt.parse(text).text}]
    except Malformed:
        begins = {"$gte": text.upper(), "$lt": text.upper() + _LAST}  # a range and no pattern: the planner finds it in a partial index
        return [{"receipt": begins}, {"document_number": begins}, {"case_id": text.lower()}, {"_id": text.lower()}]
