"""Jobs outside a unit of work: single writes, each guarded by the version that was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pymongo.read_concern import ReadConcern

from services.notifier.domain.job import Job, Progress
from services.notifier.ports import EarlyStatus
from services.notifier.store.documents import JOBS, OPEN_STATES, STATUSES, job_from_doc, job_to_doc, status_key
from shared.mongo import Collection, Doc, Mongo, aggregate, reachable

_SWEPT_SECONDS: Final = 900  # our own record is behind a webhook by seconds; what stays unknown longer is not our message


class MongoJobs:
    """The collection `jobs`, as the sender uses it."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, JOBS)
        # As fresh as a lane's revision, which is read the same way: a job whose revision was seen and that a majority does not have yet
        # would be overlooked, and its lane given back until somebody rings again. What a failover undoes, no `replace` finds.
        self._fresh: Collection = self._rows.with_options(read_concern=ReadConcern("local"))
        self._statuses: Collection = mongo.collection(database, STATUSES)

    async def heads(self, lane: str, limit: int) -> list[tuple[Job, int]]:
        """The first open jobs of the lane in their order, with their versions."""
        with reachable():
            docs = await self._fresh.find({"lane": lane, "state": {"$in": OPEN_STATES}}).sort("order", 1).limit(limit).to_list(None)
        return [(job_from_doc(doc), doc["version"]) for doc in docs]

    async def replace(self, job: Job, version: int) -> int | None:
        """Write the next state over that version; the new version, or None where another was first. The event sequence stays."""
        with reachable():
            result = await self._rows.update_one(
                {"_id": job.key, "version": version}, {"$set": {**job_to_doc(job), "version": version + 1}}
            )
        return version + 1 if result.matched_count == 1 else None

    async def early_statuses_of(self, provider_ids: Sequence[str]) -> list[EarlyStatus]:
        """Kept statuses of these messages."""
        keys = [status_key(provider_id, progress) for provider_id in provider_ids for progress in Progress]
        with reachable():
            docs = await self._statuses.find({"_id": {"$in": keys}}).to_list(None)
        return [_status(doc) for doc in docs]

    async def early_statuses(self, limit: int) -> list[EarlyStatus]:
        """Kept statuses for which a job has turned up since; looks at all that were kept lately."""
        since = {"$dateSubtract": {"startDate": "$$NOW", "unit": "second", "amount": _SWEPT_SECONDS}}
        pipeline: list[dict[str, Any]] = [
            {"$match": {"$expr": {"$gte": ["$kept_at", since]}}},
            {
                "$lookup": {
                    "from": JOBS,
                    "localField": "provider_id",
                    "foreignField": "provider_ids",
                    "as": "job",
                    "pipeline": [{"$project": {"_id": 1}}, {"$limit": 1}],
                }
            },
            {"$match": {"job": {"$ne": []}}},
            {"$limit": limit},
        ]
        with reachable():
            docs = await aggregate(self._statuses, pipeline)
        return [_status(doc) for doc in docs]


def _status(doc: Doc) -> EarlyStatus:
    return EarlyStatus(doc["provider_id"], Progress(doc["progress"]), doc["at"], doc["error_code"])
