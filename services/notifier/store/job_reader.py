"""Reads for operators: lists, search, counts. Never shows the text nor the full recipient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import OPEN, JobState, Progress
from services.notifier.domain.recipient import Recipient, channel_of, lane_of
from services.notifier.domain.tally import ChannelTally, MessageTally
from services.notifier.ports import JobPage, JobQuery, JobRow
from services.notifier.store.schema import JOBS, job_from_doc
from shared.errors import NotFound
from shared.mongo import Collection, Doc, Mongo, aggregate, cursor, reachable
from shared.values import Channel

_LAST: Final = "\U0010ffff"  # sorts behind every lane that begins the same
_MOST_COUNTED: Final = 50_000  # messages that the head's view counts: 0.2 s; a day of the office has some thousands


class MongoJobReader:
    """`ports.JobReader` over the collection `jobs`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, JOBS)

    async def get(self, key: str) -> JobRow:
        """Return one job.

        Raises:
            NotFound: `jobs_not_found`.
        """
        with reachable():
            doc = await self._rows.find_one({"_id": key})
        if doc is None:
            raise NotFound("jobs_not_found")
        return _row(doc)

    async def page(self, query: JobQuery) -> JobPage:
        """Return one page.

        Raises:
            BadInput: `cursor_malformed`.
        """
        wanted = _of_query(query)
        if query.after:
            wanted |= cursor.older("created_at", query.after)
        found = self._rows.find(wanted).sort([("created_at", -1), ("_id", -1)]).limit(query.limit + 1)
        if query.phone:
            found = found.hint("of_person")
        with reachable():
            docs = await found.to_list(None)
        rows = tuple(_row(doc) for doc in docs[: query.limit])
        return JobPage(rows, cursor.encode(rows[-1].job.created_at, rows[-1].job.key) if len(docs) > query.limit else None)

    async def counts(self) -> dict[str, int]:
        with reachable():
            groups = await aggregate(self._rows, [{"$group": {"_id": "$state", "jobs": {"$sum": 1}}}])
        found = {group["_id"]: group["jobs"] for group in groups}
        return {str(state): found.get(str(state), 0) for state in JobState}

    async def tally(self, *, since: datetime, at: datetime) -> MessageTally:
        by: Doc = {"channel": "$channel", "state": "$state", "progress": "$progress"}
        today: list[Doc] = [
            {"$match": {"created_at": {"$gte": since}}},
            {"$sort": {"created_at": -1, "_id": -1}},
            {"$limit": _MOST_COUNTED},
            {"$group": {"_id": by, "count": {"$sum": 1}}},
        ]
        failed: list[Doc] = [
            {"$match": {"state": str(JobState.FAILED)}},
            {"$sort": {"created_at": -1, "_id": -1}},
            {"$limit": _MOST_COUNTED},
            {"$group": {"_id": "$reason", "count": {"$sum": 1}}},
        ]
        with reachable():
            rows = await aggregate(self._rows, today, hint="newest")
            reasons = await aggregate(self._rows, failed, hint="newest_of_state")
        oldest = max([await self.oldest_open_seconds(channel, at) for channel in Channel])
        return MessageTally(
            channels=_by_channel(rows),
            failures={row["_id"] or "": row["count"] for row in reasons},
            oldest_minutes=int(oldest // 60),
            is_cut=sum(row["count"] for row in rows) >= _MOST_COUNTED,
        )

    async def count(self, states: Sequence[JobState], search: str = "") -> int:
        wanted = _filter(states, search)
        with reachable():
            return int(await (self._rows.count_documents(wanted) if wanted else self._rows.estimated_document_count()))

    async def matching(self, query: JobQuery, most: int) -> int:
        with reachable():
            return int(await self._rows.count_documents(_of_query(query), limit=most))

    async def failures(self) -> dict[str, int]:
        stages: list[Doc] = [{"$match": {"state": JobState.FAILED.value}}, {"$sortByCount": "$reason"}]
        with reachable():
            groups = await aggregate(self._rows, stages)
        return {group["_id"] or "": group["count"] for group in groups}

    async def progress_since(self, since: datetime) -> dict[tuple[JobState, Progress], int]:
        key = {"state": "$state", "progress": "$progress"}
        stages: list[Doc] = [{"$match": {"created_at": {"$gte": since}}}, {"$group": {"_id": key, "jobs": {"$sum": 1}}}]
        with reachable():
            groups = await aggregate(self._rows, stages)
        return {(JobState(group["_id"]["state"]), Progress(group["_id"]["progress"])): group["jobs"] for group in groups}

    async def of_person(self, lane: str, limit: int) -> tuple[JobRow, ...]:
        latest = [("created_at", -1), ("_id", -1)]
        with reachable():
            own = await self._rows.find({"lane": lane}).sort(latest).limit(limit).to_list(None)
            requests = sorted({doc["request_id"] for doc in own if doc["request_id"]})
            elsewhere: Doc = {"refs": {"$in": requests}, "channel": {"$ne": channel_of(lane)}}
            about = await self._rows.find(elsewhere).sort(latest).limit(limit).to_list(None) if requests else []
        found = {doc["_id"]: doc for doc in (*own, *about)}
        newest = sorted(found.values(), key=lambda doc: (doc["created_at"], doc["_id"]), reverse=True)
        return tuple(_row(doc) for doc in newest[:limit])

    async def newest(self) -> str | None:
        with reachable():
            doc = await self._rows.find_one({}, {"created_at": 1}, sort=[("created_at", -1), ("_id", -1)])
        return None if doc is None else cursor.encode(doc["created_at"], doc["_id"])

    async def count_newer(self, query: JobQuery, place: str, most: int) -> int:
        wanted = _of_query(query) | cursor.newer("created_at", place)
        with reachable():
            return int(await self._rows.count_documents(wanted, limit=most))

    async def oldest_open_seconds(self, channel: Channel, at: datetime) -> float:
        with reachable():
            doc = await self._rows.find_one(
                {"state": {"$in": sorted(OPEN)}, "channel": str(channel), "kind": {"$ne": NoticeKind.BROADCAST.value}},
                {"created_at": 1},
                sort=[("created_at", 1)],
            )
        return 0.0 if doc is None else (at - doc["created_at"]).total_seconds()


def _by_channel(rows: Sequence[Doc]) -> dict[Channel, ChannelTally]:
    found: dict[Channel, Counter[str]] = {}
    for row in rows:
        key = row["_id"]
        channel = Channel(key["channel"])
        found.setdefault(channel, Counter())[_how_far(channel, JobState(key["state"]), Progress(key["progress"]))] += row["count"]
    return {channel: ChannelTally(**{name: number for name, number in sorted(each.items()) if name}) for channel, each in found.items()}


def _how_far(channel: Channel, state: JobState, progress: Progress) -> str:
    """Return the part of a tally in which a message counts; one that was discarded in none."""
    if state is JobState.DISCARDED:
        return ""
    if state is JobState.FAILED or progress is Progress.FAILED:
        return "failed"
    if state is not JobState.DONE:
        return "waiting"
    return "arrived" if channel is not Channel.WHATSAPP or progress in (Progress.DELIVERED, Progress.READ) else "sent"


def _of_query(query: JobQuery) -> Doc:
    wanted = _filter(query.states, query.search)
    if query.channel:
        wanted["channel"] = str(query.channel)
    if query.kind:
        wanted["kind"] = str(query.kind)
    if query.phone:
        lane = lane_of(Recipient(Channel.WHATSAPP, query.phone))
        wanted["lane"] = {"$gte": lane, "$lt": lane + _LAST}
    if query.reason:
        wanted["reason"] = query.reason
    return wanted


def _filter(states: Sequence[JobState], search: str) -> Doc:
    wanted: Doc = {}
    if states:
        wanted["state"] = {"$in": [str(state) for state in states]}
    if search:
        wanted["refs"] = {"$regex": f"^{re.escape(search)}"}
    return wanted


def _row(doc: Doc) -> JobRow:
    return JobRow(job_from_doc(doc), doc["version"])
