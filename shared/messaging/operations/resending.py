"""Messages that the broker should have and nobody can say whether it has: they are sent again, and who had them already knows.

After a restore the broker is empty. What the outboxes say was sent and no inbox knows is set back to be sent; the relays of the services do
the rest. Where the broker had it after all, the inbox calls the second one a duplicate.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.messaging.operations import accounting
from shared.messaging.transaction import outbox
from shared.mongo import Mongo, reachable


async def resend(mongo: Mongo, databases: Mapping[str, str]) -> dict[str, int]:
    """Have the relays send again what is on the way; return how many messages of each publisher.

    Raises:
        DatabaseUnavailable: MongoDB is not there.
    """
    found: dict[str, set[str]] = {}
    for flow in await accounting.flows(mongo, databases):
        found.setdefault(flow.publisher, set()).update(flow.ids)
    with reachable():
        return {publisher: await _again(mongo, databases[publisher], sorted(ids)) for publisher, ids in found.items() if ids}


async def _again(mongo: Mongo, database: str, ids: list[str]) -> int:
    """Give rows back to the relay, as if they had not been sent."""
    rows = mongo.collection(database, outbox.COLLECTION)
    again = {"$set": {"state": outbox.NEW}, "$unset": {"sent_at": "", "next_at": "", "lease": ""}}
    return (await rows.update_many({"_id": {"$in": ids}, "state": outbox.SENT}, again)).modified_count
