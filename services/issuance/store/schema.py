"""How documents and counters lie in MongoDB, and the index behind each query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.issuance.domain.card_order import CardMove, CardOrder, CardState
from services.issuance.domain.cards import BlankStock
from services.issuance.domain.document import Cause, Certificate, Document, DocumentState, Pdf
from services.issuance.domain.numbers import NumberFloor, NumberSequence
from services.issuance.domain.products.spec import DocumentForm
from services.issuance.domain.revocation import Authority, Revocation
from shared.mongo import Doc, DocumentMapping, IndexModel, fields_of
from shared.values import Contact
from shared.values.name_terms import name_terms

ARCHIVE: Final = "pdf"
"""GridFS bucket of the issued bytes."""

RARE_STATES: Final = [str(each) for each in (DocumentState.HELD, DocumentState.SUPERSEDED, DocumentState.REVOKED, DocumentState.VOID)]
"""Where few documents are, and those for long: an index of their own finds them, and costs nothing on the way to an issue."""

# Partial indexes say `$gt: ""` for "a text": the planner sees that an equality is within it, and of `$type: "string"` it does not.
INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    "documents": [
        IndexModel([("number", 1), ("extract", 1)], name="number_extract", unique=True),  # I2; search by number
        IndexModel([("token", 1)], name="token", unique=True),  # the public page
        # what an issue supersedes, or is superseded by; both hold SHA-256, nobody's number
        IndexModel([("about", 1)], name="about"),
        IndexModel([("replaces", 1)], name="replaces", sparse=True),  # absent where nothing is replaced, as in most
        # what the renderer may take up; those that ended are not in it
        IndexModel([("due_at", 1)], name="due", partialFilterExpression={"due_at": {"$type": "date"}}),
        IndexModel([("receipt", 1), ("_id", -1)], name="receipt"),  # search by receipt
        IndexModel([("request_id", 1), ("_id", -1)], name="request"),  # search by request
        IndexModel([("case_id", 1), ("_id", -1)], name="of_case", partialFilterExpression={"case_id": {"$gt": ""}}),  # by court case
        IndexModel([("state", 1), ("_id", -1)], name="state"),  # search by state; tally
        # the register for people: all, of one product, and of rare states
        IndexModel([("claimed_at", -1), ("_id", -1)], name="register"),
        IndexModel([("product", 1), ("claimed_at", -1), ("_id", -1)], name="register_of_product"),
        IndexModel(
            [("state", 1), ("claimed_at", -1), ("_id", -1)],
            name="register_of_state",
            partialFilterExpression={"state": {"$in": RARE_STATES}},
        ),
        IndexModel([("holder_terms", 1)], name="holder_terms"),  # search by words of a name, each from its beginning
        # search by the number to which it went; ended documents forget it
        IndexModel([("contact.address", 1)], name="sent_to", partialFilterExpression={"contact.address": {"$gt": ""}}),
        # the board of cards: slips alone are in these
        IndexModel([("card.state", 1), ("card.since", 1), ("_id", 1)], name="cards", partialFilterExpression={"card.state": {"$gt": ""}}),
        IndexModel([("card.since", -1)], name="cards_moved", partialFilterExpression={"card.since": {"$type": "date"}}),
    ],
    "counters": [],
    "blanks": [],
}

RETIRED_INDEXES: Final[Mapping[str, Sequence[str]]] = {
    "documents": ["number"],  # unique: it refused a second extract of an akta (ADR 38)
}
"""Indexes of earlier versions, by collection: dropped when the service starts."""


def _document_to_doc(document: Document) -> Doc:
    return {
        "request_id": document.request_id,
        "receipt": document.receipt,
        "case_id": document.case_id,
        "channel": document.channel,
        "service": document.service,
        "product": document.product,
        "number": document.number,
        "documents": document.documents,
        "form": document.form.value,
        "token": document.token,
        "holder_name": document.holder_name,
        "holder_terms": list(name_terms(document.holder_name)),
        "about": document.about,
        **({"replaces": list(document.replaces)} if document.replaces else {}),
        **({"annulled_by": document.annulled_by} if document.annulled_by else {}),
        "approved_at": document.approved_at,
        "origin": fields_of(document.origin),
        "claimed_at": document.claimed_at,
        "state": document.state.value,
        "attempt": document.attempt,
        "due_at": document.due_at,
        "content": document.content,
        "contact": fields_of(document.contact) if document.contact else None,
        "pdf": fields_of(document.pdf) if document.pdf else None,
        "certificate": fields_of(document.certificate) if document.certificate else None,
        "issued_at": document.issued_at,
        "reason": document.reason,
        "reason_at": document.reason_at,
        "note": document.note,
        "superseded_by": document.superseded_by,
        "superseded_at": document.superseded_at,
        "revocation": fields_of(document.revocation) if document.revocation else None,
        "revoked_at": document.revoked_at,
        **({"extract": document.extract} if document.extract > 1 else {}),  # absent of the first one, as in most
        **({"card": _card_to_doc(document.card)} if document.card else {}),  # absent where there is none, as in most
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
        documents=doc["documents"],
        form=DocumentForm(doc["form"]),
        token=doc["token"],
        holder_name=doc["holder_name"],
        about=doc["about"],
        replaces=tuple(doc.get("replaces", ())),
        annulled_by=doc.get("annulled_by"),
        approved_at=doc["approved_at"],
        origin=Cause(**doc["origin"]),
        claimed_at=doc["claimed_at"],
        state=DocumentState(doc["state"]),
        attempt=doc["attempt"],
        due_at=doc["due_at"],
        content=doc["content"],
        contact=Contact(**doc["contact"]) if doc["contact"] else None,
        pdf=Pdf(**doc["pdf"]) if doc["pdf"] else None,
        certificate=Certificate(**doc["certificate"]) if doc["certificate"] else None,
        issued_at=doc["issued_at"],
        reason=doc["reason"],
        reason_at=doc["reason_at"],
        note=doc["note"],
        superseded_by=doc["superseded_by"],
        superseded_at=doc["superseded_at"],
        revocation=_revocation(doc["revocation"]),
        revoked_at=doc["revoked_at"],
        card=_card(doc.get("card")),
        extract=doc.get("extract", 1),
    )


def _card_to_doc(card: CardOrder) -> Doc:
    return fields_of(card) | {"state": card.state.value, "moves": [fields_of(move) | {"state": move.state.value} for move in card.moves]}


def _card(doc: Doc | None) -> CardOrder | None:
    if doc is None:
        return None
    moves = tuple(CardMove(**(move | {"state": CardState(move["state"])})) for move in doc["moves"])
    return CardOrder(**(doc | {"state": CardState(doc["state"]), "moves": moves}))


def _revocation(doc: Doc | None) -> Revocation | None:
    return Revocation(**(doc | {"authority": Authority(doc["authority"])})) if doc else None


DOCUMENTS: Final[DocumentMapping[Document]] = DocumentMapping(
    collection="documents",
    key=lambda document: document.document_id,
    to_doc=_document_to_doc,
    from_doc=document_from_doc,
)

COUNTERS: Final[DocumentMapping[NumberSequence]] = DocumentMapping(
    collection="counters",
    key=lambda counter: counter.key,
    to_doc=lambda counter: {"last": counter.last, **({"skipped": counter.skipped} if counter.skipped else {})},
    from_doc=lambda doc: NumberSequence(doc["_id"], doc["last"], doc.get("skipped", 0)),
)

FLOORS: Final[DocumentMapping[NumberFloor]] = DocumentMapping(
    collection="counters",
    key=lambda floor: floor.key,
    to_doc=lambda floor: {"last": floor.last, "until": floor.until.isoformat()},
    from_doc=lambda doc: NumberFloor(doc["_id"], doc["last"], date.fromisoformat(doc["until"])),
)

BLANKS: Final[DocumentMapping[BlankStock]] = DocumentMapping(
    collection="blanks",
    key=lambda stock: stock.product,
    to_doc=lambda stock: {"left": stock.left},
    from_doc=lambda doc: BlankStock(doc["_id"], doc["left"]),
)
