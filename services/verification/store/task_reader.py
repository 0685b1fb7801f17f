"""Lists of tasks for officers. Plain reads, paged by the last row seen, so that pages do not shift while tasks come and go."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Final

import orjson

from services.verification.domain.task import TaskState, search_key
from services.verification.ports import TaskFilter, TaskPage, TaskQuery, TaskTally
from services.verification.store.schema import TASKS
from services.verification.store.tasks import task_from
from shared.errors import BadInput, FieldProblem
from shared.mongo import Doc, Mongo, aggregate, reachable

_OPEN: Final = TaskState.OPEN.value


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
        if query.after is not None:
            due_at, task_id = _read_cursor(query.after)
            conditions.append({"$or": [{"due_at": {"$gt": due_at}}, {"due_at": due_at, "_id": {"$gt": task_id}}]})
        rows = self._tasks.find({"$and": conditions}).sort([("due_at", 1), ("_id", 1)]).limit(query.limit + 1)
        with reachable():
            found = [task_from(doc) for doc in await rows.to_list(None)]
        tasks = tuple(found[: query.limit])
        return TaskPage(tasks=tasks, next=_cursor(tasks[-1].due_at, tasks[-1].id) if len(found) > query.limit else None)

    async def tally(self, *, at: datetime) -> TaskTally:
        claimed = {"$cond": [{"$gt": ["$claim.until", at]}, 1, 0]}
        overdue = {"$cond": [{"$lt": ["$due_at", at]}, 1, 0]}
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
        free = [{"preferred_officer": {"$exists": False}}, {"preferred_officer": query.officer_id}, {"preferred_until": {"$lte": at}}]
        conditions.append({"$or": free})
    elif query.show is TaskFilter.RESERVED:
        conditions.append({"preferred_officer": query.officer_id, "preferred_until": {"$gt": at}})
    elif query.show is TaskFilter.MINE:
        conditions.append({"claim.officer_id": query.officer_id, "claim.until": {"$gt": at}})
    elif query.show is TaskFilter.OVERDUE:
        conditions.append({"due_at": {"$lt": at}})
    for name, wanted in (("service", query.service), ("channel", query.channel), ("reasons.code", query.reason)):
        if wanted is not None:
            conditions.append({name: wanted})
    keys = filter(None, map(search_key, (query.text or "").split()))  # letters and digits only: nothing to escape
    return [*conditions, *({"personal.search_terms": {"$regex": f"^{key}"}} for key in keys)]


def _cursor(due_at: datetime, task_id: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([due_at.isoformat(), task_id])).decode()


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        due_at, task_id = _pair(orjson.loads(base64.urlsafe_b64decode(text)))
        return datetime.fromisoformat(due_at), task_id
    except (binascii.Error, ValueError):
        raise BadInput("cursor_malformed", problems=[FieldProblem("after", "cursor_malformed")]) from None


def _pair(value: Any) -> tuple[str, str]:
    match value:
        case [str(first), str(second)]:
            return first, second
    raise ValueError
