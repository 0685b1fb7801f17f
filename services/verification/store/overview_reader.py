"""Figures for the head of the office. What is open is counted off indexes; a day that is over is counted once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.verification.domain.overview import AGE_DAYS, DayKept, Dues
from services.verification.domain.task_parts import TaskStage, TaskState
from services.verification.store.schema import OVERVIEW_DAYS, TASKS
from shared.clock import WIB
from shared.mongo import Doc, Mongo, UpdateOne, aggregate, reachable
from shared.reference.priorities import priorities

_OPEN: Final = [stage.value for stage in TaskStage if stage is not TaskStage.CLOSED]
_SETTLED: Final = timedelta(hours=1)  # after its end a day is final: a decision is committed within seconds of its time


class MongoOverviewReader:
    """Counts over the collection `tasks`; implements `ports.OverviewReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._tasks = mongo.collection(database, TASKS)
        self._days = mongo.collection(database, OVERVIEW_DAYS)

    async def by_service(self, *, at: datetime, day_ends: datetime) -> Mapping[str, Dues]:
        due = _due(at, day_ends)
        every = [{"$match": {"state": TaskState.OPEN.value}}, _counted({"of": "$service", "due": due})]
        standing = [{"$match": {"stage": TaskStage.WAITING.value}}, _counted({"of": "$service", "due": due})]
        with reachable():
            found = _by_name(await aggregate(self._tasks, every, hint="urgent_by_service"))
            for name, stopped in _by_name(await aggregate(self._tasks, standing, hint="queue_by_service")).items():
                found[name] = {key: count - stopped.get(key, 0) for key, count in found.get(name, {}).items()}
                found[name]["stopped"] = sum(stopped.values())
        return {name: Dues(**{key: max(0, count) for key, count in dues.items()}) for name, dues in sorted(found.items())}

    async def by_village(self, *, at: datetime, day_ends: datetime) -> Mapping[str, Dues]:
        stands: Doc = {"$eq": ["$stage", TaskStage.WAITING.value]}
        by: Doc = {"of": {"$arrayElemAt": ["$areas", 1]}, "due": {"$cond": [stands, "stopped", _due(at, day_ends)]}}
        with reachable():
            rows = await aggregate(self._tasks, [{"$match": {"stage": {"$in": _OPEN}}}, _counted(by)], hint="queue_of_area")
        return {name: Dues(**dues) for name, dues in sorted(_by_name(rows).items())}

    async def by_age(self, *, at: datetime) -> Mapping[tuple[int, str], int]:
        starts = [
            {"case": {"$eq": ["$priority", each.code]}, "then": each.head_start / timedelta(milliseconds=1)}
            for each in priorities().values()
        ]
        began: Doc = {"$add": ["$place_at", {"$switch": {"branches": starts, "default": 0}}]}
        ages = [{"case": {"$gt": ["$began", at - timedelta(days=days)]}, "then": place} for place, days in enumerate(AGE_DAYS)]
        pipeline: list[Doc] = [
            {"$match": {"stage": {"$in": _OPEN}}},
            {"$project": {"_id": 0, "stage": 1, "began": began}},
            _counted({"age": {"$switch": {"branches": ages, "default": len(AGE_DAYS)}}, "stage": "$stage"}),
        ]
        with reachable():
            rows = await aggregate(self._tasks, pipeline, hint="queue")
        return {(row["_id"]["age"], row["_id"]["stage"]): row["count"] for row in rows}

    async def kept_on(self, days: Sequence[date], *, at: datetime) -> tuple[DayKept, ...]:
        with reachable():
            rows = await self._days.find({"_id": {"$in": [day.isoformat() for day in days]}}).to_list(None)
            known = {row["_id"]: DayKept(date.fromisoformat(row["_id"]), row["decided"], row["kept"]) for row in rows}
            counted = [await self._count(day) for day in days if day.isoformat() not in known]
            final = [day for day in counted if _began(day.on + timedelta(days=1)) + _SETTLED <= at]
            if final:
                await self._days.bulk_write([_kept_row(day) for day in final], ordered=False)
        known |= {day.on.isoformat(): day for day in counted}
        return tuple(known[day.isoformat()] for day in days)

    async def opened_since(self, moment: datetime) -> int:
        with reachable():
            return int(await self._tasks.count_documents({"opened_at": {"$gte": moment}}))

    async def _count(self, day: date) -> DayKept:
        began = {"$gte": _began(day), "$lt": _began(day + timedelta(days=1))}
        kept: Doc = {"$sum": {"$cond": [{"$lte": ["$closed_at", "$due_at"]}, 1, 0]}}
        pipeline: list[Doc] = [
            {"$match": {"state": TaskState.CLOSED.value, "closed_at": began}},
            {"$group": {"_id": None, "decided": {"$sum": 1}, "kept": kept}},
        ]
        rows = await aggregate(self._tasks, pipeline, hint="decided")
        return DayKept(day, rows[0]["decided"], rows[0]["kept"]) if rows else DayKept(day)


def _counted(by: Doc) -> Doc:
    return {"$group": {"_id": by, "count": {"$sum": 1}}}


def _due(at: datetime, day_ends: datetime) -> Doc:
    later: Doc = {"$cond": [{"$lte": ["$due_at", day_ends]}, "today", "later"]}
    return {"$cond": [{"$lt": ["$due_at", at]}, "overdue", later]}


def _by_name(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["_id"].get("of") or "", {})[row["_id"]["due"]] = row["count"]
    return found


def _began(day: date) -> datetime:
    return datetime.combine(day, time(), WIB)


def _kept_row(day: DayKept) -> UpdateOne:
    values: Doc = {"decided": day.decided, "kept": day.kept}
    return UpdateOne({"_id": day.on.isoformat()}, {"$set": values}, upsert=True)
