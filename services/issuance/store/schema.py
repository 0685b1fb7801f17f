"""How documents and counters lie in MongoDB, and the index behind each query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.issuance.domain.card import CardMember, FamilyCard
from services.issuance.domain.document import Cause, Certificate, Document, DocumentContent, DocumentState, Pdf
from services.issuance.domain.numbers import NumberSequence
from shared.mongo import Doc, DocumentMapping, IndexModel, fields_of
from shared.values import Contact

ARCHIVE: Final = "pdf"
"""GridFS bucket of the issued bytes."""

# Partial indexes say `$gt: ""` for "a text": the planner sees that an equality is within it, and of `$type: "string"` it does not.
INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    "documents": [
        IndexModel([("number", 1)], name="number", unique=True),  # I2; search by number
        IndexModel([("token", 1)], name="token", unique=True),  # the public page
        # I2: a family card number is given once; documents that keep an old number have none here
        IndexModel([("allocated_kk", 1)], name="given_kk", unique=True, partialFilterExpression={"allocated_kk": {"$gt": ""}}),
        # what the renderer may take up; those that ended are not in it
        IndexModel([("due_at", 1)], name="due", partialFilterExpression={"due_at": {"$type": "date"}}),
        IndexModel([("receipt", 1), ("_id", -1)], name="receipt"),  # search by receipt
        IndexModel([("request_id", 1), ("_id", -1)], name="request"),  # search by request
        IndexModel([("case_id", 1), ("_id", -1)], name="of_case", partialFilterExpression={"case_id": {"$gt": ""}}),  # by court case
        IndexModel([("state", 1), ("_id", -1)], name="state"),  # search by state; tally
    ],
    "counters": [],
}


def _document_to_doc(document: Document) -> Doc:
    return {
        "request_id": document.request_id,
        "receipt": document.receipt,
        "case_id": document.case_id,
        "channel": document.channel,
        "service": document.service,
        "product": document.product,
        "number": document.number,
        "allocated_kk": document.allocated_kk,
        "token": document.token,
        "holder_name": document.holder_name,
        "origin": fields_of(document.origin),
        "claimed_at": document.claimed_at,
        "state": document.state.value,
        "attempt": document.attempt,
        "due_at": document.due_at,
        "material": _material_to_doc(document.material) if document.material else None,
        "pdf": fields_of(document.pdf) if document.pdf else None,
        "certificate": fields_of(document.certificate) if document.certificate else None,
        "issued_at": document.issued_at,
        "reason": document.reason,
        "reason_at": document.reason_at,
        "note": document.note,
    }


def document_from_doc(doc: Doc) -> Document:
    """Return the document that was stored as `doc`."""
    return Document(
        document_id=doc["_id"],
        request_id=doc["request_id"],
        receipt=doc["receipt"],
        case_id=doc["case_id"],
        channel=doc["channel"],
        service=doc["service"],
        product=doc["product"],
        number=doc["number"],
        allocated_kk=doc["allocated_kk"],
        token=doc["token"],
        holder_name=doc["holder_name"],
        origin=Cause(**doc["origin"]),
        claimed_at=doc["claimed_at"],
        state=DocumentState(doc["state"]),
        attempt=doc["attempt"],
        due_at=doc["due_at"],
        material=_material_from_doc(doc["material"]) if doc["material"] else None,
        pdf=Pdf(**doc["pdf"]) if doc["pdf"] else None,
        certificate=Certificate(**doc["certificate"]) if doc["certificate"] else None,
        issued_at=doc["issued_at"],
        reason=doc["reason"],
        reason_at=doc["reason_at"],
        note=doc.get("note"),  # absent: written before 0.2
    )


def _material_to_doc(material: DocumentContent) -> Doc:
    return {
        "holder_nik": material.holder_nik,
        "card": fields_of(material.card) | {"members": [_member_to_doc(member) for member in material.card.members]},
        "contact": fields_of(material.contact),
    }


def _member_to_doc(member: CardMember) -> Doc:
    # BSON has moments, no days: a day stays a day as ISO text, in any time zone.
    on = member.marital_status_on
    return fields_of(member) | {"born_on": member.born_on.isoformat(), "marital_status_on": on.isoformat() if on else None}


def _material_from_doc(doc: Doc) -> DocumentContent:
    card = doc["card"]
    return DocumentContent(
        holder_nik=doc["holder_nik"],
        card=FamilyCard(**{**card, "members": tuple(_member_from_doc(member) for member in card["members"])}),
        contact=Contact(**doc["contact"]),
    )


def _member_from_doc(doc: Doc) -> CardMember:
    on = doc["marital_status_on"]
    return CardMember(**{**doc, "born_on": date.fromisoformat(doc["born_on"]), "marital_status_on": date.fromisoformat(on) if on else None})


DOCUMENTS: Final[DocumentMapping[Document]] = DocumentMapping(
    collection="documents",
    key=lambda document: document.document_id,
    to_doc=_document_to_doc,
    from_doc=document_from_doc,
)

COUNTERS: Final[DocumentMapping[NumberSequence]] = DocumentMapping(
    collection="counters",
    key=lambda counter: counter.key,
    to_doc=lambda counter: {"last": counter.last},
    from_doc=lambda doc: NumberSequence(doc["_id"], doc["last"]),
)
