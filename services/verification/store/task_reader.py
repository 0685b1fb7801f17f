"""Lists of tasks for officers. Plain reads, paged by the last row seen, so that pages do not shift while tasks come and go."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Final

import orjson

from services.verification.domain.officer import DeskOfficer
from services.verification.domain.search import search_key
from services.verification.domain.task_parts import TaskStage, TaskState
from services.verification.ports import TaskFilter, TaskOrder, TaskPage, TaskQuery, TaskTally
from services.verification.store.schema import TASKS
from services.verification.store.tasks import task_from
from shared.errors import BadInput, FieldProblem
from shared.mongo import Doc, Mongo, aggregate, reachable

_OPEN: Final = TaskState.OPEN.value
_KEYS: Final = {TaskOrder.DUE: "due_at", TaskOrder.PLACE: "place_at"}
_MOST_HELD: Final = 200  # tasks of one officer: far beyond what the limit of claims allows; handed-over ones come on top


class MongoTaskReader:
    """Plain reads of the collection `tasks`; implements `ports.TaskReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._tasks = mongo.collection(database, TASKS)

    async def page(self, query: TaskQuery, *, at: datetime) -> TaskPage:
        """Return one page, the most urgent first.

        Raises:
            BadInput: `cursor_malformed`.
        """
        conditions = _conditions(query, at)
        key = _KEYS[query.order]
        if query.after is not None:
            moment, task_id = _read_cursor(query.after)
            conditions.append({"$or": [{key: {"$gt": moment}}, {key: moment, "_id": {"$gt": task_id}}]})
        rows = self._tasks.find({"$and": conditions}).sort([(key, 1), ("_id", 1)]).limit(query.limit + 1)
        with reachable():
            found = [task_from(doc) for doc in await rows.to_list(None)]
        tasks = tuple(found[: query.limit])
        if len(found) <= query.limit:
            return TaskPage(tasks, None)
        last = tasks[-1]
        return TaskPage(tasks, _cursor(last.due_at if query.order is TaskOrder.DUE else last.place.at, last.id))

    async def candidates(self, officer: DeskOfficer, *, at: datetime, limit: int) -> tuple[str, ...]:
        free: Doc = {"$or": [{"claim": {"$exists": False}}, {"claim.until": {"$lte": at}}]}
        workable: Doc = {"stage": {"$in": [TaskStage.FIRST.value, *([TaskStage.SECOND.value] if officer.is_lead else [])]}}
        workable["first_approval.officer_id"] = {"$ne": officer.id}
        own = {**workable, **free, "preferred_officer": officer.id, "preferred_until": {"$gt": at}}
        reserved = await self._ids(own, "place_at", limit)
        wanted: Doc = {**workable, "$and": [free, _unreserved(at)]}
        if officer.services:
            wanted["service"] = {"$in": sorted(officer.services)}
        if officer.areas:
            wanted["areas"] = {"$in": sorted(officer.areas)}
        return (*reserved, *await self._ids(wanted, "place_at", limit))[:limit]

    async def held_by(self, officer_id: str, *, at: datetime) -> tuple[str, ...]:
        held = {
            "claim.officer_id": officer_id,
            "claim.until": {"$gt": at},
            "stage": {"$in": [TaskStage.FIRST.value, TaskStage.SECOND.value]},
        }
        return await self._ids(held, "due_at", _MOST_HELD)

    async def alarms(self, *, at: datetime, limit: int) -> tuple[str, ...]:
        return await self._ids({"alarm_at": {"$lte": at}}, "alarm_at", limit)

    async def running_since_before(self, moment: datetime, *, limit: int) -> tuple[str, ...]:
        running: Doc = {"state": _OPEN, "runs_since": {"$lt": moment}, "stopped_at": {"$exists": False}}
        return await self._ids(running, "runs_since", limit)

    async def decided(self, *, at: datetime, limit: int) -> tuple[str, ...]:
        return await self._ids({"held.effective_at": {"$lte": at}}, "held.effective_at", limit)

    async def _ids(self, query: Doc, order: str, limit: int) -> tuple[str, ...]:
        with reachable():
            rows = await self._tasks.find(query, {"_id": 1}).sort([(order, 1), ("_id", 1)]).limit(limit).to_list(None)
        return tuple(row["_id"] for row in rows)

    async def tally(self, *, at: datetime) -> TaskTally:
        claimed = {"$cond": [{"$gt": ["$claim.until", at]}, 1, 0]}
        running = {"$eq": [{"$type": "$stopped_at"}, "missing"]}
        overdue = {"$cond": [{"$and": [{"$lt": ["$due_at", at]}, running]}, 1, 0]}
        pipeline: list[Doc] = [
            {"$match": {"state": _OPEN}},
            {"$group": {"_id": "$service", "open": {"$sum": 1}, "claimed": {"$sum": claimed}, "overdue": {"$sum": overdue}}},
            {"$sort": {"_id": 1}},
        ]
        with reachable():
            rows = await aggregate(self._tasks, pipeline)
        return TaskTally(
            open=sum(row["open"] for row in rows),
            claimed=sum(row["claimed"] for row in rows),
            overdue=sum(row["overdue"] for row in rows),
            by_service={row["_id"]: row["open"] for row in rows},
        )


def _conditions(query: TaskQuery, at: datetime) -> list[Doc]:
    conditions: list[Doc] = [{"state": TaskState.CLOSED.value if query.show is TaskFilter.CLOSED else _OPEN}]
    if query.show is TaskFilter.AVAILABLE:
        conditions.append({"$or": [{"claim": {"$exists": False}}, {"claim.until": {"$lte": at}}]})
        conditions.append({"$or": [{"preferred_officer": query.officer_id}, _unreserved(at)]})
        conditions.append({"stage": TaskStage.FIRST.value})
    elif query.show is TaskFilter.RESERVED:
        conditions.append({"preferred_officer": query.officer_id, "preferred_until": {"$gt": at}})
    elif query.show is TaskFilter.MINE:
        conditions.append({"claim.officer_id": query.officer_id, "claim.until": {"$gt": at}})
    elif query.show is TaskFilter.OVERDUE:
        conditions.append({"due_at": {"$lt": at}, "stopped_at": {"$exists": False}})
    elif query.show in (TaskFilter.SECOND, TaskFilter.WAITING):
        conditions.append({"stage": query.show.value})
    for name, wanted in (("service", query.service), ("channel", query.channel), ("reasons.code", query.reason), ("areas", query.area)):
        if wanted is not None:
            conditions.append({name: wanted})
    keys = filter(None, map(search_key, (query.text or "").split()))  # letters and digits only: nothing to escape
    return [*conditions, *({"personal.search_terms": {"$regex": f"^{key}"}} for key in keys)]


def _unreserved(at: datetime) -> Doc:
    return {"$or": [{"preferred_officer": {"$exists": False}}, {"preferred_until": {"$lte": at}}]}


def _cursor(moment: datetime, task_id: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([moment.isoformat(), task_id])).decode()


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        moment, task_id = _pair(orjson.loads(base64.urlsafe_b64decode(text)))
        return datetime.fromisoformat(moment), task_id
    except (binascii.Error, ValueError):
        raise BadInput("cursor_malformed", problems=[FieldProblem("after", "cursor_malformed")]) from None


def _pair(value: Any) -> tuple[str, str]:
    match value:
        case [str(first), str(second)]:
            return first, second
    raise ValueError
