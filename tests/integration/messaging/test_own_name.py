"""Nobody speaks in another's name, whatever login it has: every service, as every other, on every exchange, in every way."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiormq.abc import AbstractChannel
from aiormq.exceptions import (
    ChannelAccessRefused,
    ChannelInvalidStateError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    DeliveryError,
)
from pamqp.commands import Basic
from pamqp.common import FieldTable

from shared.contracts.envelope import publisher_of
from shared.contracts.registry import CONSUMERS, EVENTS, SERVICES
from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker import wire
from shared.messaging.broker.channel import BrokerChannel, connect, endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.layout import model as layout
from shared.metrics import FORGED
from tests.integration.messaging.conftest import Room, Service, open_room
from tests.support.eventually import eventually
from tests.support.metrics import count_of
from tests.support.vhosts import Vhost, as_user

PRODUCT = layout.product()
BUILT_IN = ("", "amq.direct", "amq.topic", "amq.fanout", "amq.headers", "amq.match")
EXCHANGES = (*(exchange.name for exchange in PRODUCT.exchanges), *layout.RETIRED_EXCHANGES, *BUILT_IN)
REFUSED = (ChannelAccessRefused, ChannelPreconditionFailed, ChannelNotFoundEntity, ChannelInvalidStateError, DeliveryError)


@dataclass
class Speaker:
    """One service's login, and what became of what it tried."""

    url: str
    user: str
    passed: list[tuple[str, str]] = field(default_factory=list)
    _session: BrokerChannel | None = None
    _channel: AbstractChannel | None = None

    async def say(self, exchange: str, key: str, properties: Basic.Properties) -> None:
        """Publish; a refusal closes the channel, so the next attempt has a new one on the same connection."""
        channel = await self._open()
        try:
            await channel.basic_publish(b"{}", exchange=exchange, routing_key=key, properties=properties, mandatory=True)
        except REFUSED:
            await channel.close()
            self._channel = None
        else:
            self.passed.append((exchange, key))

    async def _open(self) -> AbstractChannel:
        if self._session is None:
            self._session = await connect(endpoint(as_user(self.url, self.user)), "test")
        if self._channel is None:
            self._channel = await self._session.channel.connection.channel(publisher_confirms=True, on_return_raises=True)
        return self._channel

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = self._channel = None


@asynccontextmanager
async def consuming(url: str) -> AsyncIterator[dict[str, Service]]:
    """All four consumers with their own logins; each remembers what reached its handlers."""
    services = {name: Service() for name in SERVICES}
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        tasks = []
        for name, service in services.items():
            where = endpoint(as_user(url, name))
            publisher = Publisher(where, name)
            stack.push_async_callback(publisher.close)
            consumer = Consumer(where, name, handle=service.handle, park=service.park, publish=publisher.publish, ping=service.ping)
            tasks.append(asyncio.create_task(consumer.run(stop)))
        try:
            yield services
        finally:
            stop.set()
            await asyncio.gather(*tasks)


@pytest.fixture
async def room(vhost: Vhost) -> AsyncIterator[Room]:
    await topology.declare(vhost.url, PRODUCT)
    async with open_room(vhost.url) as opened:
        for old in layout.RETIRED_EXCHANGES:  # as a broker of the first release still has them
            await opened.declare_exchange(old)
            for service in SERVICES:
                await opened.bind(service, old, service)
        yield opened


def ways(me: str, other: str) -> list[Basic.Properties]:
    """Every way to claim that a message is another's."""
    event_type = next(event.type for event in EVENTS if publisher_of(event.type) == other and event.exchange == layout.EVENTS)
    users = (None, me, other, layout.OPERATOR)
    headers: tuple[FieldTable | None, ...] = (
        None,
        {wire.PUBLISHER: other},
        {wire.PUBLISHER: other, wire.REPLAYED: True},
        {wire.NOT_BEFORE: 4_000_000_000_000},
    )
    return [
        Basic.Properties(message_id=new_id(), message_type=event_type, user_id=user, headers=header, app_id=other)
        for user, header in itertools.product(users, headers)
    ]


@pytest.mark.parametrize("me", SERVICES)
async def test_no_login_is_believed_another_s_word_on_any_exchange(me: str, room: Room) -> None:
    speaker = Speaker(room.url, me)
    async with consuming(room.url) as services:
        for other in SERVICES:
            if other == me:
                continue
            for exchange in EXCHANGES:
                for properties in ways(me, other):
                    listeners = [name for name in SERVICES if name != me]
                    key = {layout.EVENTS: properties.message_type, layout.STAFF: properties.message_type}.get(exchange, listeners[0])
                    await speaker.say(exchange, str(key), properties)
                    if exchange == layout.EVENTS:  # by its own key, and by further keys in headers, at which some brokers do not look
                        allowed = f"{me}.anything.v1"
                        copies: FieldTable = {"CC": [properties.message_type], **(properties.headers or {})}
                        again = Basic.Properties(
                            message_id=new_id(), message_type=properties.message_type, user_id=properties.user_id, headers=copies
                        )
                        await speaker.say(exchange, allowed, again)
        await speaker.close()
        await eventually(lambda: all_is_judged(room))
        assert [delivery for service in services.values() for delivery in service.deliveries] == []
        assert {code for service in services.values() for _, code, _ in service.parked} <= {"forged"}
    assert {exchange for exchange, _ in speaker.passed} <= {layout.EVENTS, layout.STAFF, f"retry.{me}", f"dead.{me}"}


async def test_what_a_service_says_for_itself_is_heard(room: Room) -> None:
    async with consuming(room.url) as services:
        for me in SERVICES:
            speaker = Speaker(room.url, me)
            for event in EVENTS:
                if publisher_of(event.type) == me and event.exchange == layout.EVENTS:
                    await speaker.say(layout.EVENTS, event.type, Basic.Properties(message_id=new_id(), message_type=event.type, user_id=me))
            await speaker.close()
        await eventually(lambda: sum(len(service.deliveries) for service in services.values()) == sum(map(len, CONSUMERS.values())))
        assert [service.parked for service in services.values()] == [[]] * len(SERVICES)


async def test_a_forged_event_is_a_dead_letter_an_alarm_and_never_replayed_to_life(room: Room) -> None:
    event_type = "verification.request_approved.v1"
    before = count_of(FORGED, "notifier")
    speaker = Speaker(room.url, "notifier")
    letters = QueueBrowser(endpoint(as_user(room.url, layout.OPERATOR)))
    async with consuming(room.url) as services, room.publisher(user=layout.OPERATOR) as operator:
        await room.bind("issuance", layout.EVENTS, "notifier.anything.v1")  # as a slip in the layout would
        headers: FieldTable = {wire.NOT_BEFORE: 4_000_000_000_000, wire.PUBLISHER: "verification"}
        forged = Basic.Properties(message_id=new_id(), message_type=event_type, user_id="notifier", headers=headers)
        await speaker.say(layout.EVENTS, "notifier.anything.v1", forged)
        await speaker.close()
        await eventually(lambda: room.depth("issuance.dead"))
        [letter] = await letters.read("issuance.dead")
        assert (letter.reason, letter.delivery.publisher, letter.delivery.forged) == ("forged", "notifier", True)
        assert count_of(FORGED, "notifier") > before
        # an operator's replay tells whose it is, so it dies again
        again = wire.copy(letter.delivery, "retry.issuance", "issuance", x_reason=None, x_replayed=True)
        await operator.publish(again)
        await eventually(lambda: depth_is_two(room))
        assert services["issuance"].deliveries == []
        assert [code for _, code, _ in services["issuance"].parked] == ["forged", "forged"]


async def depth_is_two(room: Room) -> bool:
    return await room.depth("issuance.dead") == 2


async def all_is_judged(room: Room) -> bool:
    return [await room.depth(name) for name in SERVICES] == [0] * len(SERVICES)
