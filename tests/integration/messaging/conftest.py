"""A broker with the product's layout and short waits, and a service that does what the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from shared.contracts.envelope import publisher_of
from shared.errors import Transient
from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker import wire
from shared.messaging.broker.channel import BrokerChannel, connect, endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.wire import Outgoing
from shared.messaging.consumer.consumer import Consumer, Options
from shared.messaging.consumer.retry import RetryPolicy
from shared.messaging.delivery import Delivery, Done, Outcome
from shared.messaging.layout import model as layout
from tests.support.amqp import properties
from tests.support.vhosts import Vhost, as_user

SERVICE = "issuance"
TYPE = "verification.request_approved.v1"
SHORT = (replace(layout.LADDER[0], seconds=0.15), replace(layout.LADDER[1], seconds=0.6), replace(layout.LADDER[2], seconds=1.2))
TELLER = "verification"  # whose event that is
SMALL = layout.build({SERVICE: (TYPE,), TELLER: ()}, {"main": ("verification.task_opened.v1",)}, SHORT)
OPTIONS = Options(policy=RetryPolicy(ladder=SHORT))

Judge = Callable[[Delivery], Outcome | Awaitable[Outcome]]


def event(event_type: str = TYPE, body: bytes = b'{"data": {}}', message_id: str | None = None) -> Outgoing:
    return Outgoing(layout.EVENTS, event_type, message_id or new_id(), event_type, body, "case-1", {wire.TRACEPARENT: "00-a-b-01"})


@dataclass
class Service:
    """Handles messages as `judge` says and remembers everything."""

    judge: Judge = lambda _: Done()
    batches: list[list[Delivery]] = field(default_factory=list)
    parked: list[tuple[str, str, str]] = field(default_factory=list)
    database_up: bool = True

    @property
    def deliveries(self) -> list[Delivery]:
        return [delivery for batch in self.batches for delivery in batch]

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        self.batches.append(list(deliveries))
        outcomes: list[Outcome] = []
        for delivery in deliveries:
            outcome = self.judge(delivery)
            outcomes.append(await outcome if isinstance(outcome, Awaitable) else outcome)
        return outcomes

    async def park(self, delivery: Delivery, code: str, detail: str = "") -> None:
        if not self.database_up:
            raise Transient("database_unavailable")
        self.parked.append((delivery.message_id, code, detail))

    async def ping(self) -> None:
        if not self.database_up:
            raise Transient("database_unavailable")


@dataclass
class Running:
    """A consumer at work."""

    consumer: Consumer
    task: asyncio.Task[None]
    stop: asyncio.Event


class Room:
    """The test's virtual host, with a link of its own that no fault touches."""

    def __init__(self, url: str, session: BrokerChannel) -> None:
        self.url = url
        self._session = session
        self._users: dict[str, BrokerChannel] = {}

    async def depth(self, queue: str) -> int:
        return (await self._session.channel.queue_declare(queue, passive=True)).message_count or 0

    async def get(self, queue: str) -> DeliveredMessage | None:
        """Take one message off for good; None when there is none."""
        message = await self._session.channel.basic_get(queue, no_ack=True)
        return message if isinstance(message.delivery, Basic.GetOk) else None

    async def put(self, message: Outgoing) -> None:
        """Publish without any of our own machinery, as the one who may."""
        _, _, service = message.exchange.partition(".")
        user = service or publisher_of(message.type)
        if user not in self._users:
            self._users[user] = await connect(endpoint(as_user(self.url, user)), "test")
        await self._users[user].channel.basic_publish(
            message.body, exchange=message.exchange, routing_key=message.routing_key, properties=properties(message, user)
        )

    async def put_as_anybody(self, message: Outgoing) -> bool:
        """Publish as the first release did: nobody says who it is."""
        await self._session.channel.basic_publish(
            message.body, exchange=message.exchange, routing_key=message.routing_key, properties=properties(message, None), mandatory=True
        )
        return True

    async def next_of(self, *queues: str) -> str | None:
        """The id of a message that lies in one of these; it is taken off."""
        for queue in queues:
            if (message := await self.get(queue)) is not None:
                return message.header.properties.message_id
        return None

    async def bind(self, queue: str, exchange: str, key: str) -> None:
        await self._session.channel.queue_bind(queue, exchange, key)

    async def unbind(self, queue: str, exchange: str, key: str) -> None:
        await self._session.channel.queue_unbind(queue, exchange, key)

    async def declare_exchange(self, name: str) -> None:
        await self._session.channel.exchange_declare(name, exchange_type="direct", durable=True)

    async def drop_exchange(self, name: str) -> None:
        await self._session.channel.exchange_delete(name)

    async def drop_queue(self, name: str) -> None:
        await self._session.channel.queue_delete(name)

    async def declare_queue(self, name: str, arguments: dict[str, Any]) -> None:
        await self._session.channel.queue_declare(name, durable=True, arguments=arguments)

    async def take_and_die(self, queue: str) -> bool:
        """Take a message as a process does that is killed before it acknowledges."""
        session = await connect(endpoint(self.url), "dies")
        try:
            return isinstance((await session.channel.basic_get(queue)).delivery, Basic.GetOk)
        finally:
            await session.close()

    async def close(self) -> None:
        for session in (self._session, *self._users.values()):
            await session.close()

    @asynccontextmanager
    async def publisher(self, url: str = "", user: str = TELLER, **options: Any) -> AsyncIterator[Publisher]:
        publisher = Publisher(endpoint(as_user(url or self.url, user)), "test", **options)
        try:
            yield publisher
        finally:
            await publisher.close()

    @asynccontextmanager
    async def consuming(self, service: Service, url: str = "", options: Options = OPTIONS) -> AsyncIterator[Running]:
        """A consumer of `SERVICE` with a publisher of its own, both through `url`. Stopped at the end, in order."""
        where = endpoint(as_user(url or self.url, SERVICE))
        async with self.publisher(url, SERVICE) as publisher:
            consumer = Consumer(
                where,
                SERVICE,
                handle=service.handle,
                park=service.park,
                publish=publisher.publish,
                ping=service.ping,
                options=options,
            )
            stop = asyncio.Event()
            running = Running(consumer, asyncio.create_task(consumer.run(stop)), stop)
            try:
                yield running
            finally:
                stop.set()
                await asyncio.wait({running.task})
                if not running.task.cancelled():
                    running.task.exception()


@asynccontextmanager
async def open_room(url: str) -> AsyncIterator[Room]:
    session = await connect(endpoint(url), "test")
    room = Room(url, session)
    try:
        yield room
    finally:
        await room.close()


@pytest.fixture
async def room(vhost: Vhost) -> AsyncIterator[Room]:
    """A vhost with one service, short waits and a staff console."""
    vhost.put_policies(SMALL)
    await topology.declare(vhost.url, SMALL)
    async with open_room(vhost.url) as opened:
        yield opened


def utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def came(service: Service, message: Outgoing) -> bool:
    """Whether a message was delivered: once, or again, where a link broke before its acknowledgement was there."""
    return message.message_id in {delivery.message_id for delivery in service.deliveries}


async def publishes(publisher: Publisher, message: Outgoing) -> bool:
    await publisher.publish(message)
    return True


async def empty(room: Room, queue: str) -> bool:
    return await room.depth(queue) == 0


async def depth_is(room: Room, queue: str, wanted: int) -> bool:
    return await room.depth(queue) == wanted


async def is_down(what: Consumer | Publisher) -> bool:
    return not (await what.check()).ok


async def is_ready(what: Consumer | Publisher) -> bool:
    return (await what.check()).ok
