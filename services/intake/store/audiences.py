"""The collection `audiences`, and whom a broadcast may reach: read from contacts, conversations and requests, some hundred at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from services.intake.domain.audiences import Addressee, Audience
from services.intake.domain.contacts import ChatContact
from services.intake.domain.news import Reach, why_left_out
from services.intake.domain.requests import RequestOrigin, RequestState
from services.intake.ports import FoundPeople
from services.intake.store.contacts import CONTACTS
from services.intake.store.conversations import CONVERSATIONS
from services.intake.store.requests import COLLECTION as REQUESTS
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable
from shared.trials import arm_of
from shared.values import Channel

_AT_A_TIME: Final = 500  # contacts with what they have open, in three queries
_DRAFT: Final = "draft"
_RETURNED: Final = "returned"


def _audience_to(audience: Audience) -> Doc:
    kept = {name: value for name, value in fields_of(audience).items() if name != "broadcast_id"}
    return {**kept, "reach": audience.reach.value, "villages": list(audience.villages)}


def _audience_from(doc: Doc) -> Audience:
    return Audience(
        doc["_id"],
        Reach(doc["reach"]),
        tuple(doc["villages"]),
        doc["need"],
        doc["asked_at"],
        doc["found_at"],
        doc.get("trial"),
        doc.get("arm"),
    )


AUDIENCES: Final[DocumentMapping[Audience]] = DocumentMapping(
    "audiences", lambda audience: audience.broadcast_id, _audience_to, _audience_from
)


class MongoAudienceReader:
    """`ports.AudienceReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._audiences: Collection = mongo.collection(database, AUDIENCES.collection)
        self._contacts: Collection = mongo.collection(database, CONTACTS.collection)
        self._conversations: Collection = mongo.collection(database, CONVERSATIONS.collection)
        self._requests: Collection = mongo.collection(database, REQUESTS)

    async def wanted(self) -> list[Audience]:
        with reachable():
            docs = await self._audiences.find({"found_at": None}).sort("_id", 1).to_list(None)
        return [AUDIENCES.from_doc(doc) for doc in docs]

    async def people(self, audience: Audience) -> FoundPeople:
        people: list[Addressee] = []
        left_out: Counter[str] = Counter()
        after = ""
        while True:
            query: Doc = {"_id": {"$gt": after}}
            with reachable():
                docs = await self._contacts.find(query).sort("_id", 1).limit(_AT_A_TIME).to_list(None)
            if not docs:
                return FoundPeople(tuple(people), left_out)
            after = docs[-1]["_id"]
            contacts = [contact for contact in map(CONTACTS.from_doc, docs) if contact.merged_into is None and contact.is_served]
            for contact, village in await self._of_segment(audience, contacts):
                why = why_left_out(audience.reach, takes_news=contact.takes_news)
                if why is None:
                    origin = RequestOrigin(Channel.WHATSAPP, contact.address, last_inbound_at=contact.last_inbound_at)
                    people.append(Addressee(contact.contact_id, origin, village))
                else:
                    left_out[why] += 1

    async def _of_segment(self, audience: Audience, contacts: Sequence[ChatContact]) -> list[tuple[ChatContact, str | None]]:
        """Return those of the segment, each with their village where a request of theirs said it, the latest."""
        owners = {each: contact.contact_id for contact in contacts for each in contact.ids}
        villages: dict[str, str] = {}
        needs: dict[str, set[str]] = {}
        shown = {"origin.contact_id": 1, "origin.village": 1, "form.answers.village": 1, "state": 1}
        with reachable():
            requests = await self._requests.find({"origin.contact_id": {"$in": list(owners)}}, shown).sort("_id", -1).to_list(None)
            begun = {"_id": {"$in": [contact.contact_id for contact in contacts]}, "draft.service": {"$type": "string"}}
            drafts = await self._conversations.find(begun, {"_id": 1}).to_list(None)
        for doc in requests:
            owner, village = owners[doc["origin"]["contact_id"]], _village(doc)
            if village:
                villages.setdefault(owner, village)
            if doc["state"] == RequestState.RETURNED.value:
                needs.setdefault(owner, set()).add(_RETURNED)
        for doc in drafts:
            needs.setdefault(doc["_id"], set()).add(_DRAFT)
        found = [(contact, villages.get(contact.contact_id)) for contact in contacts]
        chosen = [row for row in found if audience.trial is None or arm_of(audience.trial, row[0].contact_id) == audience.arm]
        return [(contact, village) for contact, village in chosen if _belongs(audience, village, needs.get(contact.contact_id, set()))]


def _belongs(audience: Audience, village: str | None, needs: set[str]) -> bool:
    if audience.villages and village not in audience.villages:
        return False
    if audience.need is not None:
        return audience.need in needs
    return audience.reach is not Reach.UTILITY or bool(needs)


def _village(doc: Doc) -> str | None:
    answered: Any = doc["form"]["answers"].get("village")
    return answered if isinstance(answered, str) else doc["origin"].get("village")
