"""Files that nobody came to use: hidden first, removed later, so that whoever begins to use one at this moment loses nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from bson import ObjectId
from pymongo import ASCENDING, IndexModel

from shared.clock import Clock, now
from shared.mongo.connection import Doc, Mongo
from shared.mongo.errors import reachable

HIDDEN_SINCE: Final = "unused_since"
_GRACE: Final = timedelta(hours=1)  # whoever saw the file before it was hidden has committed by then: a unit of work takes seconds
_PAGE: Final = 500  # files that are asked about at once

UNUSED: Final = "unused_files"
"""Kind (`shared.reference.retention`) of what nobody ever used."""
_KIND: Final = "unused_kind"  # of what is hidden: what it is counted as when it goes

Removed = Callable[[str, int, int], Awaitable[None]]
"""Told of files that are gone: their kind, how many, and their bytes."""
Used = Callable[[Sequence[str]], Awaitable[Collection[str]]]
"""Which of these file ids something points to."""


class UnusedFiles:
    """The sweep of a bucket's files that nothing points to `age` after their upload.

    A file is hidden in one sweep (`Files.find` and `find_many` no longer give it, `open` does) and removed in a later one if still nothing
    points to it; what points to it by then brings it back, as does putting the same bytes again. What was found in use is not asked about
    again by this process: the next one will.
    """

    def __init__(
        self, mongo: Mongo, database: str, bucket: str, *, used: Used, age: timedelta, removed: Removed | None = None, clock: Clock = now
    ) -> None:
        self._rows = mongo.collection(database, f"{bucket}.files")
        self._chunks = mongo.collection(database, f"{bucket}.chunks")
        self._used = used
        self._age = age
        self._removed = removed
        self._clock = clock
        self._judged = ObjectId("0" * 24)

    @staticmethod
    def indexes() -> Sequence[IndexModel]:
        """Return the indexes of the bucket's files. Sparse: files in use have no place in it."""
        return (IndexModel([(HIDDEN_SINCE, ASCENDING)], name="hidden", sparse=True),)

    async def sweep(self) -> int:
        """Delete what was hidden long enough, then hide what nobody uses; return how many were deleted."""
        with reachable():
            removed = await self._remove(self._clock() - _GRACE)
            await self._hide(self._clock())
        return removed

    async def hide(self, file_ids: Sequence[str], kind: str) -> None:
        """Hide those of these files that nothing points to; they are removed an hour later, unless something does by then."""
        if not file_ids:
            return
        with reachable():
            used = await self._used(file_ids)
            unused = {"filename": {"$in": [each for each in file_ids if each not in used]}, HIDDEN_SINCE: None}
            await self._rows.update_many(unused, {"$set": {HIDDEN_SINCE: self._clock(), _KIND: kind}})

    async def _remove(self, before: datetime) -> int:
        removed = 0
        shown = {"filename": 1, "length": 1, HIDDEN_SINCE: 1, _KIND: 1}
        while page := await self._rows.find({HIDDEN_SINCE: {"$lt": before}}, shown).limit(_PAGE).to_list(None):
            used = await self._used([row["filename"] for row in page])
            back = [row["_id"] for row in page if row["filename"] in used]
            await self._rows.update_many({"_id": {"$in": back}}, {"$unset": {HIDDEN_SINCE: "", _KIND: ""}})
            gone = [row for row in page if row["filename"] not in used and await self._remove_one(row)]
            removed += len(gone)
            for kind in sorted({row.get(_KIND, UNUSED) for row in gone}):
                lengths = [row["length"] for row in gone if row.get(_KIND, UNUSED) == kind]
                if self._removed is not None:
                    await self._removed(kind, len(lengths), sum(lengths))
        return removed

    async def _remove_one(self, row: Doc) -> bool:
        """Remove it unless it was brought back meanwhile."""
        if not (await self._rows.delete_one({"_id": row["_id"], HIDDEN_SINCE: row[HIDDEN_SINCE]})).deleted_count:
            return False
        await self._chunks.delete_many({"files_id": row["_id"]})
        return True

    async def _hide(self, at: datetime) -> None:
        oldest_left = ObjectId.from_datetime(at - self._age)
        while page := await self._page(oldest_left):
            used = await self._used([row["filename"] for row in page])
            unused = [row["_id"] for row in page if row["filename"] not in used]
            await self._rows.update_many({"_id": {"$in": unused}}, {"$set": {HIDDEN_SINCE: at}})
            self._judged = page[-1]["_id"]

    async def _page(self, before: ObjectId) -> list[Doc]:
        query = {"_id": {"$gt": self._judged, "$lt": before}, HIDDEN_SINCE: None}
        return await self._rows.find(query, {"filename": 1}).sort("_id", ASCENDING).limit(_PAGE).to_list(None)
