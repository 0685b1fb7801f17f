"""The step as one writes it with FastStream: a subscriber per message, pydantic for the body, a transaction each, an outbox relay.

Same queue, same envelopes, same rows, same durability (majority and journal, persistent, confirmed, acknowledged last). Several messages
are in work side by side, which is its best case, and its relay sends up to 64 rows at a time.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any, Final

import psutil
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from pymongo import AsyncMongoClient

from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.intake import RequestSubmitted
from shared.contracts.registry import encode
from shared.contracts.verification import RequestApproved
from shared.ids import new_id
from shared.messaging.layout import model as layout
from tests.bench.contenders.ground import SERVICE, Ground, Round, Stopwatch, fill, fresh_database, golden, prove, rival_client, until

SIDE_BY_SIDE: Final = 64  # messages in work: the best of 8, 16, 32 and 64 on two cores
IN_FLIGHT: Final = 64
IDLE_SECONDS: Final = 0.01


@dataclass
class _Service:
    client: AsyncMongoClient[dict[str, Any]]
    database: str
    approved: RequestApproved = field(default_factory=lambda: RequestApproved.model_validate(golden(RequestApproved.type).data))
    done: int = 0

    def __post_init__(self) -> None:
        room = self.client[self.database]
        self.inbox, self.cases, self.outbox = room["inbox"], room["cases"], room["outbox"]

    async def handle(self, envelope: Envelope) -> None:
        event = RequestSubmitted.model_validate(envelope.data)
        if await self.cases.find_one({"_id": event.request_id}) is None:
            row = self._row(envelope, event)
            async with self.client.start_session() as session, await session.start_transaction():
                await self.inbox.insert_one({"_id": f"{SERVICE}:{envelope.id}", "type": envelope.type, "at": now()}, session=session)
                await self.cases.insert_one({"_id": event.request_id, "version": 1, "seq": 1, "state": "approved"}, session=session)
                await self.outbox.insert_one(row, session=session)
        self.done += 1

    def _row(self, cause: Envelope, event: RequestSubmitted) -> dict[str, Any]:
        approved = self.approved.model_copy(update={"request_id": event.request_id})
        envelope = Envelope(
            id=new_id(),
            type=RequestApproved.type,
            version=1,
            source=SERVICE,
            subject=event.request_id,
            sequence=1,
            occurred_at=now(),
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            traceparent=cause.traceparent,
            data=approved.model_dump(mode="json"),
        )
        return {
            "_id": envelope.id,
            "aggregate": f"cases/{event.request_id}",
            "seq": 1,
            "type": envelope.type,
            "body": encode(envelope),
            "state": "new",
            "created_at": envelope.occurred_at,
        }

    async def relay(self, broker: RabbitBroker) -> None:
        """Send what was committed, mark what was confirmed."""
        while True:
            rows = await self.outbox.find({"state": "new"}).sort("_id").limit(IN_FLIGHT).to_list(None)
            if not rows:
                await asyncio.sleep(IDLE_SECONDS)
                continue
            await asyncio.gather(*(_publish(broker, row) for row in rows))
            await self.outbox.update_many({"_id": {"$in": [row["_id"] for row in rows]}}, {"$set": {"state": "sent", "sent_at": now()}})

    async def finished(self, steps: int) -> bool:
        return self.done >= steps and await self.outbox.find_one({"state": "new"}) is None


async def _publish(broker: RabbitBroker, row: dict[str, Any]) -> None:
    await broker.publish(
        bytes(row["body"]),
        exchange=layout.EVENTS,
        routing_key=row["type"],
        message_id=row["_id"],
        message_type=row["type"],
        content_type="application/json",
        persist=True,
        mandatory=True,
    )


@dataclass(frozen=True)
class FastStreamStep:
    """FastStream doing the same work."""

    name: str = "FastStream, one transaction per message"
    steps: int = 600

    async def play(self, ground: Ground, steps: int) -> Round:
        """One round."""
        database = await fresh_database(ground)
        await fill(ground, steps)
        channel = Channel(prefetch_count=SIDE_BY_SIDE, publisher_confirms=True, on_return_raises=True)
        broker = RabbitBroker(
            ground.amqp_url, default_channel=channel, logger=logging.getLogger("bench.faststream"), log_level=logging.DEBUG
        )
        client = rival_client(ground.mongo_url)
        await client.admin.command("ping")
        service = _Service(client, database)
        queue = RabbitQueue(SERVICE, queue_type=QueueType.QUORUM, durable=True, declare=False)
        broker.subscriber(queue, ack_policy=AckPolicy.NACK_ON_ERROR)(service.handle)
        await broker.connect()
        watch = Stopwatch(ground, [psutil.Process()])
        await broker.start()
        relay = asyncio.create_task(service.relay(broker))
        await until(lambda: service.finished(steps))
        found = watch.stop(steps)
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        await broker.stop()
        await client.close()
        await prove(ground, database, self.name, steps)
        return found
