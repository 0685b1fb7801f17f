"""Leases of lanes. Leases go by the server's clock, so that the clocks of several workers need not agree.

Written without waiting for a majority: what a failover may undo here is a lease, a count of tokens or a time to look again, and every try
is guarded by its job's version, which does wait. (The revision and the window are written in transactions, with their guarantees.)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern

from services.notifier.domain.pacing import Bucket
from services.notifier.ports import Lane
from services.notifier.store.schema import LANES
from shared.mongo import LONG_AGO, Collection, Doc, Mongo, from_now, reachable


class MongoLanes:
    """The collection `lanes`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, LANES).with_options(
            write_concern=WriteConcern(w=1, j=False), read_concern=ReadConcern("local")
        )

    async def due(self, channel: str, at: datetime, limit: int) -> tuple[list[str], datetime | None]:
        query = {"channel": channel, "due_at": {"$exists": True}}
        with reachable():
            rows = await self._rows.find(query, {"due_at": 1}).sort("due_at", 1).limit(limit + 1).to_list(None)
        due = [row["_id"] for row in rows if row["due_at"] <= at]
        later = next((row["due_at"] for row in rows if row["due_at"] > at), None)
        return due[:limit], later

    async def claim(self, key: str, token: str, lease_seconds: float) -> Lane | None:
        until = from_now(lease_seconds)
        free = {"$expr": {"$lt": [{"$ifNull": ["$lease.until", LONG_AGO]}, "$$NOW"]}}
        with reachable():
            doc: Doc | None = await self._rows.find_one_and_update(
                {"_id": key, **free},
                [{"$set": {"lease": {"token": token, "until": until}, "due_at": until}}],
                return_document=True,
            )
        return None if doc is None else _lane(doc)

    async def renew(self, tokens: Mapping[str, str], lease_seconds: float) -> frozenset[str]:
        until = from_now(lease_seconds)
        held: Doc = {"_id": {"$in": list(tokens)}, "lease.token": {"$in": list(tokens.values())}}
        with reachable():
            await self._rows.update_many(held, [{"$set": {"lease.until": until, "due_at": until}}])
            rows = await self._rows.find(held, {"lease.token": 1}).to_list(None)
        return frozenset(row["_id"] for row in rows if tokens[row["_id"]] == row["lease"]["token"])

    async def reread(self, key: str, token: str) -> Lane | None:
        with reachable():
            doc = await self._rows.find_one({"_id": key, "lease.token": token})
        return None if doc is None else _lane(doc)

    async def release(self, lane: Lane, token: str, due_at: datetime | None) -> bool:
        """Release the lane, due at `due_at`, and store its bucket; False where the revision rose or the lease was lost.

        The bucket of a worker that dies is as full as it was: the provider's own limit, which we then meet, is heeded.
        """
        values: Doc = {} if lane.pair is None else {"pair": {"tokens": lane.pair.tokens, "at": lane.pair.at}}
        gone = {"lease": ""}
        if due_at is None:
            gone["due_at"] = ""
        else:
            values["due_at"] = due_at
        update: dict[str, Any] = {"$unset": gone, **({"$set": values} if values else {})}
        with reachable():
            result = await self._rows.update_one({"_id": lane.key, "lease.token": token, "revision": lane.revision}, update)
        return result.matched_count == 1

    async def abandon(self, key: str, token: str, due_at: datetime) -> None:
        with reachable():
            await self._rows.update_one({"_id": key, "lease.token": token}, {"$unset": {"lease": ""}, "$set": {"due_at": due_at}})


def _lane(doc: Doc) -> Lane:
    pair = doc.get("pair")
    return Lane(
        key=doc["_id"],
        revision=doc["revision"],
        pair=None if pair is None else Bucket(pair["tokens"], pair["at"]),
        inbound_at=doc.get("inbound_at"),
        held_since=doc.get("held_since"),
        lost_at=doc.get("lost_at"),
    )
