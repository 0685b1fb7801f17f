"""The collection `chat_visitors`: which officer has which chat open, and whether they type. Forgotten after a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.assistance import ChatOfficer
from services.intake.ports import Visitor
from shared.clock import Clock
from shared.mongo import Collection, Mongo, reachable

_SEEN: Final = timedelta(seconds=45)  # an open page gives a sign of life each 20 seconds
_TYPING: Final = timedelta(seconds=8)
_WORKED: Final = timedelta(hours=8)  # a shift: whoever was here in that time may be handed a chat
_MOST: Final = 50  # officers; an office has fewer


class MongoVisitors:
    """Implements `ports.Visitors`."""

    def __init__(self, mongo: Mongo, database: str, clock: Clock) -> None:
        self._visits: Collection = mongo.collection(database, "chat_visitors")
        self._clock = clock

    async def note(self, contact_id: str, officer: ChatOfficer, *, typing: bool) -> None:
        at = self._clock()
        doc = {
            "contact_id": contact_id,
            "staff_id": officer.staff_id,
            "name": officer.name,
            "seen_until": at + _SEEN,
            "typing_until": at + _TYPING if typing else at,
        }
        with reachable():
            await self._visits.replace_one({"_id": f"{contact_id}:{officer.staff_id}"}, doc, upsert=True)

    async def others(self, contact_id: str, staff_id: str) -> Sequence[Visitor]:
        at = self._clock()
        query = {"contact_id": contact_id, "seen_until": {"$gt": at}, "staff_id": {"$ne": staff_id}}
        with reachable():
            docs = await self._visits.find(query).limit(_MOST).to_list(None)
        return [Visitor(ChatOfficer(doc["staff_id"], doc["name"]), _is_later(doc["typing_until"], at)) for doc in docs]

    async def recent(self, staff_id: str) -> Sequence[ChatOfficer]:
        query = {"seen_until": {"$gt": self._clock() - _WORKED}, "staff_id": {"$ne": staff_id}}
        with reachable():
            docs = await self._visits.find(query, {"staff_id": 1, "name": 1}).limit(_MOST * 20).to_list(None)
        found = {doc["staff_id"]: doc["name"] for doc in docs}
        return [ChatOfficer(each, name) for each, name in sorted(found.items(), key=lambda row: row[1])][:_MOST]


def _is_later(moment: datetime, at: datetime) -> bool:
    return moment > at
