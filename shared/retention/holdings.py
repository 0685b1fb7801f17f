"""What a service's database holds of each kind now: rows, bytes, the oldest, and what was removed last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bson import ObjectId

from shared.ids import moment_of_id
from shared.mongo import Doc, Mongo, aggregate, reachable
from shared.reference.retention import KeptKind, days_of, kinds_of
from shared.retention.removals import RemovalBook
from shared.web.keeping import Holding, RemovedLast


class Holdings:
    """The `KeepingSource` of a service, for as many days as its settings say."""

    def __init__(self, mongo: Mongo, database: str, service: str, settings: object) -> None:
        self._mongo = mongo
        self._database = database
        self._kinds = kinds_of(service)
        self._days = days_of(service, settings)
        self._book = RemovalBook(mongo, database)

    async def holdings(self) -> Sequence[Holding]:
        """Return every kind of this service, in the order of the list. Counts are MongoDB's own: nothing is read through."""
        removed = await self._book.last()
        found = []
        with reachable():
            present = set(await self._mongo.database(self._database).list_collection_names())
            for kind in self._kinds:
                sizes = {name: await self._size(name) for name in kind.collections if name in present}
                last = removed.get(kind.id)
                found.append(
                    Holding(
                        kind=kind,
                        days=self._days[kind.setting] if kind.setting else None,
                        rows=sum(rows for name, (rows, _) in sizes.items() if not name.endswith(".chunks")),
                        size_bytes=sum(size for _, size in sizes.values()),
                        oldest=await self._oldest(kind, present),
                        removed=RemovedLast(last.at, last.rows, last.size_bytes, last.all_rows) if last else None,
                    )
                )
        return found

    async def _size(self, name: str) -> tuple[int, int]:
        stats = await aggregate(self._mongo.snapshot(self._database, name), [{"$collStats": {"storageStats": {}}}])
        rows = [each["storageStats"] for each in stats]
        return sum(each["count"] for each in rows), sum(each["storageSize"] + each["totalIndexSize"] for each in rows)

    async def _oldest(self, kind: KeptKind, present: set[str]) -> datetime | None:
        """Return the first moment of the kind's first collection."""
        if not kind.oldest or kind.collections[0] not in present:
            return None
        query: Doc = {} if kind.oldest == "_id" else {kind.oldest: {"$gt": datetime.fromtimestamp(0, UTC)}}
        rows = await self._mongo.collection(self._database, kind.collections[0]).find(query).sort(kind.oldest, 1).limit(1).to_list(None)
        return _moment(rows[0], kind.oldest) if rows else None


def _moment(row: Doc, field: str) -> datetime | None:
    value = row[field]
    if isinstance(value, datetime):
        return value
    if isinstance(value, ObjectId):
        return value.generation_time
    if isinstance(value, int) and "at" in row:  # rows of the audit log are numbered
        moment: datetime = row["at"]
        return moment
    try:
        return moment_of_id(value)
    except (TypeError, ValueError, OverflowError):
        return None  # an id that is not made in the order of time
