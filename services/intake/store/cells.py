"""The collection `funnel_cells`: the counts of the funnel by month and day, folded out of `funnel_steps`, each step once (ADR 47).

A fold marks its steps as counted in the transaction that counts them, so that a process that is killed loses and doubles nothing. Cells
belong to a generation: a rebuild makes the next one beside it and switches over at once. While it works nothing is folded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from pymongo import InsertOne, UpdateOne

from services.intake.domain.outreach.funnel import (
    CellKey,
    Cells,
    Facet,
    FunnelQuestion,
    FunnelStep,
    StepCounts,
    View,
    fold,
)
from services.intake.store.steps import STEPS, step_from
from shared.mongo import Collection, Doc, Mongo, Session, aggregate, fields_of, reachable
from shared.mongo.server_time import LONG_AGO, from_now

CELLS: Final = "funnel_cells"
STATE: Final = "funnel_state"
_THE_ONE: Final = "funnel"
_AT_A_TIME: Final = 5_000  # steps read, or cells written, in one go: some MB
_REBUILD_SECONDS: Final = 900.0  # ten times what 1.4 million steps take; if it is killed, folding goes on after that
_OWN_VIEW: Final = {Facet.SOURCE: View.SOURCE, Facet.VILLAGE: View.VILLAGE, Facet.SEX: View.PERSON, Facet.AGE: View.PERSON}
_WITH_SERVICE: Final = {View.SOURCE: View.SOURCE_SERVICE, View.VILLAGE: View.VILLAGE_SERVICE}


class _Raced(Exception):  # noqa: N818  what happened
    """Another process has counted some of these steps, or counts anew."""


class FunnelCells:
    """Folds steps into cells, rebuilds them, and reads them; implements `ports.FunnelReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._mongo = mongo
        self._steps: Collection = mongo.collection(database, STEPS)
        self._cells: Collection = mongo.collection(database, CELLS)
        self._state: Collection = mongo.collection(database, STATE)

    async def fold(self, most: int) -> int:
        with reachable():
            docs = await self._steps.find({"is_new": True}).hint("new").limit(most).to_list(None)
            if not docs:
                return 0
            await self._begin()
            added = fold(map(step_from, docs))
            try:
                await self._mongo.transact(lambda session: self._add([doc["_id"] for doc in docs], added, session))
            except _Raced:
                return 0
        return len(docs)

    async def _begin(self) -> None:
        first = {"generation": 1, "folds": 0, "rebuilding_until": LONG_AGO}
        await self._state.update_one({"_id": _THE_ONE}, {"$setOnInsert": first}, upsert=True)

    async def _add(self, keys: list[str], added: Cells, session: Session) -> None:
        """Count steps: the state is written too, so that of two folds at once one gives way."""
        idle = {"_id": _THE_ONE, "$expr": {"$lt": ["$rebuilding_until", "$$NOW"]}}
        state = await self._state.find_one_and_update(idle, {"$inc": {"folds": 1}}, session=session)
        if state is None:
            raise _Raced
        marked = await self._steps.update_many({"_id": {"$in": keys}, "is_new": True}, {"$unset": {"is_new": ""}}, session=session)
        if marked.modified_count != len(keys):
            raise _Raced
        writes = [_increment(state["generation"], key, counts) for key, counts in added.items()]
        await self._cells.bulk_write(writes, ordered=False, session=session)

    async def rebuild(self) -> int:
        with reachable():
            await self._begin()
            busy = {"rebuilding_until": from_now(_REBUILD_SECONDS)}
            state = await self._state.find_one_and_update({"_id": _THE_ONE}, [{"$set": busy}])
            now, following = state["generation"], state["generation"] + 1
            await self._cells.delete_many({"generation": {"$ne": now}})
            count, cells = await self._counted()
            rows = [InsertOne(_document(following, key, counts)) for key, counts in cells.items()]
            for begin in range(0, len(rows), _AT_A_TIME):
                await self._cells.bulk_write(rows[begin : begin + _AT_A_TIME], ordered=False)
            await self._state.update_one({"_id": _THE_ONE}, {"$set": {"generation": following, "rebuilding_until": LONG_AGO}})
            await self._cells.delete_many({"generation": now})
        return count

    async def _counted(self) -> tuple[int, Cells]:
        """Return the cells of all steps that are no longer new, and how many these are."""
        count, cells = 0, dict[CellKey, Counter[tuple[int, FunnelStep]]]()
        after = ""
        while docs := await self._steps.find({"_id": {"$gt": after}}).sort("_id", 1).limit(_AT_A_TIME).to_list(None):
            after = docs[-1]["_id"]
            known = [step_from(doc) for doc in docs if "is_new" not in doc]
            count += len(known)
            for key, counts in fold(known).items():
                cells.setdefault(key, Counter()).update(counts)
        return count, cells

    async def counts(self, question: FunnelQuestion, facet: Facet) -> Mapping[str, StepCounts]:
        view = _view(question, facet)
        with reachable():
            state = await self._state.find_one({"_id": _THE_ONE})
            if state is None:
                return {}
            match = _match(state["generation"], view, question)
            rows = await aggregate(self._cells, _by_day(match, question) if facet is Facet.DAY else _by(match, facet, question))
        return {row["_id"]: {step: row[step.value] for step in FunnelStep if row.get(step.value)} for row in rows}


def _increment(generation: int, key: CellKey, counts: Mapping[tuple[int, FunnelStep], int]) -> UpdateOne:
    added: Counter[str] = Counter()
    for (day, step), count in counts.items():
        added[f"counts.{step.value}"] += count
        added[f"days.{day:02}.{step.value}"] += count
    return UpdateOne({"_id": _id(generation, key)}, {"$inc": dict(added), "$setOnInsert": _place(generation, key)}, upsert=True)


def _document(generation: int, key: CellKey, counts: Mapping[tuple[int, FunnelStep], int]) -> Doc:
    totals: Counter[str] = Counter()
    days: dict[str, dict[str, int]] = {}
    for (day, step), count in counts.items():
        totals[step.value] += count
        days.setdefault(f"{day:02}", {})[step.value] = count
    return {"_id": _id(generation, key), **_place(generation, key), "counts": dict(totals), "days": days}


def _id(generation: int, key: CellKey) -> str:
    what = key.what
    return "|".join((str(generation), key.view.value, key.month, what.source, what.service, what.village, what.sex, what.age))


def _place(generation: int, key: CellKey) -> Doc:
    return {"generation": generation, "view": key.view.value, "month": key.month, **fields_of(key.what)}


def _view(question: FunnelQuestion, facet: Facet) -> View:
    """Return the view that has the facet and the filters."""
    view = question.view
    if view in (View.ALL, View.PERSON) and facet in _OWN_VIEW:
        view = _OWN_VIEW[facet]
    return _WITH_SERVICE.get(view, view) if question.service is not None or facet is Facet.SERVICE else view


def _match(generation: int, view: View, question: FunnelQuestion) -> Doc:
    match: Doc = {"generation": generation, "view": view.value}
    if question.sources is not None:
        match["source"] = {"$in": sorted(question.sources)}
    elif question.villages is not None:
        match["village"] = {"$in": sorted(question.villages)}
    match["month"] = {"$gte": f"{question.first:%Y-%m}", "$lte": f"{question.last:%Y-%m}"}
    wanted = {"service": question.service}
    if view is View.PERSON:
        wanted |= {"sex": question.sex, "age": question.age}
    return match | {name: value for name, value in wanted.items() if value is not None}


def _by(match: Doc, facet: Facet, question: FunnelQuestion) -> list[Doc]:
    """Return the pipeline that adds up whole months, and of the first and the last month the days that are asked for."""
    edges = _edges(question)
    sums: Doc = {}
    for step in FunnelStep:
        whole: Any = f"$counts.{step.value}"
        branches = [
            {"case": {"$eq": ["$month", month]}, "then": {"$add": [{"$ifNull": [f"$days.{day}.{step.value}", 0]} for day in days]}}
            for month, days in edges.items()
        ]
        sums[step.value] = {"$sum": {"$switch": {"branches": branches, "default": whole}} if branches else whole}
    return [{"$match": match}, {"$group": {"_id": f"${facet.value}", **sums}}]


def _edges(question: FunnelQuestion) -> Mapping[str, list[str]]:
    """Return the months that are asked for in part, with their days."""
    edges: dict[str, list[str]] = {}
    for month in (question.first, question.last):
        begin, end = month.replace(day=1), _last_of(month)
        days = range(max(begin, question.first).day, min(end, question.last).day + 1)
        if len(days) < end.day:
            edges[f"{month:%Y-%m}"] = [f"{day:02}" for day in days]
    return edges


def _by_day(match: Doc, question: FunnelQuestion) -> list[Doc]:
    day = {"$concat": ["$month", "-", "$day.k"]}
    sums = {step.value: {"$sum": f"$day.v.{step.value}"} for step in FunnelStep}
    return [
        {"$match": match},
        {"$project": {"month": 1, "day": {"$objectToArray": "$days"}}},
        {"$unwind": "$day"},
        {"$group": {"_id": day, **sums}},
        {"$match": {"_id": {"$gte": question.first.isoformat(), "$lte": question.last.isoformat()}}},
    ]


def _last_of(month: date) -> date:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)
