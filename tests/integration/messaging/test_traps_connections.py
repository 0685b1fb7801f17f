"""Rows 5 to 8 of the table of traps, on a real broker behind a proxy that cuts, hangs and goes deaf."""

import asyncio
import gc
import json
import random
import warnings
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import pytest

from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker import channel
from shared.messaging.broker.channel import HEARTBEAT_SECONDS, connect, endpoint
from shared.messaging.broker.errors import ConnectionLost
from shared.messaging.broker.reconnecting import ReconnectingChannel
from shared.messaging.broker.wire import Outgoing
from shared.messaging.delivery import Delivery, Done, Outcome
from shared.messaging.layout import definitions
from shared.messaging.layout import model as layout
from tests.integration.messaging.conftest import (
    OPTIONS,
    SERVICE,
    SMALL,
    TYPE,
    Room,
    Service,
    came,
    empty,
    event,
    is_down,
    is_ready,
)
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

DEAD = layout.dead_queue(SERVICE)


# -- 5: closing a channel cancels callbacks, and a cancelled `process()` rejects


async def test_trap_05_a_cut_neither_cancels_the_handler_nor_rejects_the_message(room: Room) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def judge(delivery: Delivery) -> Outcome:
        if not delivery.redelivered:
            begun.set()
            await go.wait()
            ended.set()
        return Done()

    service = Service(judge=judge)
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url)):
        await room.put(event())
        await begun.wait()
        proxy.reset()
        await eventually(lambda: proxy.connections >= 2)
        go.set()
        await ended.wait()
        await eventually(lambda: [delivery.redelivered for delivery in service.deliveries] == [False, True])
        await eventually(lambda: empty(room, SERVICE))
    assert await room.depth(DEAD) == 0


async def test_trap_05_a_cancelled_consumer_gives_everything_back(room: Room) -> None:
    begun = asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with room.consuming(Service(judge=judge)) as running:
        await room.put(event())
        await begun.wait()
        running.task.cancel()
        await asyncio.wait({running.task})
        assert running.task.cancelled()
    assert await eventually(lambda: room.depth(SERVICE)) == 1
    assert await room.depth(DEAD) == 0


# -- 6: a loop that ends by itself


async def test_trap_06_consuming_goes_on_after_an_outage(room: Room) -> None:
    service = Service()
    before, during = event(), event()
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url)) as running:
        await room.put(before)
        await eventually(lambda: came(service, before))
        proxy.cut()
        await eventually(lambda: is_down(running.consumer))
        await room.put(during)
        proxy.heal()
        await eventually(lambda: came(service, during))
        await eventually(lambda: empty(room, SERVICE))


async def test_trap_06_a_defect_ends_the_consumer_with_an_error(room: Room) -> None:
    async def judge(_: Delivery) -> Outcome:
        raise ZeroDivisionError

    async with room.consuming(Service(judge=judge)) as running:
        await room.put(event())
        with pytest.raises(ZeroDivisionError):
            await running.task
    assert await eventually(lambda: room.depth(SERVICE)) == 1


async def test_trap_06_a_loop_that_just_ends_is_a_failure(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ends(_link: ReconnectingChannel, _stop: asyncio.Event) -> None:
        return

    monkeypatch.setattr(ReconnectingChannel, "run", ends)
    async with room.consuming(Service()) as running:
        with pytest.raises(RuntimeError, match="ended by itself"):
            await running.task


# -- 7: one thing that can't be restored takes everything down


async def test_trap_07_a_queue_with_other_arguments_is_consumed_all_the_same(room: Room) -> None:
    await room.drop_queue(SERVICE)
    await room.declare_queue(SERVICE, {"x-queue-type": "quorum", "x-max-length": 7})  # what another release might have made
    await room.bind(SERVICE, layout.EVENTS, TYPE)
    service = Service()
    before, after = event(), event()
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url)):
        await room.put(before)
        await eventually(lambda: came(service, before))
        proxy.reset()
        await room.put(after)
        await eventually(lambda: came(service, after))


async def test_trap_07_a_missing_queue_stops_nothing_else_and_is_found_when_it_comes(room: Room) -> None:
    await room.drop_queue(SERVICE)
    service = Service()
    async with room.consuming(service) as running, room.publisher() as publisher, room.publisher(user=SERVICE) as own:
        await eventually(lambda: is_down(running.consumer))
        await own.publish(Outgoing(layout.dead_exchange(SERVICE), SERVICE, new_id(), TYPE, b"{}"))
        assert not running.task.done()
        await topology.declare(room.url, SMALL)
        await publisher.publish(event())
        await eventually(lambda: len(service.deliveries) == 1)


async def test_trap_07_a_queue_that_is_deleted_and_made_again_is_consumed_again(room: Room) -> None:
    service = Service()
    async with room.consuming(service) as running:
        await eventually(lambda: is_ready(running.consumer))
        await room.drop_queue(SERVICE)
        await eventually(lambda: is_down(running.consumer))
        await topology.declare(room.url, SMALL)
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 1)


async def test_trap_07_a_consumer_that_the_broker_has_forgotten_notices_it(room: Room) -> None:
    service = Service()
    async with room.consuming(service, options=replace(OPTIONS, probe_seconds=0.3)) as running:
        session = await eventually(lambda: running.consumer._link.current)
        assert session is not None
        await session.channel.basic_cancel(SERVICE)
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 1)


def test_trap_07_queues_have_no_argument_but_their_type() -> None:
    queues = definitions.render(layout.product(), "/")["queues"]
    assert {json.dumps(queue["arguments"]) for queue in queues} == {'{"x-queue-type": "quorum"}'}


# -- 8: no connect timeout, a dead peer noticed late


async def test_trap_08_a_broker_that_accepts_and_says_nothing_is_given_up(room: Room) -> None:
    async with Proxy.before(room.url) as proxy:
        proxy.hang()
        async with asyncio.timeout(60):
            with pytest.raises(ConnectionLost):
                await connect(endpoint(proxy.url(room.url)), "test", seconds=0.5)
    assert channel.CONNECT_SECONDS == 10


async def test_trap_08_of_several_nodes_one_that_hangs_and_one_that_is_gone_do_not_keep_us_from_the_third(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "sample", lambda nodes, _count: list(nodes))  # else in an order of chance
    parts = urlsplit(room.url)
    async with Proxy.before(room.url) as hung, Proxy.before(room.url) as gone:
        hung.hang()
        gone.cut()
        hosts = ",".join(urlsplit(url).netloc.rpartition("@")[2] for url in (hung.url(room.url), gone.url(room.url), room.url))
        where = endpoint(urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{hosts}")))
        assert len(where.nodes) == 3
        session = await connect(where, "test", seconds=9)
        await session.close()


async def test_trap_08_heartbeats_are_every_fifteen_seconds_at_most(room: Room) -> None:
    session = await connect(endpoint(room.url), "test")
    try:
        assert session.channel.connection.connection_tune.heartbeat == HEARTBEAT_SECONDS == 15
    finally:
        await session.close()


async def test_trap_08_a_peer_that_hangs_without_a_reset_is_noticed_and_left(room: Room) -> None:
    service = Service()
    quick = replace(OPTIONS, probe_seconds=0.3)
    before, after = event(), event()
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url), quick) as running:
        await room.put(before)
        await eventually(lambda: came(service, before))
        proxy.hang()
        await eventually(lambda: is_down(running.consumer))
        proxy.heal()
        await room.put(after)
        await eventually(lambda: came(service, after))


async def test_trap_08_a_link_that_was_never_up_says_so_and_comes_up(room: Room) -> None:
    stop = asyncio.Event()
    async with Proxy.before(room.url) as proxy:
        proxy.cut()
        link = ReconnectingChannel(endpoint(proxy.url(room.url)), "test")
        life = asyncio.create_task(link.run(stop))
        assert not (await link.check()).ok
        proxy.heal()
        await asyncio.wait_for(link.session(), 60)
        assert (await link.check()).ok
        stop.set()
        await life


async def test_a_connection_that_failed_leaves_nothing_to_whatever_thread_tidies_up(room: Room) -> None:
    """The library closes a forgotten connection where it is collected, which is any thread; without a loop there, it only warns."""
    gc.disable()
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            async with Proxy.before(room.url) as proxy:
                session = await connect(endpoint(proxy.url(room.url)), "test")
                proxy.cut()
                await asyncio.wait_for(session.lost.wait(), 60)
                await session.close()
                for _ in range(3):
                    with pytest.raises(ConnectionLost):
                        await connect(endpoint(proxy.url(room.url)), "test", seconds=0.5)
            del session
            await asyncio.to_thread(gc.collect)
    finally:
        gc.enable()
    assert [str(each.message) for each in warned if "never awaited" in str(each.message)] == []
