"""What could not be handled: with its reason, its bytes, and what became of it. Nothing that was accepted is ever just dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.contracts.envelope import publisher_of
from shared.messaging.delivery import Delivery
from shared.mongo import ChangeTracker, Collection, Doc, IndexModel, Mongo, UpdateMany

COLLECTION: Final = "parked"

INDEXES: Final[dict[str, Sequence[IndexModel]]] = {
    COLLECTION: (IndexModel([("state", 1), ("at", 1)], name="by_state"),),  # admin lists the open ones, oldest first
}


class ParkedState(StrEnum):
    """The state of a parked message."""

    PARKED = "parked"
    """Waits for an operator."""
    REPLAYED = "replayed"
    """Sent again; not yet handled."""
    RESOLVED = "resolved"
    """Sent again and handled."""
    DISCARDED = "discarded"
    """An operator decided that it shall not be handled, and said why."""


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that could not be handled. `body` may hold personal data: it is shown to operators only, never logged."""

    key: str
    consumer: str
    message_id: str
    type: str
    code: str
    detail: str
    state: ParkedState
    times: int
    first_at: datetime
    at: datetime
    body: bytes = field(repr=False)
    note: str = ""
    publisher: str = ""


class ParkedMessages:
    """The parked messages of one database."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, COLLECTION)

    async def park(self, key: str, consumer: str, delivery: Delivery, reason: tuple[str, str], at: datetime) -> None:
        """Record that it can't be handled. Idempotent: a second time raises `times` and takes the newer reason (code, detail)."""
        code, detail = reason
        await self._rows.update_one(
            {"_id": key},
            {
                "$set": {
                    "code": code,
                    "detail": detail,
                    "state": ParkedState.PARKED.value,
                    "at": at,
                    "body": delivery.body,
                    "publisher": delivery.publisher,
                },
                "$setOnInsert": {"consumer": consumer, "message_id": delivery.message_id, "type": delivery.type, "first_at": at},
                "$inc": {"times": 1},
            },
            upsert=True,
        )

    async def find(self, key: str) -> ParkedMessage | None:
        """Return one by its key `consumer:message_id`."""
        doc = await self._rows.find_one({"_id": key})
        return None if doc is None else _from_doc(doc)

    async def list(self, state: ParkedState = ParkedState.PARKED, limit: int = 100) -> list[ParkedMessage]:
        """Return messages in a state, the oldest first."""
        docs = await self._rows.find({"state": state.value}).sort("at", 1).limit(limit).to_list(None)
        return [_from_doc(doc) for doc in docs]

    async def count(self, state: ParkedState = ParkedState.PARKED) -> int:
        """Return how many are in a state."""
        return await self._rows.count_documents({"state": state.value})

    async def mark_replayed(self, key: str, at: datetime) -> bool:
        """Note that it is being sent again, before it is. False when it does not wait any more, so that two operators send it once."""
        result = await self._rows.update_one(
            {"_id": key, "state": ParkedState.PARKED.value},
            {"$set": {"state": ParkedState.REPLAYED.value, "at": at}},
        )
        return result.modified_count == 1

    async def mark_parked_again(self, key: str, at: datetime) -> None:
        """Take `mark_replayed` back: the broker would not have it."""
        await self._rows.update_one(
            {"_id": key, "state": ParkedState.REPLAYED.value},
            {"$set": {"state": ParkedState.PARKED.value, "at": at}},
        )

    async def discard(self, key: str, note: str, at: datetime) -> bool:
        """Decide that it shall not be handled; `note` says why and who. False when it does not wait any more."""
        result = await self._rows.update_one(
            {"_id": key, "state": ParkedState.PARKED.value},
            {"$set": {"state": ParkedState.DISCARDED.value, "note": note, "at": at}},
        )
        return result.modified_count == 1


def resolve(unit: ChangeTracker, keys: Sequence[str], at: datetime) -> None:
    """Close, in the unit that handles them, whatever of these messages was parked before."""
    open_states = [ParkedState.PARKED.value, ParkedState.REPLAYED.value]
    operation = UpdateMany(
        {"_id": {"$in": list(keys)}, "state": {"$in": open_states}},
        {"$set": {"state": ParkedState.RESOLVED.value, "at": at}},
    )
    unit.defer(COLLECTION, operation)


def _from_doc(doc: Doc) -> ParkedMessage:
    return ParkedMessage(
        key=doc["_id"],
        consumer=doc["consumer"],
        message_id=doc["message_id"],
        type=doc["type"],
        code=doc["code"],
        detail=doc["detail"],
        state=ParkedState(doc["state"]),
        times=doc["times"],
        first_at=doc["first_at"],
        at=doc["at"],
        body=bytes(doc["body"]),
        note=doc.get("note", ""),
        publisher=doc.get("publisher", publisher_of(doc["type"])),  # rows of the first release do not say it
    )


__all__ = ["COLLECTION", "INDEXES", "ParkedMessage", "ParkedMessages", "ParkedState", "resolve"]
