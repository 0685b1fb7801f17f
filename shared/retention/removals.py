"""What was removed because its time was over, by kind: counted, kept for the page, and told as metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared import logs, metrics
from shared.mongo import Mongo, reachable

BOOK: Final = "retention"
"""Collection: one document a kind."""

_log = logs.get("retention")


@dataclass(frozen=True, slots=True)
class Removal:
    """The last removal of a kind, and all of them together."""

    at: datetime
    rows: int
    size_bytes: int
    all_rows: int
    all_bytes: int


class RemovalBook:
    """The book of one service. What MongoDB removes by itself does not stand in it: it tells nobody."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows = mongo.collection(database, BOOK)

    async def add(self, kind: str, rows: int, size_bytes: int, at: datetime) -> None:
        """Note that so much of a kind (`shared.reference.retention`) was removed; nothing where it was nothing."""
        if not rows:
            return
        metrics.RETENTION_REMOVED.labels(kind).inc(rows)
        metrics.RETENTION_REMOVED_BYTES.labels(kind).inc(size_bytes)
        _log.info("retention.removed", kind=kind, rows=rows, size_bytes=size_bytes)
        change = {"$set": {"at": at, "rows": rows, "bytes": size_bytes}, "$inc": {"all_rows": rows, "all_bytes": size_bytes}}
        with reachable():
            await self._rows.update_one({"_id": kind}, change, upsert=True)

    async def last(self) -> dict[str, Removal]:
        """Return the last removal of each kind."""
        with reachable():
            docs = await self._rows.find().to_list(None)
        return {doc["_id"]: Removal(doc["at"], doc["rows"], doc["bytes"], doc["all_rows"], doc["all_bytes"]) for doc in docs}
