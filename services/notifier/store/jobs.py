"""Jobs outside a unit of work: writes guarded by the version that was read, and reads. What is asked at the same moment goes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pymongo.read_concern import ReadConcern

from services.notifier.domain.job import Job
from services.notifier.store.schema import JOBS, OPEN_STATES, job_from_doc, job_to_doc
from shared.mongo import Collection, Doc, LostRace, Mongo, Session, UpdateOne, reachable
from shared.mongo.together import BatchLoader, GroupCommit

_PATIENCE_SECONDS: Final = 0.05  # of the end of a broadcast's message, for others: at 80 a second four of them
_HEADS: Final = 2  # of a lane: the one to send, and whether there is another behind it


@dataclass(slots=True)
class _Write:
    """The next state of a job over a version; once tried, `done` says whether it was that version."""

    job: Job
    version: int
    done: bool = False

    @property
    def guard(self) -> Doc:
        return {"_id": self.job.key, "version": self.version}

    @property
    def update(self) -> Doc:
        return {"$set": {**job_to_doc(self.job), "version": self.version + 1}}


class MongoJobs:
    """The collection `jobs`, as the sender uses it."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._mongo = mongo
        self._rows: Collection = mongo.collection(database, JOBS)
        # As fresh as a lane's revision, which is read the same way: a job whose revision was seen and that a majority does not have yet
        # would be overlooked, and its lane given back until its next revision. What a failover undoes, no `replace` finds.
        self._fresh: Collection = self._rows.with_options(read_concern=ReadConcern("local"))
        self._firsts: BatchLoader[list[Doc]] = BatchLoader(self._read_heads)
        self._writes: GroupCommit[_Write] = GroupCommit(self._write)
        self._ends: GroupCommit[_Write] = GroupCommit(self._write, patience_seconds=_PATIENCE_SECONDS)

    async def heads(self, lane: str) -> list[tuple[Job, int]]:
        docs = (await self._firsts.find([lane])).get(lane, [])
        return [(job_from_doc(doc), doc["version"]) for doc in docs]

    async def _read_heads(self, lanes: Sequence[str]) -> dict[str, list[Doc]]:
        most = _HEADS * len(lanes)
        wanted: Doc = {"lane": {"$in": list(lanes)}, "state": {"$in": OPEN_STATES}}
        with reachable():
            docs = await self._fresh.find(wanted).sort([("lane", 1), ("order", 1)]).limit(most).to_list(None)
        if len(docs) == most and len(lanes) > 1:  # one with many may have crowded others out
            return {lane: (await self._read_heads([lane])).get(lane, []) for lane in lanes}
        found: dict[str, list[Doc]] = {}
        for doc in docs:
            found.setdefault(doc["lane"], []).append(doc)
        return found

    async def replace(self, job: Job, version: int) -> int | None:
        write = _Write(job, version)
        nobody_waits = job.addressee is not None and not job.is_open
        await (self._ends if nobody_waits else self._writes).commit(write, frozenset((job.key,)))
        return version + 1 if write.done else None

    async def _write(self, writes: Sequence[_Write]) -> None:
        """Write one, or all of several, or none of them: then each is tried alone.

        Raises:
            LostRace: of several, another was first with one.
        """
        if len(writes) == 1:
            (one,) = writes
            with reachable():
                one.done = (await self._rows.update_one(one.guard, one.update)).matched_count == 1
            return

        async def write_all(session: Session) -> None:
            result = await self._rows.bulk_write([UpdateOne(each.guard, each.update) for each in writes], ordered=False, session=session)
            if result.matched_count != len(writes):
                raise LostRace("jobs_raced")

        with reachable():
            await self._mongo.transact(write_all)
        for each in writes:
            each.done = True
