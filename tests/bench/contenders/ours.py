"""Our own consumer step, batched or one transaction per message: the same code over the same servers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psutil

from shared.clock import now
from shared.contracts.intake import RequestSubmitted
from shared.contracts.verification import RequestApproved
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.consumer.consumer import Consumer, Options
from shared.messaging.delivery import Delivery, EventRoute, Meta, Outcome, routing
from shared.messaging.transaction.outbox import Outbox
from shared.messaging.transaction.relay import Relay
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import DocumentMapping, Mongo
from tests.bench.contenders.ground import SERVICE, Ground, Round, Stopwatch, fill, fresh_database, golden, prove, until
from tests.support.vhosts import as_user


@dataclass(frozen=True)
class Case:
    """What the step keeps of a request."""

    request_id: str
    state: str


CASES: Final[DocumentMapping[Case]] = DocumentMapping(
    "cases", lambda case: case.request_id, lambda case: {"state": case.state}, lambda doc: Case(doc["_id"], doc["state"])
)


class Step:
    """The service under test: one case and one event per message."""

    def __init__(self, mongo: Mongo, database: str, publisher: Publisher, url: str) -> None:
        self._mongo = mongo
        self._database = database
        self._publisher = publisher
        self._url = url
        self.relay = Relay(Outbox(mongo, database), lambda row: publisher.publish(row.message()), watch=False)
        self._units: UnitOfWorkRunner[UnitOfWork] = UnitOfWorkRunner(
            mongo=mongo, database=database, service=SERVICE, make_tx=lambda work: work, clock=now, handoff=self.relay
        )
        self._routes = routing([EventRoute(RequestSubmitted, self._handle, self._prefetch)])
        self._approved = RequestApproved.model_validate(golden(RequestApproved.type).data)
        self.done = 0

    async def prepare(self) -> None:
        await self._units.prepare()

    async def _prefetch(self, work: UnitOfWork, events: Sequence[RequestSubmitted]) -> None:
        await work.unit.prefetch(CASES, [event.request_id for event in events])

    async def _handle(self, work: UnitOfWork, event: RequestSubmitted, _: Meta) -> None:
        if await work.unit.find(CASES, event.request_id) is None:
            work.unit.add(CASES, Case(event.request_id, "approved"))
            work.emit(CASES, event.request_id, self._approved.model_copy(update={"request_id": event.request_id}))

    async def batch(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        outcomes = await self._units.run_batch(deliveries, self._routes)
        self.done += len(outcomes)
        return outcomes

    def consumer(self, batch_messages: int) -> Consumer:
        return Consumer(
            endpoint(as_user(self._url, SERVICE)),
            SERVICE,
            handle=self.batch,
            park=self._units.park,
            publish=self._publisher.publish,
            ping=self._mongo.ping,
            options=Options(batch_messages=batch_messages),
        )

    async def finished(self, steps: int) -> bool:
        """Whether everything is handled and everything it caused is published."""
        return self.done >= steps and await self._mongo.collection(self._database, "outbox").find_one({"state": "new"}) is None


@dataclass(frozen=True)
class Ours:
    """Our design with a batch size and a number of consumers side by side."""

    name: str
    batch_messages: int
    consumers: int
    steps: int

    async def play(self, ground: Ground, steps: int) -> Round:
        """One round."""
        database = await fresh_database(ground)
        publisher = Publisher(endpoint(as_user(ground.amqp_url, SERVICE)), "bench")
        step = Step(ground.mongo, database, publisher, ground.amqp_url)
        await step.prepare()
        await fill(ground, steps)
        stop = asyncio.Event()
        watch = Stopwatch(ground, [psutil.Process()])
        parts = [step.relay.run(stop), *(step.consumer(self.batch_messages).run(stop) for _ in range(self.consumers))]
        tasks = [asyncio.create_task(part) for part in parts]
        await until(lambda: step.finished(steps))
        found = watch.stop(steps)
        stop.set()
        await asyncio.gather(*tasks)
        await publisher.close()
        await prove(ground, database, self.name, steps)
        return found


BATCHED: Final = Ours("up to 50 messages per transaction", batch_messages=50, consumers=1, steps=3000)
SINGLE: Final = Ours("one transaction per message", batch_messages=1, consumers=8, steps=900)
