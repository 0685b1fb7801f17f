"""Raw pieces of webhooks: stored in one round trip before the answer, then worked off per sender, in order, under a lease."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.intake.domain.inflow import Kind, Piece
from services.intake.ports import Lease, StoredPiece
from services.intake.store.mappings import KEPT, NEW, PARKED, piece_from
from shared.mongo import Collection, DatabaseUnavailable, Doc, Mongo, reachable

_DUPLICATE: Final = 11000  # server error code: the piece is there already
_APPEND_SECONDS: Final = 3.0  # the provider waits for the answer; it asks again, for days, and a flood must not pile up here
_CANDIDATES: Final = 64  # how many new messages are looked at to find a sender that is free
_WORKED: Final = frozenset({Kind.MESSAGE, Kind.STATUS})


class InflowStore:
    """The collections `inflow` and `senders`, and the drafts that nobody came back to."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._pieces: Collection = mongo.collection(database, "inflow")
        self._senders: Collection = mongo.collection(database, "senders")
        self._conversations: Collection = mongo.collection(database, "conversations")

    async def append(self, pieces: Sequence[Piece], at: datetime, traceparent: str) -> int:
        """See `ports.Inflow`.

        Raises:
            DatabaseUnavailable: at least one piece may not be durable.
        """
        if not pieces:
            return 0
        docs = [_to_doc(piece, number, at, traceparent) for number, piece in enumerate(pieces)]
        try:
            async with asyncio.timeout(_APPEND_SECONDS):
                return await self._insert(docs)
        except TimeoutError as error:  # it may be stored all the same; then the repeat finds it there
            raise DatabaseUnavailable("database_unavailable", "slow") from error

    async def _insert(self, docs: list[Doc]) -> int:
        with reachable():
            try:
                result = await self._pieces.insert_many(docs, ordered=False)
            except BulkWriteError as error:
                details = error.details or {}
                others = [problem for problem in details.get("writeErrors", ()) if problem.get("code") != _DUPLICATE]
                if others or details.get("writeConcernErrors"):
                    raise DatabaseUnavailable("database_unavailable", "inflow") from error
                return int(details.get("nInserted", 0))
        return len(result.inserted_ids)

    async def lease_sender(self, at: datetime, seconds: float, token: str, passed_over: Sequence[str]) -> Lease | None:
        """Take the sender whose new message is oldest and who is free; None when there is none.

        `passed_over`: senders not to look at, because this process has them or knows that they are not free yet.
        """
        query: Doc = {"state": NEW, "kind": Kind.MESSAGE.value}
        if passed_over:
            query["sender"] = {"$nin": list(passed_over)}
        rows = await self._pieces.find(query, {"sender": 1}).sort("arrival", 1).limit(_CANDIDATES).to_list(None)
        for sender in dict.fromkeys(row["sender"] for row in rows):
            lease = await self._take(sender, at, seconds, token)
            if lease is not None:
                return lease
        return None

    async def _take(self, sender: str, at: datetime, seconds: float, token: str) -> Lease | None:
        try:
            row = await self._senders.find_one_and_update(
                {"_id": sender, "until": {"$lte": at}},
                {"$set": {"until": at + timedelta(seconds=seconds), "token": token}, "$setOnInsert": {"failures": 0}},
                upsert=True,
                return_document=True,
            )
        except DuplicateKeyError:
            return None  # somebody else has it, or it rests after a failure
        return Lease(sender, token, row["failures"])

    async def extend(self, lease: Lease, at: datetime, seconds: float) -> bool:
        """Keep a lease. False: it was lost; stop working on that sender."""
        result = await self._senders.update_one(
            {"_id": lease.sender, "token": lease.token},
            {"$set": {"until": at + timedelta(seconds=seconds)}},
        )
        return result.matched_count == 1

    async def release(self, lease: Lease, *, failures: int, until: datetime) -> None:
        """Give a sender back: at once, or after a rest when its first message failed."""
        await self._senders.update_one(
            {"_id": lease.sender, "token": lease.token},
            {"$set": {"until": until, "failures": failures, "token": ""}},
        )

    async def messages_of(self, sender: str, limit: int) -> list[StoredPiece]:
        """New messages of a sender in the order in which they were sent."""
        query = {"state": NEW, "sender": sender}
        rows = await self._pieces.find(query).sort([("sent_at", 1), ("arrival", 1)]).limit(limit).to_list(None)
        return [piece_from(row) for row in rows]

    async def new_statuses(self, limit: int) -> list[str]:
        """Keys of statuses that nobody handled, the oldest first."""
        query = {"state": NEW, "kind": Kind.STATUS.value}
        rows = await self._pieces.find(query, {"_id": 1}).sort("arrival", 1).limit(limit).to_list(None)
        return [row["_id"] for row in rows]

    async def stale_drafts(self, before: datetime, limit: int) -> list[str]:
        """See `ports.Inflow`."""
        query = {"draft.service": {"$type": "string"}, "touched_at": {"$lt": before}}
        with reachable():
            rows = await self._conversations.find(query, {"_id": 1}).sort("touched_at", 1).limit(limit).to_list(None)
        return [row["_id"] for row in rows]

    async def park(self, key: str, reason: str, at: datetime) -> bool:
        """Give a piece up, visibly. False when somebody handled it meanwhile."""
        result = await self._pieces.update_one(
            {"_id": key, "state": NEW},
            {"$set": {"state": PARKED, "reason": reason, "parked_at": at}, "$inc": {"version": 1}},
        )
        return result.modified_count == 1


def _to_doc(piece: Piece, number: int, at: datetime, traceparent: str) -> Doc:
    works = piece.kind in _WORKED
    doc: Doc = {
        "_id": piece.key,
        "version": 1,
        "seq": 0,
        "kind": piece.kind.value,
        "sender": piece.sender,
        "state": NEW if works else KEPT,
        "sent_at": piece.sent_at or at,
        "received_at": at,
        "traceparent": traceparent,
        "arrival": f"{at.isoformat(timespec='milliseconds')}-{number:06d}",
        # Bytes, not a subdocument: foreign JSON may hold what BSON can't (integers beyond 64 bit, NUL in names).
        "content": orjson.dumps(piece.content),
    }
    return doc if works else {**doc, "kept_at": at}
