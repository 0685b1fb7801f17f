"""Whether the events about each thing are numbered without a gap (promise I5), for the operator: those of the last day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.ids import first_id_at
from shared.messaging.transaction import outbox
from shared.mongo import Doc, Mongo, aggregate, reachable

LOOKED_AT: Final = timedelta(days=1)  # sent rows are kept a week; what is older was looked at before
_SHOWN: Final = 20  # of one service: one is too many


async def broken(mongo: Mongo, databases: Mapping[str, str], at: datetime) -> dict[str, list[str]]:
    """Return, by service, what has a gap between its events.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """
    pipeline: list[Doc] = [
        {"$match": {"_id": {"$gte": first_id_at(at - LOOKED_AT)}}},
        {"$group": {"_id": "$aggregate", "first": {"$min": "$seq"}, "last": {"$max": "$seq"}, "count": {"$sum": 1}}},
        {"$match": {"$expr": {"$ne": [{"$add": [{"$subtract": ["$last", "$first"]}, 1]}, "$count"]}}},
        {"$sort": {"_id": 1}},
        {"$limit": _SHOWN},
    ]
    with reachable():
        return {
            service: [str(row["_id"]) for row in await aggregate(mongo.collection(database, outbox.COLLECTION), pipeline)]
            for service, database in databases.items()
        }


def lines(found: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield a line for each service."""
    for service, about in found.items():
        yield f"{service:<14} {'whole' if not about else 'GAP between the events of ' + ', '.join(about)}"
