"""The collection `funnel_cells`: the counts of the funnel by month and day, folded out of `funnel_steps`, each step once (ADR 47).

A fold marks its steps as counted in the transaction that counts them, so that a process that is killed loses and doubles nothing. Cells
belong to a generation: a rebuild makes the next one beside it and switches over at once. While it works nothing is folded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

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
    periods_of,
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

_SUMS: Final = {step.value: {"$sum": f"${step.value}"} for step in FunnelStep}


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
            rows = [InsertOne(document_of(following, key, counts)) for key, counts in cells.items()]
            for begin in range(0, len(rows), _AT_A_TIME):
                await self._cells.bulk_write(rows[begin : begin + _AT_A_TIME], ordered=False)
            await self._state.update_one({"_id": _THE_ONE}, {"$set": {"generation": following, "rebuilding_until": LONG_AGO}})
            await self._cells.delete_many({"generation": now})
        return count

    async def _counted(self) -> tuple[int, Cells]:
        """Return the cells of all steps that are no longer new, and how many these are."""
        count, cells = 0, dict[CellKey, Counter[FunnelStep]]()
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
            days = {"$in": [day.isoformat() for day in _days(question)]}
            periods = days if facet is Facet.DAY else periods_of(question.first, question.last)
            by = "$period" if facet in (Facet.DAY, Facet.MONTH) else f"${facet.value}"
            match = _match(state["generation"], view, question, periods)
            rows = await aggregate(self._cells, [{"$match": match}, {"$group": {"_id": by, **_SUMS}}])
        return {row["_id"]: {step: row[step.value] for step in FunnelStep if row.get(step.value)} for row in rows}


def _increment(generation: int, key: CellKey, counts: StepCounts) -> UpdateOne:
    added = {step.value: count for step, count in counts.items()}
    return UpdateOne({"_id": _id(generation, key)}, {"$inc": added, "$setOnInsert": _place(generation, key)}, upsert=True)


def document_of(generation: int, key: CellKey, counts: StepCounts) -> Doc:
    """Return the document of a cell."""
    return {"_id": _id(generation, key), **_place(generation, key), **{step.value: count for step, count in counts.items()}}


def _id(generation: int, key: CellKey) -> str:
    what = key.what
    parts = (str(generation), key.view.value, key.period, what.source, what.service, what.village, what.sex, what.age)
    return "|".join((*parts, what.question) if what.question else parts)


def _place(generation: int, key: CellKey) -> Doc:
    what = {name: value for name, value in fields_of(key.what).items() if value or name != "question"}  # which one view has
    return {"generation": generation, "view": key.view.value, "period": key.period, **what}


def _view(question: FunnelQuestion, facet: Facet) -> View:
    """Return the view that has the facet and the filters."""
    view = question.view
    if facet is Facet.QUESTION:
        return View.QUESTION
    if view in (View.ALL, View.PERSON) and facet in _OWN_VIEW:
        view = _OWN_VIEW[facet]
    return _WITH_SERVICE.get(view, view) if question.service is not None or facet is Facet.SERVICE else view


def _match(generation: int, view: View, question: FunnelQuestion, periods: Sequence[str] | Doc) -> Doc:
    match: Doc = {"generation": generation, "view": view.value}
    if question.sources is not None:
        match["source"] = {"$in": sorted(question.sources)}
    elif question.villages is not None:
        match["village"] = {"$in": sorted(question.villages)}
    match["period"] = periods if isinstance(periods, dict) else {"$in": list(periods)}
    wanted = {"service": question.service}
    if view is View.PERSON:
        wanted |= {"sex": question.sex, "age": question.age}
    return match | {name: value for name, value in wanted.items() if value is not None}


def _days(question: FunnelQuestion) -> Sequence[date]:
    return [question.first + timedelta(days=day) for day in range((question.last - question.first).days + 1)]
