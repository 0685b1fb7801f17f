"""Rows 3, 4, 11 and 22 of the table of traps, on a real broker: what publishing promises."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import replace
from urllib.parse import quote

import pytest
from aiormq.abc import DeliveredMessage

from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker.errors import BrokerUnavailable, PublishRefused
from shared.messaging.broker.frames import PERSISTENT
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.wire import Outgoing
from shared.messaging.delivery import Delivery, Done, Outcome
from shared.messaging.layout import model as layout
from tests.conftest import PrivateBroker
from tests.integration.messaging.conftest import (
    SERVICE,
    SMALL,
    TELLER,
    TYPE,
    Room,
    Service,
    came,
    event,
    is_ready,
    open_room,
    publishes,
)
from tests.support.eventually import eventually
from tests.support.proxy import Proxy
from tests.support.vhosts import Vhost

DEAD = layout.dead_queue(SERVICE)


# -- 3: transient by default; returned, not raised


async def test_trap_03_what_is_confirmed_survives_a_killed_broker(private_broker: PrivateBroker) -> None:
    private_broker.vhost.put_policies(SMALL)
    await topology.declare(private_broker.url, SMALL)
    message = event()
    async with open_room(private_broker.url) as room, room.publisher() as publisher:
        await publisher.publish(message)
    await asyncio.to_thread(private_broker.node.kill)
    await asyncio.to_thread(private_broker.node.start)
    async with open_room(private_broker.url) as room:
        got = await eventually(lambda: room.get(SERVICE))
        assert got is not None
    assert got.header.properties.message_id == message.message_id
    assert got.header.properties.delivery_mode == PERSISTENT


async def test_trap_03_what_no_queue_takes_raises(room: Room) -> None:
    async with room.publisher() as publisher:
        with pytest.raises(PublishRefused, match="unroutable"):
            await publisher.publish(Outgoing(layout.dead_exchange(TELLER), "nobody", new_id(), TYPE, b"{}"))


# -- 4: one id twice in flight; publishes that hang


async def test_trap_04_one_id_twice_in_flight_gets_each_its_own_answer(room: Room) -> None:
    async with room.publisher() as publisher:
        for _ in range(30):
            good = event()
            bad = replace(good, exchange=layout.dead_exchange(TELLER), routing_key="nobody")
            answers = await asyncio.gather(*(publisher.publish(message) for message in (bad, good)), return_exceptions=True)
            assert isinstance(answers[0], PublishRefused)
            assert answers[1] is None
    assert await room.depth(SERVICE) == 30


async def test_trap_04_what_cannot_be_encoded_takes_no_other_message_s_confirm(room: Room) -> None:
    async with room.publisher() as publisher:
        await publisher.publish(event())
        with pytest.raises(TypeError):
            await publisher.publish(replace(event(), headers={"x": object()}))
        bad, good = replace(event(), exchange=layout.dead_exchange(TELLER), routing_key="nobody"), event()
        answers = await asyncio.gather(publisher.publish(bad), publisher.publish(good), return_exceptions=True)
    assert isinstance(answers[0], PublishRefused)
    assert answers[1] is None
    assert await room.depth(SERVICE) == 2


async def test_trap_04_the_same_message_twice_in_flight_is_published_once(room: Room) -> None:
    message = event()
    async with room.publisher() as publisher:
        await asyncio.gather(*(publisher.publish(message) for _ in range(20)))
    assert await room.depth(SERVICE) == 1


async def test_trap_04_a_confirm_that_never_comes_ends_in_time_and_the_next_publish_works(room: Room) -> None:
    first, lost = event(), event()
    async with Proxy.before(room.url) as proxy, room.publisher(proxy.url(room.url), seconds=0.5) as publisher:
        await eventually(lambda: publishes(publisher, first), ignoring=(BrokerUnavailable,))  # half a second, the connection included
        proxy.drop_downstream()
        async with asyncio.timeout(60):
            with pytest.raises(BrokerUnavailable):
                await publisher.publish(lost)
        proxy.heal()
        await eventually(lambda: publishes(publisher, lost), ignoring=(BrokerUnavailable,))
    ids = Counter(message.header.properties.message_id for message in await rest(room))
    assert ids[first.message_id] >= 1
    assert ids[lost.message_id] >= 2  # it had arrived the first time, and on a busy machine again: the inbox absorbs the repeats
    assert len(ids) == 2


async def test_trap_04_the_limit_covers_the_wait_for_a_connection(room: Room) -> None:
    async with Proxy.before(room.url) as proxy:
        proxy.cut()
        async with room.publisher(proxy.url(room.url), seconds=0.3) as publisher, asyncio.timeout(60):
            with pytest.raises(BrokerUnavailable, match="confirm_timeout"):
                await publisher.publish(event())


async def test_trap_04_one_message_that_kills_the_channel_takes_no_other_with_it(room: Room) -> None:
    """The broker closes the whole channel for one message; only that one is refused, the others go out."""
    forbidden = replace(event("notifier.notice_failed.v1"), exchange=layout.EVENTS)
    others = [event() for _ in range(20)]
    refused: list[str] = []

    async def persist(publisher: Publisher, message: Outgoing) -> None:
        try:  # again until it is there, as the relay does
            await eventually(lambda: publishes(publisher, message), ignoring=(BrokerUnavailable,))
        except PublishRefused as error:
            refused.append(error.code)

    async with room.publisher() as publisher:
        await asyncio.gather(*(persist(publisher, message) for message in (*others[:10], forbidden, *others[10:])))
    assert refused == ["access_refused"]
    ids = {message.header.properties.message_id for message in await rest(room)}
    assert ids == {message.message_id for message in others}


# -- 22: a channel that is answered nacks and nothing else


async def test_trap_22_nacks_and_nothing_else_open_the_channel_anew(room: Room, vhost: Vhost) -> None:
    full = {"pattern": f"^{SERVICE}$", "apply-to": "queues", "priority": 20, "definition": {"max-length": 1, "overflow": "reject-publish"}}
    policy = f"/api/policies/{vhost.name}/full"
    async with room.publisher() as publisher:
        await publisher.publish(event())
        first = publisher._link.current
        vhost.api.call("PUT", policy, full)
        await eventually(lambda: is_nacked(publisher))
        assert publisher._link.current is first, "one nack says nothing against a channel"

        async def reopened() -> bool:
            with contextlib.suppress(BrokerUnavailable):
                await publisher.publish(event())
            return publisher._link.current not in (first, None)

        await eventually(reopened)
        vhost.api.call("DELETE", policy)
        await eventually(lambda: publishes(publisher, event()), ignoring=(BrokerUnavailable,))


async def is_nacked(publisher: Publisher) -> bool:
    try:
        await publisher.publish(event())
    except BrokerUnavailable as error:
        return "queue_full" in str(error)
    return False


# -- 11: a blocked publisher stalls acknowledgements


async def test_trap_11_acknowledgements_pass_while_publishing_is_blocked(private_broker: PrivateBroker) -> None:
    private_broker.vhost.put_policies(SMALL)
    await topology.declare(private_broker.url, SMALL)
    go = asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        await go.wait()
        return Done()

    service = Service(judge=judge)
    before, blocked, after = [event() for _ in range(4)], event(), event()
    async with open_room(private_broker.url) as room, open_room(private_broker.url) as watcher:
        for message in before[:3]:
            await room.put(message)
        async with room.publisher(seconds=0.5) as publisher, room.consuming(service) as running:
            await eventually(lambda: publishes(publisher, before[3]), ignoring=(BrokerUnavailable,))
            await eventually(lambda: service.batches)
            await watermark(private_broker, "0.0000001")
            with pytest.raises(BrokerUnavailable):
                await publisher.publish(blocked)
            assert (await publisher.check()).reason == "broker_blocked"
            go.set()
            await eventually(lambda: all(came(service, message) for message in before))
            await eventually(lambda: nothing_is_held(private_broker.vhost))
            assert (await running.consumer.check()).ok
            await watermark(private_broker, "0.4")
            await eventually(lambda: is_ready(publisher))
            await eventually(lambda: publishes(publisher, after), ignoring=(BrokerUnavailable,))
            await eventually(lambda: came(service, blocked) and came(service, after))
        assert await watcher.depth(SERVICE) == 0


async def test_trap_11_a_publish_that_waits_for_a_blocked_broker_ends_with_its_connection(private_broker: PrivateBroker) -> None:
    private_broker.vhost.put_policies(SMALL)
    await topology.declare(private_broker.url, SMALL)
    message = event()
    async with (
        open_room(private_broker.url) as room,
        Proxy.before(private_broker.url) as proxy,
        room.publisher(proxy.url(private_broker.url), seconds=0.5) as publisher,
    ):
        await eventually(lambda: publishes(publisher, event()), ignoring=(BrokerUnavailable,))
        await watermark(private_broker, "0.0000001")
        with pytest.raises(BrokerUnavailable):
            await publisher.publish(event())
        with pytest.raises(BrokerUnavailable):
            await publisher.publish(message)
        assert (await publisher.check()).reason == "broker_blocked"
        proxy.reset()
        await watermark(private_broker, "0.4")
        await eventually(lambda: publishes(publisher, message), ignoring=(BrokerUnavailable,))


async def watermark(broker: PrivateBroker, share: str) -> None:
    """How much memory the broker may have before it blocks who publishes; its command takes seconds, in which connections go on."""
    await asyncio.to_thread(broker.node.ctl, "set_vm_memory_high_watermark", share)


async def rest(room: Room) -> list[DeliveredMessage]:
    """Take off what lies in the queue."""
    taken = [await room.get(SERVICE) for _ in range(await room.depth(SERVICE))]
    return [message for message in taken if message]


def nothing_is_held(vhost: Vhost) -> bool:
    found = vhost.api.call("GET", f"/api/queues/{quote(vhost.name, safe='')}/{SERVICE}")
    return (found.get("messages_unacknowledged"), found.get("messages")) == (0, 0)
