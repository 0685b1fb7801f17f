"""Jobs outside a unit of work: single writes, each guarded by the version that was read."""

from __future__ import annotations

from pymongo.read_concern import ReadConcern

from services.notifier.domain.job import Job
from services.notifier.store.schema import JOBS, OPEN_STATES, job_from_doc, job_to_doc
from shared.mongo import Collection, Mongo, reachable


class MongoJobs:
    """The collection `jobs`, as the sender uses it."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, JOBS)
        # As fresh as a lane's revision, which is read the same way: a job whose revision was seen and that a majority does not have yet
        # would be overlooked, and its lane given back until its next revision. What a failover undoes, no `replace` finds.
        self._fresh: Collection = self._rows.with_options(read_concern=ReadConcern("local"))

    async def heads(self, lane: str, limit: int) -> list[tuple[Job, int]]:
        with reachable():
            docs = await self._fresh.find({"lane": lane, "state": {"$in": OPEN_STATES}}).sort("order", 1).limit(limit).to_list(None)
        return [(job_from_doc(doc), doc["version"]) for doc in docs]

    async def replace(self, job: Job, version: int) -> int | None:
        with reachable():
            result = await self._rows.update_one(
                {"_id": job.key, "version": version}, {"$set": {**job_to_doc(job), "version": version + 1}}
            )
        return version + 1 if result.matched_count == 1 else None
