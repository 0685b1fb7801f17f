"""Gives the rows of an older release what this one keeps of them for a search: in the background, a few at a time, from where it stopped.

A row that is written gets it anyway; these are the ones that nobody writes any more. It goes through a collection by id, which are made
in the order of time, and keeps its place in the database: a process that was killed goes on there, two at once do nothing twice that
matters. When it has come to the end it looks now and then for what a process of the older release still wrote behind that place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared import logs
from shared.metrics import REFILL_DONE, REFILL_ROWS
from shared.mongo import Doc, DocumentMapping, Mongo, UpdateOne, reachable
from shared.poller import Poller

COLLECTION: Final = "refills"
BATCH: Final = 200  # rows read and written at once: some 30 ms
REST_SECONDS: Final = 0.2  # between two batches: a million rows take half an hour, and a tenth of a core
AGAIN_SECONDS: Final = 600.0  # between looks at the end

_log = logs.get("refill")


class Unreadable(Exception):  # noqa: N818 - the finding
    """A row that this release can't read; it stays as it is."""


@dataclass(frozen=True, slots=True)
class Refill:
    """What is given to the rows of a collection.

    `name`: of what is given, with its edition; another name begins again. `fields`: for rows, what should stand in each (dotted names),
    or why it can't be said.
    """

    name: str
    collection: str
    fields: Callable[[Sequence[Doc]], Awaitable[Sequence[Doc | Unreadable]]]


class RefillJob:
    """Goes through the collections of some refills, one after the other."""

    def __init__(self, mongo: Mongo, database: str, refills: Sequence[Refill], *, batch: int = BATCH) -> None:
        self._rows = {refill.name: mongo.collection(database, refill.collection) for refill in refills}
        self._places = mongo.collection(database, COLLECTION)
        self._refills = tuple(refills)
        self._batch = batch

    def poller(self) -> Poller:
        """Return the loop that a process runs."""
        return Poller("refill", self.turn, poll_seconds=AGAIN_SECONDS)

    async def turn(self) -> float:
        """Work on one batch of the first collection that is not through; return for how long to rest.

        Raises:
            DatabaseUnavailable: MongoDB is not there; the place is kept.
        """
        for refill in self._refills:
            if await self._batch_of(refill):
                return REST_SECONDS
        return AGAIN_SECONDS

    async def _batch_of(self, refill: Refill) -> bool:
        """Work on one batch; False where nothing is behind the place."""
        with reachable():
            place = await self._places.find_one({"_id": refill.name}) or {"after": None, "rows": 0, "is_done": False}
            wanted = {"_id": {"$gt": place["after"]}} if place["after"] is not None else {}
            rows = await self._rows[refill.name].find(wanted).sort("_id", 1).limit(self._batch).to_list(None)
            changed = await self._write(refill, rows)
            is_done = len(rows) < self._batch
            if rows or is_done != place["is_done"]:
                after = rows[-1]["_id"] if rows else place["after"]
                kept = {"after": after, "is_done": is_done}
                await self._places.update_one({"_id": refill.name}, {"$set": kept, "$inc": {"rows": changed}}, upsert=True)
        REFILL_DONE.labels(refill.name).set(is_done)
        if is_done and not place["is_done"]:
            _log.info("refill.done", refill=refill.name, rows=place["rows"] + changed)
        return not is_done

    async def _write(self, refill: Refill, rows: Sequence[Doc]) -> int:
        """Write what is otherwise in rows that nobody wrote meanwhile; whoever did gave them what they need."""
        changes = []
        for row, wanted in zip(rows, await refill.fields(rows), strict=True):
            if isinstance(wanted, Unreadable):
                _log.warning("refill.unreadable", refill=refill.name, row=row["_id"], reason=str(wanted))
                REFILL_ROWS.labels(refill.name, "unreadable").inc()
            elif any(_inside(row, name) != value for name, value in wanted.items()):
                changes.append(UpdateOne({"_id": row["_id"], "version": row["version"]}, {"$set": wanted}))
        if changes:
            await self._rows[refill.name].bulk_write(changes, ordered=False)
            REFILL_ROWS.labels(refill.name, "written").inc(len(changes))
        return len(changes)


def each_row(fields: Callable[[Doc], Doc]) -> Callable[[Sequence[Doc]], Awaitable[Sequence[Doc | Unreadable]]]:
    """Return `Refill.fields` of what follows from each row alone; a row that it can't read is told by the kind of its error."""

    async def of_all(rows: Sequence[Doc]) -> list[Doc | Unreadable]:
        return [readable(fields, row) for row in rows]

    return of_all


def made_again(name: str, mapping: DocumentMapping[Any], *fields: str) -> Refill:
    """Return the refill of fields that a row has when it is read and written again."""

    def of_row(doc: Doc) -> Doc:
        made = mapping.to_doc(mapping.from_doc(doc))
        return {field: made[field] for field in fields}

    return Refill(name, mapping.collection, each_row(of_row))


def readable(fields: Callable[[Doc], Doc], row: Doc) -> Doc | Unreadable:
    """Return what stands in a row, or why it can't be said: no words of the row, which are personal."""
    try:
        return fields(row)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        return Unreadable(type(error).__name__)


def _inside(row: Doc, name: str) -> object:
    value: object = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
