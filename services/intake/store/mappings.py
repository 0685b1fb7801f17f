"""How the aggregates lie: plain documents, dates as ISO texts, moments as dates. `from_doc` ignores fields it does not know."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

import orjson

from services.intake.domain.chat import Attachment, Conversation, Draft, Stage
from services.intake.domain.contacts import ChatContact
from services.intake.domain.court import CourtChild, CourtDecision, CourtParty
from services.intake.domain.docket import DayCount, Docket
from services.intake.domain.links import End, Level, PersonLink
from services.intake.domain.requests import Channel, IssuedDocument, Person, Request, RequestOrigin, RequestState, Step
from services.intake.domain.vouching import VouchedBy, Vouching
from services.intake.domain.webhook_log import WebhookItemKind
from services.intake.ports import CaseRequest, CourtCase, ParkedItem, SentMessage, StoredItem
from shared.mongo import Doc, DocumentMapping, fields_of
from shared.values import KkNumber, Nik

_STUCK_ID_DIGITS: Final = 32  # hex: 128 bit of a hash, as a wamid has a phone number inside
NEW, HANDLED, PARKED, KEPT, DISCARDED = "new", "handled", "parked", "kept", "discarded"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A item with its whole document, so that marking it handled loses nothing."""

    item: StoredItem
    doc: Doc

    def handled(self, at: datetime) -> ItemRow:
        """The same item, done with; it expires some time after."""
        return ItemRow(replace(self.item, is_new=False), {**self.doc, "state": HANDLED, "handled_at": at})

    def parked(self, reason: str, at: datetime) -> ItemRow:
        """The same item, given up; it stays until an operator decides."""
        return ItemRow(replace(self.item, is_new=False), self.doc | parked_fields(self.item.key, reason, at))

    def renewed(self) -> ItemRow:
        """Return the same item, to be handled again."""
        doc = {name: value for name, value in self.doc.items() if name not in {"reason", "parked_at", "stuck_id"}}
        return ItemRow(replace(self.item, is_new=True), {**doc, "state": NEW})

    def discarded(self, note: str, at: datetime) -> ItemRow:
        """Return the same item, ended unhandled; it expires like one that was handled."""
        return ItemRow(self.item, {**self.doc, "state": DISCARDED, "note": note, "handled_at": at})


def parked_fields(key: str, reason: str, at: datetime) -> Doc:
    """Return what is written into an item that is given up."""
    stuck_id = hashlib.sha256(key.encode()).hexdigest()[:_STUCK_ID_DIGITS]
    return {"state": PARKED, "reason": reason, "parked_at": at, "stuck_id": stuck_id}


def item_from(doc: Doc) -> StoredItem:
    """A item as it lies."""
    return StoredItem(
        key=doc["_id"],
        kind=WebhookItemKind(doc["kind"]),
        sender=doc["sender"],
        received_at=doc["received_at"],
        content=orjson.loads(doc["content"]),
        traceparent=doc["traceparent"],
        is_new=doc["state"] == NEW,
    )


def parked_from(doc: Doc) -> ParkedItem:
    """Return a parked item as it lies."""
    return ParkedItem(doc["stuck_id"], WebhookItemKind(doc["kind"]), doc["reason"], doc["parked_at"], item_from(doc))


def _contact_to(contact: ChatContact) -> Doc:
    return {
        "wa_id": contact.wa_id,
        "bsuid": contact.bsuid,
        "username": contact.username,
        "aliases": list(contact.aliases),
        "merged_into": contact.merged_into,
        "last_inbound_at": contact.last_inbound_at,
        "links": [{**fields_of(link), "level": link.level.value, "end": link.end.value if link.end else None} for link in contact.links],
        "filed": _tally_to(contact.filed),
    }


def _contact_from(doc: Doc) -> ChatContact:
    return ChatContact(
        contact_id=doc["_id"],
        wa_id=doc["wa_id"],
        bsuid=doc["bsuid"],
        username=doc["username"],
        aliases=tuple(doc["aliases"]),
        merged_into=doc["merged_into"],
        last_inbound_at=doc["last_inbound_at"],
        links=tuple(_link_from(link) for link in doc.get("links", ())),  # absent: written before 0.2
        filed=_tally_from(doc["filed"]) if doc.get("filed") else DayCount(),
    )


def _link_from(doc: Doc) -> PersonLink:
    return PersonLink(**{**_known(PersonLink, doc), "level": Level(doc["level"]), "end": End(doc["end"]) if doc["end"] else None})


def _tally_to(tally: DayCount) -> Doc:
    return {"day": tally.day.isoformat(), "count": tally.count}


def _tally_from(doc: Doc) -> DayCount:
    return DayCount(date.fromisoformat(doc["day"]), doc["count"])


def _docket_to(docket: Docket) -> Doc:
    return {"tally": _tally_to(docket.tally), "latest": {service: list(ids) for service, ids in docket.latest.items()}}


def _docket_from(doc: Doc) -> Docket:
    return Docket(doc["_id"], _tally_from(doc["tally"]), {service: tuple(ids) for service, ids in doc["latest"].items()})


def _conversation_to(conversation: Conversation) -> Doc:
    draft = conversation.draft
    return {
        "stage": conversation.stage.value,
        "touched_at": conversation.touched_at,
        "outreach_source": conversation.outreach_source,
        "unmoved": list(conversation.unmoved),
        "draft": None
        if draft is None
        else {
            "service": draft.service,
            "began_at": draft.began_at,
            "nik": draft.nik.text if draft.nik else None,
            "kk_number": draft.kk_number.text if draft.kk_number else None,
            "attachments": [fields_of(file) for file in draft.attachments],
            "outreach_source": draft.outreach_source,
            "needs_selfie": draft.needs_selfie,
        },
    }


def _conversation_from(doc: Doc) -> Conversation:
    draft = doc["draft"]
    return Conversation(
        contact_id=doc["_id"],
        stage=Stage(doc["stage"]),
        touched_at=doc["touched_at"],
        outreach_source=doc.get("outreach_source"),
        unmoved=tuple(doc.get("unmoved", ())),
        draft=None
        if draft is None
        else Draft(
            service=draft["service"],
            began_at=draft["began_at"],
            nik=Nik(draft["nik"]) if draft["nik"] else None,
            kk_number=KkNumber(draft["kk_number"]) if draft["kk_number"] else None,
            attachments=_attachments(draft["attachments"]),
            outreach_source=draft["outreach_source"],
            needs_selfie=draft.get("needs_selfie", False),  # absent: begun before 0.2
        ),
    )


def _attachments(docs: list[Doc]) -> tuple[Attachment, ...]:
    return tuple(Attachment(**_known(Attachment, doc)) for doc in docs)


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
    """A request as it lies."""
    origin = {**_known(RequestOrigin, doc["origin"]), "channel": Channel(doc["origin"]["channel"])}
    return Request(
        request_id=doc["_id"],
        receipt=doc["receipt"],
        origin=RequestOrigin(**origin),
        service=doc["service"],
        product=doc["product"],
        person=Person(**_known(Person, doc["person"])),
        submitted_at=doc["submitted_at"],
        promised_at=doc["promised_at"],
        timeline=tuple(_step_from(step) for step in doc["timeline"]),
        state=RequestState(doc["state"]),
        attachments=_attachments(doc["attachments"]),
        case_id=doc["case_id"],
        outreach_source=doc["outreach_source"],
        vouching=_vouching_from(doc["vouching"]) if doc.get("vouching") else None,  # absent: it came in before 0.2
        repeats=doc.get("repeats"),
        joins=doc.get("joins"),
        joined_by=tuple(doc.get("joined_by", ())),
    )


def _vouching_from(doc: Doc) -> Vouching:
    return Vouching(**{**_known(Vouching, doc), "by": VouchedBy(doc["by"])})


def _step_from(doc: Doc) -> Step:
    number = doc["document_number"]
    document = IssuedDocument(doc.get("document_id", ""), number, doc.get("sha256", "")) if number else None  # "": noted before 0.2
    return Step(RequestState(doc["state"]), doc["at"], tuple(doc["reasons"]), document)


def _case_to(case: CourtCase) -> Doc:
    return {
        "key": case.key,
        "decision": _dated(asdict(case.decision)),
        "fingerprint": case.fingerprint,
        "requests": [fields_of(one) for one in case.requests],
        "received_at": case.received_at,
    }


def _case_from(doc: Doc) -> CourtCase:
    return CourtCase(
        case_id=doc["_id"],
        key=doc["key"],
        decision=_decision_from(doc["decision"]),
        fingerprint=doc["fingerprint"],
        requests=tuple(CaseRequest(**_known(CaseRequest, one)) for one in doc["requests"]),
        received_at=doc["received_at"],
    )


def _dated(value: Any) -> Any:
    """BSON has no date without time: ISO text."""
    if isinstance(value, dict):
        return {name: _dated(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dated(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def _decision_from(doc: Doc) -> CourtDecision:
    values = _undated(CourtDecision, doc)
    return CourtDecision(
        **{
            **values,
            "husband": CourtParty(**_undated(CourtParty, doc["husband"])),
            "wife": CourtParty(**_undated(CourtParty, doc["wife"])),
            "children": tuple(CourtChild(**_known(CourtChild, child)) for child in doc["children"]),
        },
    )


def _undated(kind: type[Any], doc: Doc) -> Doc:
    return {
        name: date.fromisoformat(value) if name.endswith("_on") and value is not None else value
        for name, value in _known(kind, doc).items()
    }


def _known(kind: type[Any], doc: Doc) -> Doc:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in doc.items() if name in names}


def sent_key(wamid: str) -> str:
    """A hash: the key is the subject of an event, and a wamid has the recipient's phone number inside."""
    return hashlib.sha256(wamid.encode()).hexdigest()


PIECES: Final[DocumentMapping[ItemRow]] = DocumentMapping(
    "webhook_log",
    lambda row: row.item.key,
    lambda row: {name: value for name, value in row.doc.items() if name not in {"_id", "version", "seq"}},
    lambda doc: ItemRow(item_from(doc), doc),
)
CONTACTS: Final[DocumentMapping[ChatContact]] = DocumentMapping("contacts", lambda contact: contact.contact_id, _contact_to, _contact_from)
CONVERSATIONS: Final[DocumentMapping[Conversation]] = DocumentMapping(
    "conversations", lambda conversation: conversation.contact_id, _conversation_to, _conversation_from
)
REQUESTS: Final[DocumentMapping[Request]] = DocumentMapping("requests", lambda request: request.request_id, _request_to, request_from)
DOCKETS: Final[DocumentMapping[Docket]] = DocumentMapping("dockets", lambda docket: docket.key, _docket_to, _docket_from)
CASES: Final[DocumentMapping[CourtCase]] = DocumentMapping("cases", lambda case: case.case_id, _case_to, _case_from)
SENT_MESSAGES: Final[DocumentMapping[SentMessage]] = DocumentMapping(
    "sent_messages",
    lambda message: sent_key(message.wamid),
    lambda message: {"wamid": message.wamid, "statuses": list(message.statuses)},
    lambda doc: SentMessage(doc["wamid"], tuple(doc["statuses"])),
)
