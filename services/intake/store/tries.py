"""The collection `tries`: how often something was tried in the present stretch of time. A row is gone when its stretch is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument

from shared.clock import Clock
from shared.mongo import Collection, Mongo, reachable

COLLECTION = "tries"


class MongoTries:
    """Implements `ports.Tries`: one counter for a key and a stretch, the same for all processes."""

    def __init__(self, mongo: Mongo, database: str, clock: Clock, stretch: timedelta) -> None:
        self._tries: Collection = mongo.collection(database, COLLECTION)
        self._clock = clock
        self._stretch = stretch

    async def take(self, key: str, most: int) -> datetime | None:
        until = self._ends()
        write = {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": until}}
        with reachable():
            row = await self._tries.find_one_and_update(
                {"_id": self._row(key, until)}, write, upsert=True, return_document=ReturnDocument.AFTER
            )
        return until if row["count"] > most else None

    async def give_back(self, key: str) -> None:
        with reachable():
            await self._tries.update_one({"_id": self._row(key, self._ends()), "count": {"$gt": 0}}, {"$inc": {"count": -1}})

    def _ends(self) -> datetime:
        """Return when the present stretch ends; all stretches are of one length, from the beginning of time."""
        length = self._stretch.total_seconds()
        return datetime.fromtimestamp((self._clock().timestamp() // length + 1) * length, UTC)

    def _row(self, key: str, until: datetime) -> str:
        return f"{key}.{int(until.timestamp())}"
