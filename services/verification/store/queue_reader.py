"""Figures of the queue: counts that indexes answer, whatever the number of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.verification.domain.capacity import OfficerLoad, Pace, QueueFigures
from services.verification.domain.task_parts import TaskStage, TaskState
from services.verification.store.schema import TASKS
from shared.mongo import Doc, Mongo, aggregate, reachable

_PACE_DAYS: Final = 7  # five working days and a week-end
_OPEN: Final = [stage.value for stage in TaskStage if stage is not TaskStage.CLOSED]


class MongoQueueReader:
    """Counts over the collection `tasks`; implements `ports.QueueReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._tasks = mongo.collection(database, TASKS)

    async def figures(self, *, at: datetime, day_began: datetime, day_ends: datetime) -> QueueFigures:
        with reachable():
            rows = await aggregate(self._tasks, _grouped({"stage": "$stage", "service": "$service"}), hint="queue_by_service")
            priorities = await aggregate(self._tasks, _grouped("$priority"), hint="queue")
            closed = await self._closed(day_began)
            return QueueFigures(
                at=at,
                by_stage=_summed(rows, "stage"),
                by_priority={row["_id"]: row["count"] for row in priorities},
                by_service=_summed(rows, "service"),
                by_due=await self._by_due(at, day_ends),
                opened_today=await self._tasks.count_documents({"opened_at": {"$gte": day_began}}),
                closed_today=_summed(closed, "outcome"),
                officers=await self._officers(at, _summed(closed, "officer")),
                pace=await self._pace(at),
            )

    async def ahead_of(self, place_at: datetime) -> int:
        with reachable():
            return int(await self._tasks.count_documents({"stage": TaskStage.FIRST.value, "place_at": {"$lt": place_at}}))

    async def decided_by(self, officer_id: str, *, since: datetime) -> int:
        decided = {"state": TaskState.CLOSED.value, "closed_at": {"$gte": since}, "closed_by": officer_id}
        with reachable():
            return int(await self._tasks.count_documents(decided))

    async def by_due(self, *, at: datetime, day_ends: datetime) -> Mapping[str, int]:
        with reachable():
            return await self._by_due(at, day_ends)

    async def _by_due(self, at: datetime, day_ends: datetime) -> dict[str, int]:
        """Of a clock that stands the promise does not count: those are few, and taken off again."""
        ranges: dict[str, Doc] = {"overdue": {"$lt": at}, "today": {"$gte": at, "$lte": day_ends}, "later": {"$gt": max(at, day_ends)}}
        found = {}
        for name, due in ranges.items():
            standing = await self._tasks.count_documents({"stage": TaskStage.WAITING.value, "due_at": due})
            found[name] = await self._tasks.count_documents({"state": TaskState.OPEN.value, "due_at": due}) - standing
        return found

    async def _closed(self, since: datetime) -> list[Doc]:
        by: Doc = {"outcome": "$outcome", "officer": "$closed_by"}
        return await aggregate(
            self._tasks, [{"$match": _closed_since(since)}, {"$group": {"_id": by, "count": {"$sum": 1}}}], hint="closed"
        )

    async def _officers(self, at: datetime, decided: Mapping[str, int]) -> dict[str, OfficerLoad]:
        live: Doc = {"claim.officer_id": {"$gt": ""}, "claim.until": {"$gt": at}}
        pipeline: list[Doc] = [{"$match": live}, {"$group": {"_id": "$claim.officer_id", "count": {"$sum": 1}}}]
        held = {row["_id"]: row["count"] for row in await aggregate(self._tasks, pipeline, hint="mine")}
        return {name: OfficerLoad(held.get(name, 0), decided.get(name, 0)) for name in sorted({*held, *decided})}

    async def _pace(self, at: datetime) -> Pace:
        hour: Doc = {"officer": "$closed_by", "hour": {"$dateTrunc": {"date": "$closed_at", "unit": "hour"}}}
        pipeline: list[Doc] = [
            {"$match": _closed_since(at - timedelta(days=_PACE_DAYS))},
            {"$group": {"_id": hour, "count": {"$sum": 1}}},
            {"$group": {"_id": None, "decisions": {"$sum": "$count"}, "hours": {"$sum": 1}}},
        ]
        rows = await aggregate(self._tasks, pipeline, hint="closed")
        return Pace(rows[0]["decisions"], rows[0]["hours"]) if rows else Pace()


def _grouped(by: Doc | str) -> list[Doc]:
    return [{"$match": {"stage": {"$in": _OPEN}}}, {"$group": {"_id": by, "count": {"$sum": 1}}}]


def _closed_since(since: datetime) -> Doc:
    return {"state": TaskState.CLOSED.value, "closed_at": {"$gte": since}}


def _summed(rows: list[Doc], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        key = row["_id"][name]
        found[key] = found.get(key, 0) + row["count"]
    return dict(sorted(found.items()))
