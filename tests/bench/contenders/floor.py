"""The floor: what the step costs with no architecture at all. Hand-made frames, raw inserts, the same durability.

One transaction of plain `insert_many` for what lies ready (up to five hundred messages), the events published in one write, their confirms
awaited, their rows marked, the messages acknowledged by one frame. No validation, no version, no savepoint, no retry, no second process:
it shows what the servers and Python's BSON leave to be won.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import orjson
import psutil
from pamqp import commands
from pymongo import AsyncMongoClient

from shared.clock import now
from shared.contracts.verification import RequestApproved
from shared.ids import new_id
from shared.messaging.layout import model as layout
from tests.bench.contenders.amqp_frames import Wire, published
from tests.bench.contenders.ground import SERVICE, Ground, Round, Stopwatch, fill, fresh_database, golden, prove, rival_client

MOST: Final = 500


@dataclass(frozen=True)
class Floor:
    """Hand-made frames and raw inserts."""

    name: str = "the floor: hand-made frames, raw inserts"
    steps: int = 9000

    async def play(self, ground: Ground, steps: int) -> Round:
        """One round."""
        database = await fresh_database(ground)
        await fill(ground, steps)
        client = rival_client(ground.mongo_url)
        await client.admin.command("ping")
        wire = await Wire.open(ground.amqp_url)
        await wire.ask(commands.Basic.Qos(prefetch_count=2 * MOST))
        await wire.ask(commands.Confirm.Select())
        watch = Stopwatch(ground, [psutil.Process()])
        await wire.ask(commands.Basic.Consume(queue=SERVICE))
        done = 0
        while done < steps:
            done += await _some(wire, client, database)
        found = watch.stop(steps)
        await wire.close()
        await client.close()
        await prove(ground, database, self.name, steps)
        return found


async def _some(wire: Wire, client: AsyncMongoClient[dict[str, Any]], database: str) -> int:
    """Everything that lies ready, once."""
    while not wire.deliveries:
        wire.arrived.clear()
        await wire.arrived.wait()
    await asyncio.sleep(0)
    batch, wire.deliveries = wire.deliveries[:MOST], wire.deliveries[MOST:]
    at = now()
    causes = [orjson.loads(body) for _, body in batch]
    rows = [_row(cause, at) for cause in causes]
    room = client[database]
    async with client.start_session() as session, await session.start_transaction():
        inbox = [{"_id": f"{SERVICE}:{cause['id']}", "type": cause["type"], "at": at} for cause in causes]
        cases = [{"_id": cause["subject"], "version": 1, "seq": 1, "state": "approved"} for cause in causes]
        await room["inbox"].insert_many(inbox, session=session)
        await room["cases"].insert_many(cases, session=session)
        await room["outbox"].insert_many(rows, session=session)
    await wire.publish([published(layout.EVENTS, RequestApproved.type, row["_id"], row["body"]) for row in rows])
    await room["outbox"].update_many({"_id": {"$in": [row["_id"] for row in rows]}}, {"$set": {"state": "sent", "sent_at": at}})
    wire.tell(commands.Basic.Ack(batch[-1][0], multiple=True))
    return len(batch)


_APPROVED: Final = golden(RequestApproved.type).data


def _row(cause: dict[str, Any], at: Any) -> dict[str, Any]:
    event_id = new_id()
    envelope = {
        "id": event_id,
        "type": RequestApproved.type,
        "version": 1,
        "source": SERVICE,
        "subject": cause["subject"],
        "sequence": 1,
        "occurred_at": at,
        "correlation_id": cause["correlation_id"],
        "causation_id": cause["id"],
        "traceparent": cause["traceparent"],
        "data": {**_APPROVED, "request_id": cause["subject"]},
    }
    return {
        "_id": event_id,
        "aggregate": f"cases/{cause['subject']}",
        "seq": 1,
        "type": RequestApproved.type,
        "body": orjson.dumps(envelope),
        "state": "new",
        "created_at": at,
    }
