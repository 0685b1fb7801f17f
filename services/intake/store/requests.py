"""The collection `requests`, and plain reads of it for people and clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

from services.intake.domain.documents import IssuedDocument, IssuedState
from services.intake.domain.file_times import files_since
from services.intake.domain.files import bands_of
from services.intake.domain.filled_form import FilledForm, Person
from services.intake.domain.officer_messages import OfficerMessage
from services.intake.domain.requests import Request, RequestOrigin, RequestState, Step
from services.intake.domain.visit_days import to_remind_of
from services.intake.domain.vouching import SenderVouching
from services.intake.ports import RequestPage, RequestSearch
from services.intake.store.parts import attachments_from, known
from shared.ids import first_id_at
from shared.mongo import Collection as MongoCollection
from shared.mongo import Doc, DocumentMapping, Mongo, aggregate, fields_of, reachable
from shared.mongo.terms import begins, found_by_terms
from shared.reference.catalogue import Catalogue
from shared.values import Channel, Malformed, Receipt, VouchedBy, phone_term
from shared.values.name_terms import name_terms

COLLECTION: Final = "requests"
_MOST_COUNTED: Final = 50_000  # requests of a day that the head's view counts: 0.2 s; the office has some hundreds
_NUMBERS: Final = frozenset({"nik", "kk_number"})
_LAST: Final = "\U0010ffff"  # sorts behind every text that begins the same


def _request_to(request: Request, *, catalogue: Catalogue) -> Doc:
    form = request.form
    return {
        "receipt": request.receipt,
        "state": request.state.value,
        "round": request.round,
        "channel": request.origin.channel.value,
        "service": request.service,
        "products": list(request.products),
        "case_id": request.case_id,
        "case_requests": list(request.case_requests),
        "submitted_at": request.submitted_at,
        "promised_at": request.promised_at,
        "outreach_source": request.outreach_source,
        "document_numbers": [document.number for document in request.issued],
        "documents": [fields_of(document) | {"delivery": document.delivery.value} for document in request.documents],
        "expected": request.expected,
        "origin": fields_of(request.origin) | {"channel": request.origin.channel.value},
        "person": {"nik": _subject_nik(request, catalogue), "key": request.person_key},
        "form": {
            "version": form.form_version,
            # BSON has moments, no days: answers lie as they travel
            "answers": catalogue.get(form.service).form_kept(form.form_version).wire(form.answers),
            "party": fields_of(form.party) if form.party else None,
        },
        "vouching": {**fields_of(request.vouching), "by": request.vouching.by.value} if request.vouching else None,
        "repeats": request.repeats,
        "joins": request.joins,
        "joined_by": list(request.joined_by),
        "began_at": request.began_at,
        "residence": request.residence,
        **_files_to(request),
        **_words_to(request, catalogue),
        "looks_bands": sorted({band for file in form.attachments for band in bands_of(file.looks)}),
        "village_words": _names(request, catalogue) if request.origin.village else [],
        "search_terms": _search_terms(request, catalogue),
        "timeline": [
            {"state": step.state.value, "at": step.at, "reasons": list(step.reasons), "document_number": step.document_number}
            for step in request.timeline
        ],
    }


def _search_terms(request: Request, catalogue: Catalogue) -> list[str]:
    """Return every number of a person or card in a form, the words of the names, and the phone number that it came from, with its plus."""
    form, party = catalogue.get(request.service).form_kept(request.form.form_version), request.form.party
    given = {each.name: request.form.answers[each.name] for each in form.fields if each.name in request.form.answers}
    numbers = [given[each.name] for each in form.fields if each.type in _NUMBERS and each.name in given]
    names = [given[each.name] for each in form.fields if each.type == "person_name" and each.name in given]
    if party is not None:
        numbers, names = [*numbers, party.nik, party.kk_number], [*names, party.name]
    words = (word for name in names if name for word in name_terms(name))
    phone = None if request.form.is_anonymous else phone_term(request.origin.address)
    return list(dict.fromkeys([*filter(None, numbers), *words, *filter(None, [phone])]))


def _names(request: Request, catalogue: Catalogue) -> list[str]:
    """Return the words of the names in a form: by them a registrar finds what the village filed."""
    form = catalogue.get(request.service).form_kept(request.form.form_version)
    named = [request.form.answers[each.name] for each in form.fields if each.type == "person_name" and each.name in request.form.answers]
    return list(dict.fromkeys(word for name in named for word in name_terms(name)))


def _subject_nik(request: Request, catalogue: Catalogue) -> str | None:
    """Return the NIK by which a chat notices that the same is asked twice."""
    subject = request.form.subject(catalogue.get(request.service))
    return subject.nik if subject is not None else request.form.applicant.nik


def request_from(doc: Doc, *, catalogue: Catalogue) -> Request:
    """Read a request from its document."""
    origin = {**known(RequestOrigin, doc["origin"]), "channel": Channel(doc["origin"]["channel"])}
    return Request(
        request_id=doc["_id"],
        receipt=doc["receipt"],
        origin=RequestOrigin(**origin),
        service=doc["service"],
        products=tuple(doc["products"]),
        form=_form_from(doc, catalogue),
        person_key=doc["person"]["key"],
        submitted_at=doc["submitted_at"],
        promised_at=doc["promised_at"],
        timeline=tuple(
            Step(RequestState(step["state"]), step["at"], tuple(step["reasons"]), step["document_number"]) for step in doc["timeline"]
        ),
        state=RequestState(doc["state"]),
        round=doc["round"],
        documents=tuple(
            IssuedDocument(**known(IssuedDocument, document) | {"delivery": IssuedState(document["delivery"])})
            for document in doc["documents"]
        ),
        expected=doc["expected"],
        case_id=doc["case_id"],
        case_requests=tuple(doc["case_requests"]),
        outreach_source=doc["outreach_source"],
        vouching=_vouching_from(doc["vouching"]) if doc["vouching"] else None,
        repeats=doc["repeats"],
        joins=doc["joins"],
        joined_by=tuple(doc["joined_by"]),
        began_at=doc.get("began_at"),
        told=_told_from(doc["told"]) if doc.get("told") else None,
        reminded_of=date.fromisoformat(doc["reminded_of"]) if doc.get("reminded_of") else None,
        residence=doc.get("residence"),
        files_over_at=doc.get("files_over_at"),
    )


def _files_to(request: Request) -> Doc:
    """Return what the files are, since when they are kept for a while only, and when they were given up: that is absent of most."""
    over = {"files_over_at": request.files_over_at} if request.files_over_at else {}
    return {"attachments": [fields_of(file) for file in request.form.attachments], "files_since": files_since(request), **over}


def _words_to(request: Request, catalogue: Catalogue) -> Doc:
    """Return what was told, of which day its sender was reminded, and of which one that is yet to be: absent of most."""
    day = to_remind_of(request, catalogue.get(request.service))
    kept = {
        "told": _told_to(request.told) if request.told else None,
        "reminded_of": request.reminded_of.isoformat() if request.reminded_of else None,
    }
    return kept | ({"remind_of": day.isoformat()} if day else {})


def _told_to(told: OfficerMessage) -> Doc:
    return {"text": told.text, "at": told.at, "visit_on": told.visit_on.isoformat() if told.visit_on else None}


def _told_from(doc: Doc) -> OfficerMessage:
    return OfficerMessage(doc["text"], doc["at"], date.fromisoformat(doc["visit_on"]) if doc["visit_on"] else None)


def _form_from(doc: Doc, catalogue: Catalogue) -> FilledForm:
    form = doc["form"]
    answers = catalogue.get(doc["service"]).form_kept(form["version"]).values(form["answers"])
    party = Person(**form["party"]) if form["party"] else None
    return FilledForm(doc["service"], form["version"], answers, attachments_from(doc["attachments"]), party)


def _vouching_from(doc: Doc) -> SenderVouching:
    return SenderVouching(**{**known(SenderVouching, doc), "by": VouchedBy(doc["by"])})


def requests_of(catalogue: Catalogue) -> DocumentMapping[Request]:
    """Return the mapping of requests, whose answers are read and written by the forms of this catalogue."""
    return DocumentMapping(
        collection=COLLECTION,
        key=lambda request: request.request_id,
        to_doc=partial(_request_to, catalogue=catalogue),
        from_doc=partial(request_from, catalogue=catalogue),
    )


class MongoRequestReader:
    """Plain reads of the collection `requests`; implements `ports.RequestReader`."""

    def __init__(self, mongo: Mongo, database: str, catalogue: Catalogue) -> None:
        self._requests: MongoCollection = mongo.collection(database, COLLECTION)
        self._from = requests_of(catalogue).from_doc

    async def find_by_receipt(self, receipt: Receipt) -> Request | None:
        with reachable():
            doc = await self._requests.find_one({"receipt": receipt.text})
        return None if doc is None else self._from(doc)

    async def find_by_terms(self, words: Sequence[Sequence[str]], villages: Collection[str] | None, *, limit: int) -> tuple[Request, ...]:
        theirs: Doc | None = None if villages is None else {"origin.village": {"$in": sorted(villages)}}
        terms = [begins("search_terms", word) for word in words]
        docs = await found_by_terms(self._requests, terms, index="search_terms", also=theirs, limit=limit)
        return tuple(sorted(map(self._from, docs), key=lambda request: request.request_id, reverse=True))

    async def search(self, search: RequestSearch) -> RequestPage:
        with reachable():
            docs = await self._requests.find(_query(search)).sort("_id", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        return RequestPage(tuple(self._from(doc) for doc in shown), shown[-1]["_id"] if len(docs) > search.limit else None)

    async def to_remind(self, day: date, limit: int) -> Sequence[str]:
        with reachable():
            docs = await self._requests.find({"remind_of": day.isoformat()}, {"_id": 1}).limit(limit).to_list(None)
        return [doc["_id"] for doc in docs]

    async def tally(self, *, since: datetime) -> Mapping[tuple[Channel, RequestState], int]:
        pipeline: list[Doc] = [
            {"$match": {"_id": {"$gte": first_id_at(since)}}},
            {"$sort": {"_id": -1}},
            {"$limit": _MOST_COUNTED},
            {"$group": {"_id": {"channel": "$channel", "state": "$state"}, "count": {"$sum": 1}}},
        ]
        with reachable():
            rows = await aggregate(self._requests, pipeline, hint="_id_")
        return {(Channel(row["_id"]["channel"]), RequestState(row["_id"]["state"])): row["count"] for row in rows}

    async def count_states(self, states: Sequence[RequestState]) -> Mapping[RequestState, int]:
        with reachable():
            return {state: int(await self._requests.count_documents({"state": state.value}, hint="by_state")) for state in states}


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
        begins = {"$gte": text.upper(), "$lt": text.upper() + _LAST}  # a range and no pattern: the planner finds it in an index
        # $elemMatch: one number within the range, not one above its begin and another below its end; $gt: what the partial index has
        number = {"$elemMatch": begins, "$gt": ""}
        return [{"receipt": begins}, {"document_numbers": number}, {"case_id": text.lower()}, {"_id": text.lower()}]
