"""The collection `contacts`: who writes to us, with the links to persons."""

from __future__ import annotations

from typing import Final

from services.intake.domain.contacts import Blocked, ChatContact, Consent
from services.intake.domain.docket import DayCount
from services.intake.domain.links import End, Level, PersonLink
from services.intake.domain.news import NewsChoice
from services.intake.domain.outreach.sources import ArrivalKind, Touch, Touches
from services.intake.store.parts import known, tally_from, tally_to
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable
from shared.values.name_terms import name_terms

_ENDS: Final = ("first", "last")


def _contact_to(contact: ChatContact) -> Doc:
    return {
        "wa_id": contact.wa_id,
        "bsuid": contact.bsuid,
        "username": contact.username,
        "aliases": list(contact.aliases),
        "merged_into": contact.merged_into,
        "last_inbound_at": contact.last_inbound_at,
        "links": [{**fields_of(link), "level": link.level.value, "end": link.end.value if link.end else None} for link in contact.links],
        "filed": tally_to(contact.filed),
        "name": contact.name,
        "name_words": list(name_terms(contact.name or "")),
        "blocked": fields_of(contact.blocked) if contact.blocked else None,
        "told_version": contact.told_version,
        "consent": fields_of(contact.consent) if contact.consent else None,
        "number_since": contact.number_since,
        "news": [fields_of(choice) for choice in contact.news],
        "takes_news": contact.takes_news,
        "touches": _touches_to(contact.touches),
        "passed_on_at": contact.passed_on_at,
        "chat_counted": contact.chat_counted,
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
        filed=tally_from(doc["filed"]) if doc.get("filed") else DayCount(),
        name=doc.get("name"),
        blocked=Blocked(**doc["blocked"]) if doc.get("blocked") else None,
        told_version=doc.get("told_version", ""),  # absent: written before 0.6
        consent=Consent(**doc["consent"]) if doc.get("consent") else None,
        number_since=doc.get("number_since"),
        news=tuple(NewsChoice(**choice) for choice in doc.get("news", ())),  # absent: written before 0.8
        touches=_touches_from(doc.get("touches") or {}),
        passed_on_at=doc.get("passed_on_at"),
        chat_counted=doc.get("chat_counted", ""),
    )


def _touches_to(touches: Touches) -> Doc:
    both = (("first", touches.first), ("last", touches.last))
    shown = {name: {**fields_of(touch), "kind": touch.kind.value} if touch else None for name, touch in both}
    return {**shown, "is_spent": touches.is_spent}


def _touches_from(doc: Doc) -> Touches:
    first, last = (
        Touch(**{**known(Touch, doc[name]), "kind": ArrivalKind(doc[name]["kind"])}) if doc.get(name) else None for name in _ENDS
    )
    return Touches(first, last, doc.get("is_spent", False))


def _link_from(doc: Doc) -> PersonLink:
    return PersonLink(**{**known(PersonLink, doc), "level": Level(doc["level"]), "end": End(doc["end"]) if doc["end"] else None})


CONTACTS: Final[DocumentMapping[ChatContact]] = DocumentMapping(
    "contacts",
    lambda contact: contact.contact_id,
    _contact_to,
    _contact_from,
    unique={"wa_id": lambda contact: contact.wa_id, "bsuid": lambda contact: contact.bsuid},
)


class MongoPeopleReader:
    """Plain reads of the collection `contacts`; implements `ports.PeopleReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._contacts: Collection = mongo.collection(database, CONTACTS.collection)

    async def linked_to(self, nik: str) -> list[ChatContact]:
        with reachable():
            docs = await self._contacts.find({"links.nik": nik}).to_list(None)
        return [CONTACTS.from_doc(doc) for doc in docs]
