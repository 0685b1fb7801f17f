"""The collection `funnel_cells`: tables of counts by day and month, folded out of `funnel_steps`, each row once (ADR 54).

A fold marks its rows as counted in the transaction that counts them, so that a process that is killed loses and doubles nothing. Days are
written as rows come; a month that is over is added up once (`roll`), and what comes late for it is written to its day and to it. Tables
belong to a generation: a rebuild makes the next one beside it and switches over at once. While it works nothing is folded; one that was
too slow for that, or that another one overtook, switches nothing.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter, OrderedDict
from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from pymongo import InsertOne, ReplaceOne, ReturnDocument

from services.intake.domain.counting import (
    MONTH,
    CountSeries,
    CountTable,
    Place,
    PlaceCounts,
    StepColumns,
    fold,
    kind_of,
    periods_of,
    summed,
    table_of,
)
from services.intake.store.steps import STEPS, row_from
from shared.clock import WIB, Clock, now
from shared.errors import Conflict
from shared.faults import crash_point
from shared.mongo import Collection, Doc, Mongo, Session, reachable
from shared.mongo.server_time import LONG_AGO, from_now

CELLS: Final = "funnel_cells"
STATE: Final = "funnel_state"
_THE_ONE: Final = "funnel"
_READ_AT_ONCE: Final = 5_000  # rows: some MB
_WRITTEN_AT_ONCE: Final = 50  # tables, of some 20 kB each
_REBUILD_SECONDS: Final = 900.0  # renewed with each part of the work; if it is killed, folding goes on after that
_KEPT_ROWS: Final = 4_000_000
"""Rows of tables that a process keeps in memory, of 7 bytes or so each: two years of an office of 100,000 requests a year, by day too."""


class _Raced(Exception):  # noqa: N818  what happened
    """Another process has counted some of these rows, or counts anew."""


class CountTables:
    """Folds rows into tables, rebuilds them, and reads them."""

    def __init__(self, mongo: Mongo, database: str, clock: Clock = now) -> None:
        self._mongo = mongo
        self._clock = clock
        self._steps: Collection = mongo.collection(database, STEPS)
        self._cells: Collection = mongo.collection(database, CELLS)
        self._state: Collection = mongo.collection(database, STATE)
        self._kept: OrderedDict[str, tuple[int, CountTable]] = OrderedDict()
        self._rolled_before = ""

    async def fold(self, most: int) -> int:
        """See `ports.Funnel`."""
        with reachable():
            docs = await self._steps.find({"is_new": True}).hint("new").limit(most).to_list(None)
            if not docs:
                return 0
            await self._begin()
            added = fold(map(row_from, docs))
            crash_point("before_tx", "counts")
            try:
                await self._mongo.transact(lambda session: self._add([doc["_id"] for doc in docs], added, session))
            except _Raced:
                return 0
            crash_point("after_commit", "counts")
        return len(docs)

    async def roll(self) -> None:
        """See `ports.Funnel`."""
        month = self._clock().astimezone(WIB).date().isoformat()[:MONTH]
        if month == self._rolled_before:
            return
        with reachable():
            state = await self._state.find_one({"_id": _THE_ONE})
            ids = [doc["_id"] for doc in await self._cells.find({}, {"_id": 1}).to_list(None)] if state else []
            over = {found for found in (_period(each)[:MONTH] for each in ids) if found < month}
            try:
                for each in sorted(over - set(state["rolled"] if state else ())):
                    await self._mongo.transact(lambda session, each=each: self._roll(each, session))  # type: ignore[misc]
            except _Raced:
                return
        self._rolled_before = month

    async def _begin(self) -> None:
        first = {"generation": 1, "folds": 0, "rebuilding_until": LONG_AGO, "rolled": []}
        await self._state.update_one({"_id": _THE_ONE}, {"$setOnInsert": first}, upsert=True)

    async def _idle(self, session: Session) -> Doc:
        """Return the state, written too: of two that write tables at once one gives way."""
        idle = {"_id": _THE_ONE, "$expr": {"$lt": ["$rebuilding_until", "$$NOW"]}}
        state: Doc | None = await self._state.find_one_and_update(idle, {"$inc": {"folds": 1}}, session=session)
        if state is None:
            raise _Raced
        return state

    async def _add(self, keys: list[str], added: Mapping[tuple[CountSeries, str], PlaceCounts], session: Session) -> None:
        state = await self._idle(session)
        marked = await self._steps.update_many({"_id": {"$in": keys}, "is_new": True}, {"$unset": {"is_new": ""}}, session=session)
        if marked.modified_count != len(keys):
            raise _Raced
        more = dict(added)
        for (series, day), counts in added.items():
            if day[:MONTH] in state["rolled"]:
                more[series, day[:MONTH]] = summed((more.get((series, day[:MONTH]), {}), counts))
        known = await self._documents([_id(state["generation"], *place) for place in more], session)
        writes = []
        for (series, period), counts in more.items():
            key = _id(state["generation"], series, period)
            before = known.get(key)
            whole = summed((_table(before).counts, counts)) if before else counts
            document = document_of(key, table_of(series, whole), before["version"] + 1 if before else 1)
            writes.append(ReplaceOne({"_id": key}, document, upsert=True))
        await self._cells.bulk_write(writes, ordered=False, session=session)
        crash_point("before_commit", "counts")

    async def _roll(self, month: str, session: Session) -> None:
        state = await self._idle(session)
        if month in state["rolled"]:
            return
        for series in CountSeries:
            begins = _id(state["generation"], series, f"{month}-")
            days = await self._cells.find({"_id": {"$gt": begins, "$lt": f"{begins}~"}}, session=session).to_list(None)
            key = _id(state["generation"], series, month)
            document = document_of(key, table_of(series, summed(_table(day).counts for day in days)), 1)
            await self._cells.replace_one({"_id": key}, document, upsert=True, session=session)
        await self._state.update_one({"_id": _THE_ONE}, {"$addToSet": {"rolled": month}}, session=session)

    async def _documents(self, keys: Sequence[str], session: Session | None = None) -> Mapping[str, Doc]:
        docs = await self._cells.find({"_id": {"$in": list(keys)}}, session=session).to_list(None)
        return {doc["_id"]: doc for doc in docs}

    async def rebuild(self) -> int:
        """See `ports.Funnel`."""
        with reachable():
            await self._begin()
            begun = {"rebuilding_until": from_now(_REBUILD_SECONDS), "latest": {"$add": [{"$ifNull": ["$latest", "$generation"]}, 1]}}
            state = await self._state.find_one_and_update({"_id": _THE_ONE}, [{"$set": begun}], return_document=ReturnDocument.AFTER)
            following: int = state["latest"]
            count, tables = await self._counted(following)
            months = await self._write(following, tables)
            await self._renew(following, {"generation": following, "rebuilding_until": LONG_AGO, "rolled": months})
            await self._cells.delete_many({"_id": {"$not": {"$gte": f"{following}|", "$lt": f"{following}|~"}}})
        return count

    async def _renew(self, following: int, more: Doc) -> None:
        """Write to the state, as long as this rebuild is the latest and nothing was folded since it began.

        Raises:
            Conflict: `rebuild_overtaken`.
        """
        ours = {"_id": _THE_ONE, "latest": following, "$expr": {"$gt": ["$rebuilding_until", "$$NOW"]}}
        if not (await self._state.update_one(ours, [{"$set": more}])).matched_count:
            raise Conflict("rebuild_overtaken")

    async def _counted(self, following: int) -> tuple[int, Mapping[tuple[CountSeries, str], PlaceCounts]]:
        """Return the counts by day of all rows that are no longer new, and how many these are."""
        count, found = 0, dict[tuple[CountSeries, str], Counter[tuple[str, Place]]]()
        after = ""
        while docs := await self._steps.find({"_id": {"$gt": after}}).sort("_id", 1).limit(_READ_AT_ONCE).to_list(None):
            after = docs[-1]["_id"]
            await self._renew(following, {"rebuilding_until": from_now(_REBUILD_SECONDS)})
            known = [row_from(doc) for doc in docs if "is_new" not in doc]
            count += len(known)
            for place, counts in fold(known).items():
                found.setdefault(place, Counter()).update(counts)
        return count, found

    async def _write(self, generation: int, days: Mapping[tuple[CountSeries, str], PlaceCounts]) -> Sequence[str]:
        """Write tables of days, and of the months that are over; return these months."""
        month = self._clock().astimezone(WIB).date().isoformat()[:MONTH]
        over: dict[tuple[CountSeries, str], list[PlaceCounts]] = {}
        for (series, day), counts in days.items():
            if day[:MONTH] < month:
                over.setdefault((series, day[:MONTH]), []).append(counts)
        both = [*days.items(), *((place, summed(several)) for place, several in over.items())]
        for begin in range(0, len(both), _WRITTEN_AT_ONCE):
            some = both[begin : begin + _WRITTEN_AT_ONCE]
            await self._renew(generation, {"rebuilding_until": from_now(_REBUILD_SECONDS)})
            made = [(_id(generation, *place), await asyncio.to_thread(table_of, place[0], counts)) for place, counts in some]
            rows = [InsertOne(document_of(key, table)) for key, table in made]
            await self._cells.bulk_write(rows, ordered=False)
        return sorted({period for _, period in over})

    async def tables(self, series: CountSeries, first: date, last: date, *, by_day: bool = False) -> Sequence[tuple[str, CountTable]]:
        """Return the tables that make up these days, by their days and months (`by_day`: by days alone), the oldest first."""
        with reachable():
            state = await self._state.find_one({"_id": _THE_ONE})
            if state is None:
                return []
            periods = periods_of(first, last, () if by_day else state["rolled"])
            keys = {_id(state["generation"], series, period): period for period in periods}
            heads = await self._cells.find({"_id": {"$in": list(keys)}}, {"version": 1}).hint("versions").to_list(None)
            found = self._held({head["_id"]: head["version"] for head in heads})
            missing = [head["_id"] for head in heads if head["_id"] not in found]
            if missing:
                found |= self._keep((await self._documents(missing)).values())
        return [(keys[key], table) for key, table in sorted(found.items())]

    def _held(self, versions: Mapping[str, int]) -> dict[str, CountTable]:
        """Return those of these tables that are kept as they are now."""
        found = {key: self._kept[key][1] for key, version in versions.items() if key in self._kept and self._kept[key][0] == version}
        for key in found:
            self._kept.move_to_end(key)
        return found

    def _keep(self, docs: Several[Doc]) -> dict[str, CountTable]:
        """Return the tables of documents, kept from now on; forget those that were asked for the longest ago until all fit."""
        found = {doc["_id"]: _table(doc) for doc in docs}
        for doc in docs:
            self._kept[doc["_id"]] = (doc["version"], found[doc["_id"]])
            self._kept.move_to_end(doc["_id"])
        size = sum(table.size for _, table in self._kept.values())
        while size > _KEPT_ROWS:
            size -= self._kept.popitem(last=False)[1][1].size
        return found


def document_of(key: str, table: CountTable, version: int = 1) -> Doc:
    """Return the document of a table: its columns as bytes, each with the type of its numbers."""
    columns = {
        step: {
            "places": [column.tobytes() for column in held.places],
            "counts": held.counts.tobytes(),
            "kind": held.counts.typecode,
        }
        for step, held in table.columns.items()
    }
    return {"_id": key, "version": version, "names": [list(names) for names in table.names], "columns": columns}


def _table(doc: Doc) -> CountTable:
    names = tuple(map(tuple, doc["names"]))
    columns = {
        step: StepColumns(
            tuple(array(kind_of(len(known) - 1), column) for known, column in zip(names, held["places"], strict=True)),
            array(held["kind"], held["counts"]),
        )
        for step, held in doc["columns"].items()
    }
    return CountTable(names, columns)


def _id(generation: int, series: CountSeries, period: str) -> str:
    return f"{generation}|{series.value}|{period}"


def _period(key: str) -> str:
    return key.rsplit("|", 1)[1]
