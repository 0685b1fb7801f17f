"""Reads for operators: lists, search, counts. Never shows the text nor the full recipient."""

from __future__ import annotations

import base64
import re
from datetime import datetime

from services.notifier.domain.job import OPEN, Job, JobState
from services.notifier.ports import JobPage, JobQuery, JobRow
from services.notifier.store.schema import JOBS, job_from_doc
from shared.errors import BadInput, NotFound
from shared.mongo import Collection, Doc, Mongo, aggregate, reachable
from shared.values import Channel


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
        wanted: Doc = {}
        if query.states:
            wanted["state"] = {"$in": [str(state) for state in query.states]}
        if query.search:
            wanted["refs"] = {"$regex": f"^{re.escape(query.search)}"}
        if query.after:
            created_at, key = _decode(query.after)
            wanted["$or"] = [{"created_at": {"$lt": created_at}}, {"created_at": created_at, "_id": {"$lt": key}}]
        with reachable():
            docs = await self._rows.find(wanted).sort([("created_at", -1), ("_id", -1)]).limit(query.limit + 1).to_list(None)
        rows = tuple(_row(doc) for doc in docs[: query.limit])
        return JobPage(rows, _encode(rows[-1].job) if len(docs) > query.limit else None)

    async def counts(self) -> dict[str, int]:
        with reachable():
            groups = await aggregate(self._rows, [{"$group": {"_id": "$state", "jobs": {"$sum": 1}}}])
        found = {group["_id"]: group["jobs"] for group in groups}
        return {str(state): found.get(str(state), 0) for state in JobState}

    async def oldest_open_seconds(self, channel: Channel, at: datetime) -> float:
        with reachable():
            doc = await self._rows.find_one(
                {"state": {"$in": sorted(OPEN)}, "channel": str(channel)}, {"created_at": 1}, sort=[("created_at", 1)]
            )
        return 0.0 if doc is None else (at - doc["created_at"]).total_seconds()


def _row(doc: Doc) -> JobRow:
    return JobRow(job_from_doc(doc), doc["version"])


def _encode(job: Job) -> str:
    return base64.urlsafe_b64encode(f"{job.created_at.isoformat()}|{job.key}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        created_at, _, key = text.partition("|")
        moment = datetime.fromisoformat(created_at)
    except ValueError:
        raise BadInput("cursor_malformed", "Use `next` of the page before as it is.") from None
    if moment.tzinfo is None:
        raise BadInput("cursor_malformed", "Use `next` of the page before as it is.")
    return moment, key
