"""The collection `requests`, and plain reads of it for people and clients."""

from __future__ import annotations

from typing import Final

from services.intake.domain.requests import IssuedDocument, Person, Request, RequestOrigin, RequestState, Step
from services.intake.domain.vouching import SenderVouching
from services.intake.ports import RequestPage, RequestSearch
from services.intake.store.parts import attachments_from, known
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable
from shared.values import Channel, Malformed, Receipt, VouchedBy

_LAST: Final = "\U0010ffff"  # sorts behind every text that begins the same


def _request_to(request: Request) -> Doc:
    return {
        "receipt": request.receipt,
        "state": request.state.value,
        "channel": request.origin.channel.value,
        "service": request.service,
        "product": request.product,
        "case_id": request.case_id,
        "submitted_at": request.submitted_at,
        "promised_at": request.promised_at,
        "outreach_source": request.outreach_source,
        "document_number": request.document_number,
        "origin": {**fields_of(request.origin), "channel": request.origin.channel.value},
        "person": fields_of(request.person),
        "vouching": {**fields_of(request.vouching), "by": request.vouching.by.value} if request.vouching else None,
        "repeats": request.repeats,
        "joins": request.joins,
        "joined_by": list(request.joined_by),
        "attachments": [fields_of(file) for file in request.attachments],
        "timeline": [
            {
                "state": step.state.value,
                "at": step.at,
                "reasons": list(step.reasons),
                "document_number": step.document.number if step.document else None,
                "document_id": step.document.document_id if step.document else None,
                "sha256": step.document.sha256 if step.document else None,
            }
            for step in request.timeline
        ],
    }


def request_from(doc: Doc) -> Request:
    """Read a request from its document."""
    origin = {**known(RequestOrigin, doc["origin"]), "channel": Channel(doc["origin"]["channel"])}
    return Request(
        request_id=doc["_id"],
        receipt=doc["receipt"],
        origin=RequestOrigin(**origin),
        service=doc["service"],
        product=doc["product"],
        person=Person(**known(Person, doc["person"])),
        submitted_at=doc["submitted_at"],
        promised_at=doc["promised_at"],
        timeline=tuple(_step_from(step) for step in doc["timeline"]),
        state=RequestState(doc["state"]),
        attachments=attachments_from(doc["attachments"]),
        case_id=doc["case_id"],
        outreach_source=doc["outreach_source"],
        vouching=_vouching_from(doc["vouching"]) if doc.get("vouching") else None,  # absent: it came in before 0.2
        repeats=doc.get("repeats"),
        joins=doc.get("joins"),
        joined_by=tuple(doc.get("joined_by", ())),
    )


def _vouching_from(doc: Doc) -> SenderVouching:
    return SenderVouching(**{**known(SenderVouching, doc), "by": VouchedBy(doc["by"])})


def _step_from(doc: Doc) -> Step:
    number = doc["document_number"]
    document = IssuedDocument(doc.get("document_id", ""), number, doc.get("sha256", "")) if number else None  # "": noted before 0.2
    return Step(RequestState(doc["state"]), doc["at"], tuple(doc["reasons"]), document)


REQUESTS: Final[DocumentMapping[Request]] = DocumentMapping("requests", lambda request: request.request_id, _request_to, request_from)


class MongoRequestReader:
    """Plain reads of the collection `requests`; implements `ports.RequestReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._requests: Collection = mongo.collection(database, "requests")

    async def find_by_receipt(self, receipt: Receipt) -> Request | None:
        with reachable():
            doc = await self._requests.find_one({"receipt": receipt.text})
        return None if doc is None else request_from(doc)

    async def search(self, search: RequestSearch) -> RequestPage:
        with reachable():
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
