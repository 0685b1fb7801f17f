"""Statuses that came before our own record of the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.notifier.domain.job import Progress
from services.notifier.ports import EarlyStatus
from services.notifier.store.schema import JOBS, STATUSES, status_key
from shared.mongo import Collection, Doc, Mongo, aggregate, reachable

_SWEPT_SECONDS: Final = 900  # our own record is behind a webhook by seconds; what stays unknown longer is not our message


class MongoEarlyStatuses:
    """`ports.EarlyStatuses` over the collection `early_statuses`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._statuses: Collection = mongo.collection(database, STATUSES)

    async def of_messages(self, provider_ids: Sequence[str]) -> list[EarlyStatus]:
        keys = [status_key(provider_id, progress) for provider_id in provider_ids for progress in Progress]
        with reachable():
            docs = await self._statuses.find({"_id": {"$in": keys}}).to_list(None)
        return [_status(doc) for doc in docs]

    async def explained(self, limit: int) -> list[EarlyStatus]:
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
