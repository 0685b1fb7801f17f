"""A unit of work over MongoDB: an identity map of frozen aggregates and a buffer of writes.

Reads happen outside any transaction, writes are buffered, and `flush` is one short series of bulk writes whose filters carry the version
that was read. So nothing runs twice inside a transaction, and whoever loses a race is told so (`LostRace`) and starts again with fresh
reads. One unit may hold many messages: `savepoint` and `rollback` leave one of them out without a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast

from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from shared.errors import Conflict, NotFound
from shared.mongo.connection import Collection, Doc, Mongo, Session
from shared.mongo.errors import LostRace, is_duplicate_key
from shared.mongo.mapping import A, DocumentMapping, lacks, with_the_rest

WriteOp: TypeAlias = "InsertOne[Doc] | UpdateOne | UpdateMany | ReplaceOne[Doc] | DeleteOne | DeleteMany"

ABSENT: Final = 0
"""The version of what is not in the database."""

_RESERVED: Final = frozenset({"_id", "version", "seq"})
_NO_OPERATORS = "find_one_by takes equality only"


Slot: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the unit knows of one `_id`: the present value; as it lies in the database, version, sequence, the row and what it says."""

    mapping: DocumentMapping[Any]
    value: Any
    version: int = ABSENT
    sequence: int = 0
    dirty: bool = False
    read: tuple[Doc, Any] | None = None


@dataclass(frozen=True, slots=True)
class Savepoint:
    """A moment of a unit: give it back to `rollback`."""

    writes: int
    deferred: int


class ChangeTracker:
    """An identity map for reads and a buffer of writes, flushed in one go. Belongs to one task at a time."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._mongo = mongo
        self._database = database
        self._entries: dict[Slot, _Entry] = {}
        self._keys: dict[tuple[str, str, str], str | None] = {}
        """Which `_id` has that value of a unique field in the database; None: nobody has it."""
        self._journal: list[tuple[Slot, _Entry | None]] = []
        self._deferred: list[tuple[str, WriteOp]] = []

    async def find(self, mapping: DocumentMapping[A], key: str) -> A | None:
        """Return the aggregate as this unit sees it, its own buffered writes included."""
        entry = self._entries.get((mapping.collection, key))
        if entry is None:
            doc = await self._collection(mapping).find_one({"_id": key})
            entry = self._hold(mapping, key, doc)
        return cast("A | None", entry.value)

    async def get(self, mapping: DocumentMapping[A], key: str) -> A:
        """Return the aggregate as `find` does.

        Raises:
            NotFound: there is none; the code is `<collection>_not_found`.
        """
        aggregate = await self.find(mapping, key)
        if aggregate is None:
            raise NotFound(f"{mapping.collection}_not_found")
        return aggregate

    async def prefetch(self, mapping: DocumentMapping[A], keys: Iterable[str]) -> None:
        """Read many in one query; what is absent is remembered as absent."""
        missing = [key for key in dict.fromkeys(keys) if (mapping.collection, key) not in self._entries]
        if not missing:
            return
        docs = await self._collection(mapping).find({"_id": {"$in": missing}}).to_list(None)
        found = {doc["_id"]: doc for doc in docs}
        for key in missing:
            self._hold(mapping, key, found.get(key))

    async def prefetch_by(self, mapping: DocumentMapping[A], wanted: Iterable[tuple[str, str]]) -> list[A]:
        """Read many by fields that the mapping declares as unique, in one query; return those that lie in the database.

        `find_one_by` then answers for each of these fields and values without asking, for those that are absent too.
        """
        asked = dict.fromkeys(wanted)
        values: dict[str, list[str]] = {}
        for name, value in asked:
            values.setdefault(name, []).append(value)
        if not values:
            return []
        docs = await self._collection(mapping).find({"$or": [{name: {"$in": found}} for name, found in values.items()]}).to_list(None)
        self._keys |= {(mapping.collection, name, value): None for name, value in asked}
        self._keys |= {(mapping.collection, name, doc[name]): doc["_id"] for doc in docs for name in values if doc[name] is not None}
        found = [self._hold(mapping, doc["_id"], doc).value for doc in docs]
        return [cast("A", value) for value in found if value is not None]

    async def find_many(self, mapping: DocumentMapping[A], query: Doc) -> list[A]:
        """Read many by a query about what never changes; return them as this unit sees them."""
        docs = await self._collection(mapping).find(query).to_list(None)
        found = [self._hold(mapping, doc["_id"], doc).value for doc in docs]
        return [cast("A", value) for value in found if value is not None]

    def assume_absent(self, mapping: DocumentMapping[Any], key: str) -> None:
        """Assume without asking that this key is free: it was made a moment ago. An error of the caller is a `LostRace`."""
        self._hold(mapping, key, None)

    async def find_one_by(self, mapping: DocumentMapping[A], query: Doc) -> A | None:
        """Find by another unique index. The answer is as if the buffer had been flushed already.

        Raises:
            ValueError: the query has an operator; equality of (dotted) fields is what the buffer can judge too.
        """
        if any(name.startswith("$") or isinstance(wanted, dict) for name, wanted in query.items()):
            raise ValueError(_NO_OPERATORS)
        for (collection, _), entry in self._entries.items():
            if collection == mapping.collection and entry.dirty and mapping.has(entry.value, query):
                return cast("A", entry.value)
        ((name, wanted), *others) = query.items()
        known = (mapping.collection, name, wanted)
        held: _Entry | None = None
        if not others and known in self._keys:
            key = self._keys[known]
            held = None if key is None else self._entries[mapping.collection, key]
        elif (doc := await self._collection(mapping).find_one(query)) is not None:
            held = self._hold(mapping, doc["_id"], doc)
        return None if held is None or held.dirty else cast("A | None", held.value)  # dirty: it no longer matches, see above

    def add(self, mapping: DocumentMapping[A], aggregate: A) -> None:
        """Buffer an insert. An `_id` that is taken shows at the flush, as `LostRace`.

        Raises:
            Conflict: this unit already holds an aggregate with that key (`<collection>_exists`).
        """
        slot = (mapping.collection, mapping.key(aggregate))
        if (held := self._entries.get(slot)) is not None and held.value is not None:
            raise Conflict(f"{mapping.collection}_exists")
        self._write(slot, _Entry(mapping, aggregate, dirty=True))

    def save(self, mapping: DocumentMapping[A], aggregate: A) -> None:
        """Buffer a replacement of the version that was read.

        Raises:
            LookupError: it was neither found nor added in this unit, so nobody knows which version it replaces.
        """
        slot, held = self._held(mapping, mapping.key(aggregate))
        self._write(slot, replace(held, value=aggregate, dirty=True))

    def present(self, mapping: DocumentMapping[A], key: str) -> A:
        """Return what was found, added or saved here, without reading.

        Raises:
            LookupError: this unit knows nothing of that key.
        """
        return cast("A", self._held(mapping, key)[1].value)

    def version(self, mapping: DocumentMapping[Any], key: str) -> int:
        """Return the version as read; one more once it was saved or added here. 0 means absent.

        Raises:
            LookupError: this unit knows nothing of that key.
        """
        entry = self._entries.get((mapping.collection, key))
        if entry is None:
            raise LookupError(mapping.collection)
        return entry.version + (1 if entry.dirty else 0)

    def next_sequence(self, mapping: DocumentMapping[Any], key: str) -> int:
        """Return the next number of this aggregate's events: contiguous, and stored with it at the flush.

        Raises:
            LookupError: it was neither found nor added in this unit.
        """
        slot, held = self._held(mapping, key)
        self._write(slot, replace(held, sequence=held.sequence + 1, dirty=True))
        return held.sequence + 1

    def defer(self, collection: str, operation: WriteOp) -> None:
        """Add a raw write to the same flush, for what is no aggregate. It may match nothing without being a lost race."""
        self._deferred.append((collection, operation))

    def savepoint(self) -> Savepoint:
        """Mark this moment."""
        return Savepoint(len(self._journal), len(self._deferred))

    def rollback(self, savepoint: Savepoint) -> None:
        """Forget every write since; what was read stays known."""
        while len(self._journal) > savepoint.writes:
            slot, before = self._journal.pop()
            if before is None:
                del self._entries[slot]
            else:
                self._entries[slot] = before
        del self._deferred[savepoint.deferred :]

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to flush."""
        return not self._journal and not self._deferred

    @property
    def touched(self) -> frozenset[Slot]:
        """Collection and key of every aggregate that is to be written."""
        return frozenset(slot for slot, entry in self._entries.items() if entry.dirty)

    async def flush(self, session: Session) -> None:
        """Write everything: one `bulk_write` per collection. May be run again in a fresh transaction; the buffer stays.

        Raises:
            LostRace: a version is no longer the one that was read, or an `_id` or unique value is taken.
        """
        await self.flush_together([self], session)

    @classmethod
    async def flush_together(cls, units: Sequence[ChangeTracker], session: Session) -> None:
        """Write what several units of one database buffered, with as many writes as one of them would take. They must touch nothing twice.

        Raises:
            LostRace: as `flush`, for any of them.
        """
        plans: dict[str, tuple[list[WriteOp], int]] = {}
        raw: dict[str, list[WriteOp]] = {}
        for unit in units:
            unit._plan(plans, raw)  # noqa: SLF001 - one of us
        for collection in sorted(plans):
            await units[0]._bulk(collection, *plans[collection], session)  # noqa: SLF001 - one of us
        for collection in sorted(raw):
            await units[0]._bulk(collection, raw[collection], None, session)  # noqa: SLF001 - one of us

    def _plan(self, plans: dict[str, tuple[list[WriteOp], int]], raw: dict[str, list[WriteOp]]) -> None:
        """Add our operations by collection, and how many documents the replacements must match; nobody counts the raw ones."""
        for (collection, key), entry in self._entries.items():
            if entry.dirty:
                operations, replacements = plans.get(collection, ([], 0))
                operations.append(_operation(key, entry))
                plans[collection] = (operations, replacements + (entry.version != ABSENT))
        for collection, operation in self._deferred:
            raw.setdefault(collection, []).append(operation)

    async def _bulk(self, collection: str, operations: list[WriteOp], replacements: int | None, session: Session) -> None:
        try:
            result = await self._mongo.collection(self._database, collection).bulk_write(operations, session=session)
        except BulkWriteError as error:
            if is_duplicate_key(error):
                raise LostRace(f"{collection}_exists") from error
            raise
        if replacements is not None and result.matched_count != replacements:
            raise LostRace(f"{collection}_changed")

    def _collection(self, mapping: DocumentMapping[Any]) -> Collection:
        return self._mongo.collection(self._database, mapping.collection)

    def _hold(self, mapping: DocumentMapping[Any], key: str, doc: Doc | None) -> _Entry:
        """Remember what was read, unless this unit knows better."""
        slot = (mapping.collection, key)
        if slot not in self._entries:
            if doc is None:
                self._entries[slot] = _Entry(mapping, None)
            else:
                found = mapping.from_doc(doc)
                self._entries[slot] = _Entry(mapping, found, doc["version"], doc.get("seq", 0), read=(doc, found))
        return self._entries[slot]

    def _held(self, mapping: DocumentMapping[Any], key: str) -> tuple[Slot, _Entry]:
        slot = (mapping.collection, key)
        entry = self._entries.get(slot)
        if entry is None or entry.value is None:
            raise LookupError(f"{mapping.collection}: find or add it first")
        return slot, entry

    def _write(self, slot: Slot, entry: _Entry) -> None:
        """Buffer a write, behind those before it: whoever saves one that gives up a unique value first may save another that takes it."""
        self._journal.append((slot, self._entries.pop(slot, None)))
        self._entries[slot] = entry


def _operation(key: str, entry: _Entry) -> WriteOp:
    body = entry.mapping.to_doc(entry.value)
    if not _RESERVED.isdisjoint(body):
        raise ValueError(f"{entry.mapping.collection}: to_doc must leave out _id, version and seq")
    doc = {"_id": key, "version": entry.version + 1, "seq": entry.sequence, **body}
    if entry.read is None:
        return InsertOne(doc)
    if lacks(doc, row := entry.read[0]):  # then alone is it worked out what we know of the row
        doc = with_the_rest(row, dict.fromkeys(_RESERVED) | entry.mapping.to_doc(entry.read[1]), doc)
    return ReplaceOne({"_id": key, "version": entry.version}, doc)
