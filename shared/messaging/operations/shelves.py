"""What waits for an operator beside messages: chat messages, documents, notices that a service gave up, each with its reason.

A `Shelf` says as data where such things lie and what an operator's decision does to them. The service writes its shelves into its database
at start, as it does with its accounts, so that `admin` lists, shows, replays and discards without a line of the service's code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import orjson

from shared.errors import BadInput
from shared.logs import mask
from shared.messaging.operations.stuck_item import StuckItem, StuckPlace
from shared.mongo import Collection, Doc, Mongo, Session, reachable

COLLECTION: Final = "shelves"
_SHOWN: Final = 32  # hex digits of a hash that stand for a key that would tell of a person
_NEXT_VERSION: Final[Doc] = {"$set": {"version": {"$add": ["$version", 1]}}}  # whoever read it before loses the race


@dataclass(frozen=True, slots=True)
class Also:
    """Another document that changes in the same transaction: the one whose `_id` stands in the field `by` of what waits."""

    collection: str
    by: str
    stages: tuple[Doc, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """What a decision does: stages of an update pipeline of MongoDB. `$$NOW` is the moment, `$$note` what the operator says."""

    stages: tuple[Doc, ...]
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It takes more than an update: `way` is the one route or command that does it."""

    way: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where things wait for an operator.

    Attributes:
        name: Middle part of their addresses.
        collection: Where they lie; their documents carry a `version`.
        waits: What those that wait match.
        kind: Field that says what it is.
        reason: Field with the code of why it waits.
        since: Field with the moment from which it waits; has an index.
        times: Field that counts how often it was tried, if any does.
        replay: Makes it be worked on again.
        discard: Ends it unhandled; keeps the operator's note.
        personal: Fields of the document that tell of persons.
        is_key_personal: The key tells of a person: a hash of it is shown in its place.
    """

    name: str
    collection: str
    waits: Doc
    kind: str
    reason: str
    since: str
    replay: Move | Elsewhere
    discard: Move | Elsewhere
    times: str | None = None
    personal: tuple[str, ...] = ()
    is_key_personal: bool = False

    def id_of(self, key: str) -> str:
        """Last part of its address."""
        return hash_of(key) if self.is_key_personal else key


def hash_of(key: str) -> str:
    """What stands for a key that would tell of a person."""
    return hashlib.sha256(key.encode()).hexdigest()[:_SHOWN]


async def register(mongo: Mongo, database: str, shelves: Sequence[Shelf]) -> None:
    """Write down where things wait in this database, replacing what stood there. To be called at start.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
        ValueError: a shelf has the name of a place of messages.
    """
    if taken := {shelf.name for shelf in shelves} & set(StuckPlace):
        raise ValueError(*taken)
    rows = mongo.collection(database, COLLECTION)
    with reachable():
        for shelf in shelves:
            await rows.replace_one({"_id": shelf.name}, _to_doc(shelf), upsert=True)
        await rows.delete_many({"_id": {"$nin": [shelf.name for shelf in shelves]}})


class Shelves:
    """The shelves of one service, by what stands in its database."""

    def __init__(self, mongo: Mongo, database: str, service: str) -> None:
        self._mongo = mongo
        self._database = database
        self._service = service

    async def waiting(self, limit: int) -> list[StuckItem]:
        """What waits, shelf by shelf, the oldest first, at most `limit` of each. Without bodies.

        Raises:
            DatabaseUnavailable: MongoDB can't be reached.
        """
        found: list[StuckItem] = []
        with reachable():
            for doc in await self._rows(COLLECTION).find().sort("_id", 1).to_list(None):
                shelf = _from_doc(doc)
                listed = {name: 1 for name in (shelf.kind, shelf.reason, shelf.since, shelf.times) if name}
                rows = await self._rows(shelf.collection).find(shelf.waits, listed).sort(shelf.since, 1).limit(limit).to_list(None)
                found += [self._entry(shelf, row) for row in rows]
        return found

    async def find(self, place: str, entry_id: str) -> StuckItem | None:
        """One that waits, with its whole document as JSON; None when it does not wait (any more).

        Raises:
            BadInput: there is no such shelf (`not_an_address`).
            DatabaseUnavailable: MongoDB can't be reached.
        """
        with reachable():
            shelf = await self._shelf(place)
            key = await self._key(shelf, entry_id)
            row = await self._rows(shelf.collection).find_one({"_id": key, **shelf.waits})
        return None if row is None else self._entry(shelf, row, body=orjson.dumps(row, default=_plain))

    async def replay(self, place: str, entry_id: str) -> bool:
        """Have it worked on again. False when it does not wait any more, so that two operators do it once.

        Raises:
            BadInput: no such shelf, or it is done elsewhere (`not_done_here`).
            DatabaseUnavailable: MongoDB can't be reached.
        """
        shelf = await self._shelf(place)
        return await self._move(shelf, shelf.replay, entry_id, "")

    async def discard(self, place: str, entry_id: str, note: str) -> bool:
        """Decide that it shall not be handled; the note stays with it. False when it does not wait any more.

        Raises:
            BadInput: no such shelf, or it is done elsewhere (`not_done_here`).
            DatabaseUnavailable: MongoDB can't be reached.
        """
        shelf = await self._shelf(place)
        return await self._move(shelf, shelf.discard, entry_id, note)

    async def _move(self, shelf: Shelf, move: Move | Elsewhere, entry_id: str, note: str) -> bool:
        if isinstance(move, Elsewhere):
            raise BadInput("not_done_here", move.way)
        with reachable():
            query = {"_id": await self._key(shelf, entry_id), **shelf.waits}

        async def body(session: Session) -> bool:
            before: Doc | None = await self._rows(shelf.collection).find_one_and_update(
                query, [*move.stages, _NEXT_VERSION], let={"note": {"$literal": note}}, session=session
            )
            if before is None:
                return False
            for also in move.also:
                await self._rows(also.collection).update_one({"_id": before[also.by]}, list(also.stages), session=session)
            return True

        return await self._mongo.transact(body)

    async def _shelf(self, name: str) -> Shelf:
        with reachable():
            doc = await self._rows(COLLECTION).find_one({"_id": name})
        if doc is None:
            raise BadInput("not_an_address", f"{self._service} has no place {name!r}")
        return _from_doc(doc)

    async def _key(self, shelf: Shelf, entry_id: str) -> str | None:
        if not shelf.is_key_personal:
            return entry_id
        keys = [row["_id"] for row in await self._rows(shelf.collection).find(shelf.waits, {"_id": 1}).to_list(None)]
        return next((key for key in keys if hash_of(key) == entry_id), None)

    def _rows(self, collection: str) -> Collection:
        return self._mongo.collection(self._database, collection)

    def _entry(self, shelf: Shelf, row: Doc, body: bytes = b"") -> StuckItem:
        return StuckItem(
            place=shelf.name,
            service=self._service,
            id=shelf.id_of(row["_id"]),
            type=mask(str(row.get(shelf.kind) or "")),
            code=mask(str(row.get(shelf.reason) or "")),
            times=row[shelf.times] if shelf.times else 1,
            at=row.get(shelf.since),
            body=body,
            personal=frozenset({*shelf.personal, "_id"} if shelf.is_key_personal else shelf.personal),
        )


def _plain(value: Any) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def _to_doc(shelf: Shelf) -> Doc:
    return {name: value for name, value in asdict(shelf).items() if name != "name"}


def _from_doc(doc: Doc) -> Shelf:
    known = {field.name for field in fields(Shelf)}
    values = {name: value for name, value in doc.items() if name in known}
    decisions = {name: _decision(values[name]) for name in ("replay", "discard")}
    return Shelf(**{**values, **decisions, "name": doc["_id"], "personal": tuple(doc["personal"])})


def _decision(doc: Doc) -> Move | Elsewhere:
    if "way" in doc:
        return Elsewhere(doc["way"])
    return Move(tuple(doc["stages"]), tuple(Also(also["collection"], also["by"], tuple(also["stages"])) for also in doc["also"]))
