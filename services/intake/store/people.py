"""Plain reads of contacts by the person they are linked to."""

from __future__ import annotations

from services.intake.domain.contacts import ChatContact
from services.intake.store.mappings import CONTACTS
from shared.mongo import Collection, Mongo


class PeopleStore:
    """Implements `ports.People`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._contacts: Collection = mongo.collection(database, CONTACTS.collection)

    async def linked_to(self, nik: str) -> list[ChatContact]:
        """See `ports.People`."""
        return [CONTACTS.from_doc(doc) for doc in await self._contacts.find({"links.nik": nik}).to_list(None)]
