"""Lists of tasks for officers. Plain reads, paged by the last row seen, so that pages do not shift while tasks come and go."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any, Final

import orjson

from services.verification.domain.officer import DeskOfficer
from services.verification.domain.policy import OFFICER_REQUIRED
from services.verification.domain.search import search_beginnings
from services.verification.domain.task import Task
from services.verification.domain.task_parts import TaskStage, TaskState
from services.verification.ports import TaskFilter, TaskOrder, TaskPage, TaskQuery, TaskTally
from services.verification.store.schema import TASKS
from services.verification.store.tasks import task_from
from shared.errors import BadInput, FieldProblem
from shared.mongo import Doc, Mongo, aggregate, reachable
from shared.mongo.cursor import moment_of
from shared.mongo.terms import begins, found_by_terms

_OPEN: Final = TaskState.OPEN.value
_SOON: Final = timedelta(hours=1)  # what has its place on a day to come waits for it; clocks that differ hide nothing
_KEYS: Final = {TaskOrder.DUE: ("due_at", 1), TaskOrder.PLACE: ("place_at", 1), TaskOrder.DECIDED: ("closed_at", -1)}
_NOT_CLOSED: Final = [stage.value for stage in TaskStage if stage is not TaskStage.CLOSED]
_TERMS: Final = "personal.search_terms"
_ALL_GREEN: Final[Doc] = {"reasons": {"$not": {"$elemMatch": {"code": {"$ne": OFFICER_REQUIRED}}}}}
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
        order = TaskOrder.DUE if query.order is TaskOrder.DECIDED and query.show is not TaskFilter.CLOSED else query.order
        key, way = _KEYS[order]
        begin: list[Doc] = []
        if query.after is not None:
            moment, task_id = _read_cursor(query.after)
            beyond = "$gt" if way > 0 else "$lt"
            begin = [{"$or": [{key: {beyond: moment}}, {key: moment, "_id": {beyond: task_id}}]}]
        finds = [self._tasks.find({"$and": [*each, *begin]}) for each in _branches(query, at)]
        with reachable():
            parts = await asyncio.gather(*(each.sort([(key, way), ("_id", way)]).limit(query.limit + 1).to_list(None) for each in finds))
        docs = merge(*parts, key=lambda doc: (doc[key], doc["_id"]), reverse=way < 0) if len(parts) > 1 else parts[0]
        found = [task_from(doc) for doc in islice(docs, query.limit + 1)]
        tasks = tuple(found[: query.limit])
        if len(found) <= query.limit:
            return TaskPage(tasks, None)
        last = tasks[-1]
        places = {TaskOrder.DUE: last.due_at, TaskOrder.PLACE: last.place.at, TaskOrder.DECIDED: last.closed_at or last.opened_at}
        return TaskPage(tasks, _cursor(places[order], last.id))

    async def candidates(self, officer: DeskOfficer, *, at: datetime, limit: int) -> tuple[str, ...]:
        free, workable = _free(at), _workable(officer.id, is_lead=officer.is_lead)
        own = {**workable, **free, "preferred_officer": officer.id, "preferred_until": {"$gt": at}}
        reserved = await self._ids(own, "place_at", limit)
        wanted: Doc = {**workable, "place_at": {"$lte": at + _SOON}, "$and": [free, _unreserved(at)]}
        if officer.services is not None:
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

    async def count(self, query: TaskQuery, *, at: datetime, most: int, newer_than: str | None = None) -> int:
        newer: list[Doc] = [{"_id": {"$gt": newer_than}}] if newer_than else []
        counts = (self._tasks.count_documents({"$and": [*each, *newer]}, limit=most) for each in _branches(query, at))
        with reachable():
            return min(sum(await asyncio.gather(*counts)), most)

    async def newest(self) -> str | None:
        with reachable():
            found = await self._tasks.find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return found["_id"] if found else None

    async def related(self, keys: Collection[str], *, but: str, limit: int) -> tuple[Task, ...]:
        wanted = {_TERMS: {"$in": sorted(keys)}, "_id": {"$ne": but}}
        with reachable():
            return tuple(map(task_from, await self._tasks.find(wanted).sort("_id", -1).limit(limit).to_list(None)))

    async def found(self, words: Sequence[Sequence[str]], areas: Collection[str], *, limit: int) -> tuple[Task, ...]:
        inside: Doc | None = {"$or": [{"areas": {"$in": sorted(areas)}}, {"areas": []}]} if areas else None
        docs = await found_by_terms(self._tasks, [begins(_TERMS, word) for word in words], index="search_open", also=inside, limit=limit)
        return tuple(sorted(map(task_from, docs), key=lambda task: task.id, reverse=True))

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


def _branches(query: TaskQuery, at: datetime) -> list[list[Doc]]:
    """Return the conditions of a list; of other services than the officer's, reserved tasks are found apart: each has its index."""
    conditions = _conditions(query, at)
    if query.services is None:
        return [conditions]
    own, reserved = sorted(query.services), {"preferred_officer": query.officer_id, "preferred_until": {"$gt": at}}
    return [[*conditions, {"service": {"$in": own}}], [*conditions, {"service": {"$nin": own}, **reserved}]]


def _conditions(query: TaskQuery, at: datetime) -> list[Doc]:
    conditions = [{"state": TaskState.CLOSED.value if query.show is TaskFilter.CLOSED else _OPEN}, *_shown(query, at)]
    for name, wanted in (("service", query.service), ("channel", query.channel), ("reasons.code", query.reason), ("areas", query.area)):
        if wanted is not None:
            conditions.append({name: wanted})
    if query.areas:
        conditions.append({"areas": {"$in": sorted(query.areas)}})
    return [*conditions, *(begins(_TERMS, word) for word in search_beginnings(query.text or ""))]


def _shown(query: TaskQuery, at: datetime) -> Iterator[Doc]:
    """Yield what makes the kind of tasks that is shown."""
    unreserved: Doc = {"$or": [{"preferred_officer": query.officer_id}, _unreserved(at)]}
    claimed = _claimed(query, at)
    match query.show:
        case TaskFilter.AVAILABLE:
            yield from (_free(at), unreserved, {"stage": TaskStage.FIRST.value})
        case TaskFilter.NEXT | TaskFilter.LATE:
            due = {"due_at": {"$lt": at} if query.show is TaskFilter.LATE else {"$gte": at}}
            yield from (_workable(query.officer_id, is_lead=query.is_lead), _free(at), unreserved, due)
        case TaskFilter.GREEN:
            free: Doc = {"$and": [_free(at), unreserved]}
            yield from ({"stage": TaskStage.FIRST.value}, {"$or": [free, claimed]}, {"stopped_at": {"$exists": False}}, _ALL_GREEN)
        case TaskFilter.HELD:
            yield from (claimed, {"stage": {"$in": [TaskStage.FIRST.value, TaskStage.SECOND.value]}})
        case TaskFilter.MINE | TaskFilter.CLAIMED:
            yield claimed
        case TaskFilter.RESERVED:
            yield {"preferred_officer": query.officer_id, "preferred_until": {"$gt": at}}
        case TaskFilter.OVERDUE:
            yield {"due_at": {"$lt": at}, "stopped_at": {"$exists": False}}
        case TaskFilter.SECOND | TaskFilter.WAITING:
            yield {"stage": query.show.value}
        case TaskFilter.OPEN | TaskFilter.CLOSED:
            yield from _spanned(query)


def _claimed(query: TaskQuery, at: datetime) -> Doc:
    holder: str | Doc = query.officer_id if query.show is not TaskFilter.CLAIMED else query.holder or {"$gt": ""}
    return {"claim.officer_id": holder, "claim.until": {"$gt": at}}


def _spanned(query: TaskQuery) -> Iterator[Doc]:
    if query.show is TaskFilter.OPEN and query.order is TaskOrder.PLACE:
        yield {"stage": {"$in": _NOT_CLOSED}}  # the indexes of the queue begin with it
    span = {name: moment for name, moment in (("$gte", query.decided_from), ("$lt", query.decided_until)) if moment is not None}
    if span:
        yield {"closed_at": span}
    if query.is_late:
        yield {"$expr": {"$gt": ["$closed_at", "$due_at"]}}


def _workable(officer_id: str, *, is_lead: bool) -> Doc:
    stages = [TaskStage.FIRST.value, *([TaskStage.SECOND.value] if is_lead else [])]
    return {"stage": {"$in": stages}, "first_approval.officer_id": {"$ne": officer_id}}


def _free(at: datetime) -> Doc:
    return {"$or": [{"claim": {"$exists": False}}, {"claim.until": {"$lte": at}}]}


def _unreserved(at: datetime) -> Doc:
    return {"$or": [{"preferred_officer": {"$exists": False}}, {"preferred_until": {"$lte": at}}]}


def _cursor(moment: datetime, task_id: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([moment.isoformat(), task_id])).decode()


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        moment, task_id = _pair(orjson.loads(base64.urlsafe_b64decode(text)))
        return moment_of(moment), task_id
    except (binascii.Error, ValueError):
        raise BadInput("cursor_malformed", problems=[FieldProblem("after", "cursor_malformed")]) from None


def _pair(value: Any) -> tuple[str, str]:
    match value:
        case [str(first), str(second)]:
            return first, second
    raise ValueError
