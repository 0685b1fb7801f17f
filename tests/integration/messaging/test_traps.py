"""Rows 3 to 13 of the table of traps, each on a real broker. Rows about connections go through a proxy that cuts, hangs and goes deaf."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from shared.ids import new_id
from shared.messaging import connection, consumer, layout, topology, wire
from shared.messaging.connection import HEARTBEAT_SECONDS, Lost, connect, endpoint
from shared.messaging.delivery import Delivery, Done, Outcome, Retry
from shared.messaging.link import Link
from shared.messaging.outbox import BrokerUnavailable, Refused
from shared.messaging.publisher import Publisher
from shared.messaging.wire import Outgoing
from tests.conftest import PrivateBroker
from tests.integration.messaging.conftest import OPTIONS, SERVICE, SHORT, SMALL, TYPE, Room, Service, event, open_room
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
    assert got.header.properties.delivery_mode == wire.PERSISTENT


async def test_trap_03_what_no_queue_takes_raises(room: Room) -> None:
    async with room.publisher() as publisher:
        with pytest.raises(Refused, match="unroutable"):
            await publisher.publish(Outgoing(layout.DEAD, "nobody", new_id(), TYPE, b"{}"))


# -- 4: one id twice in flight; publishes that hang


async def test_trap_04_one_id_twice_in_flight_gets_each_its_own_answer(room: Room) -> None:
    async with room.publisher() as publisher:
        for _ in range(30):
            good = event()
            bad = replace(good, exchange=layout.DEAD, routing_key="nobody")
            answers = await asyncio.gather(*(publisher.publish(message) for message in (bad, good)), return_exceptions=True)
            assert isinstance(answers[0], Refused)
            assert answers[1] is None
    assert await room.depth(SERVICE) == 30


async def test_trap_04_the_same_message_twice_in_flight_is_published_once(room: Room) -> None:
    message = event()
    async with room.publisher() as publisher:
        await asyncio.gather(*(publisher.publish(message) for _ in range(20)))
    assert await room.depth(SERVICE) == 1


async def test_trap_04_a_confirm_that_never_comes_ends_in_time_and_the_next_publish_works(room: Room) -> None:
    async with Proxy.before(room.url) as proxy, room.publisher(proxy.url(room.url), seconds=0.5) as publisher:
        await publisher.publish(event())
        proxy.drop_downstream()
        lost = event()
        async with asyncio.timeout(3):
            with pytest.raises(BrokerUnavailable):
                await publisher.publish(lost)
        proxy.heal()
        await eventually(lambda: publishes(publisher, lost), ignoring=(BrokerUnavailable,))
    assert await room.depth(SERVICE) == 3  # it had arrived the first time: at least once, and the inbox absorbs the repeat


async def test_trap_04_the_limit_covers_the_wait_for_a_connection(room: Room) -> None:
    async with Proxy.before(room.url) as proxy:
        proxy.cut()
        async with room.publisher(proxy.url(room.url), seconds=0.3) as publisher, asyncio.timeout(3):
            with pytest.raises(BrokerUnavailable, match="confirm_timeout"):
                await publisher.publish(event())


async def test_trap_04_one_message_that_kills_the_channel_takes_no_other_with_it(room: Room, vhost: Vhost) -> None:
    """The broker closes the whole channel for one message; only that one is refused, the others go out."""
    url = limited_user(vhost)
    forbidden = replace(event("notifier.notice_failed.v1"), exchange=layout.EVENTS)
    others = [event() for _ in range(20)]
    refused: list[str] = []

    async def persist(publisher: Publisher, message: Outgoing) -> None:
        while True:  # as the relay does
            try:
                await publisher.publish(message)
            except BrokerUnavailable:
                await asyncio.sleep(0.01)
            except Refused as error:
                refused.append(error.code)
                return
            else:
                return

    async with room.publisher(url) as publisher:
        await asyncio.gather(*(persist(publisher, message) for message in (*others[:10], forbidden, *others[10:])))
    assert refused == ["access_refused"]
    ids = {
        message.header.properties.message_id for message in [await room.get(SERVICE) for _ in range(await room.depth(SERVICE))] if message
    }
    assert ids == {message.message_id for message in others}


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
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url)) as running:
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 1)
        proxy.cut()
        await eventually(lambda: is_down(running.consumer))
        await room.put(event())
        proxy.heal()
        await eventually(lambda: len(service.deliveries) == 2)


async def test_trap_06_a_defect_ends_the_consumer_with_an_error(room: Room) -> None:
    async def judge(_: Delivery) -> Outcome:
        raise ZeroDivisionError

    async with room.consuming(Service(judge=judge)) as running:
        await room.put(event())
        with pytest.raises(ZeroDivisionError):
            await running.task
    assert await eventually(lambda: room.depth(SERVICE)) == 1


async def test_trap_06_a_loop_that_just_ends_is_a_failure(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ends(_link: Link, _stop: asyncio.Event) -> None:
        return

    monkeypatch.setattr(Link, "run", ends)
    async with room.consuming(Service()) as running:
        with pytest.raises(RuntimeError, match="ended by itself"):
            await running.task


# -- 7: one thing that can't be restored takes everything down


async def test_trap_07_a_queue_with_other_arguments_is_consumed_all_the_same(room: Room) -> None:
    await room.drop_queue(SERVICE)
    await room.declare_queue(SERVICE, {"x-queue-type": "quorum", "x-max-length": 7})  # what another release might have made
    service = Service()
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url)):
        await room.put(Outgoing("", SERVICE, new_id(), TYPE, b"{}"))
        await eventually(lambda: len(service.deliveries) == 1)
        proxy.reset()
        await room.put(Outgoing("", SERVICE, new_id(), TYPE, b"{}"))
        await eventually(lambda: len(service.deliveries) == 2)


async def test_trap_07_a_missing_queue_stops_nothing_else_and_is_found_when_it_comes(room: Room) -> None:
    await room.drop_queue(SERVICE)
    service = Service()
    async with room.consuming(service) as running, room.publisher() as publisher:
        await eventually(lambda: is_down(running.consumer))
        await publisher.publish(Outgoing(layout.DEAD, SERVICE, new_id(), TYPE, b"{}"))
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
    queues = topology.render(layout.product(), "/")["queues"]
    assert {json.dumps(queue["arguments"]) for queue in queues} == {'{"x-queue-type": "quorum"}'}


# -- 8: no connect timeout, a dead peer noticed late


async def test_trap_08_a_broker_that_accepts_and_says_nothing_is_given_up(room: Room) -> None:
    async with Proxy.before(room.url) as proxy:
        proxy.hang()
        async with asyncio.timeout(5):
            with pytest.raises(Lost):
                await connect(endpoint(proxy.url(room.url)), "test", seconds=0.5)
    assert connection.CONNECT_SECONDS == 10


async def test_trap_08_heartbeats_are_every_fifteen_seconds_at_most(room: Room) -> None:
    session = await connect(endpoint(room.url), "test")
    try:
        assert session.channel.connection.connection_tune.heartbeat == HEARTBEAT_SECONDS == 15
    finally:
        await session.close()


async def test_trap_08_a_peer_that_hangs_without_a_reset_is_noticed_and_left(room: Room) -> None:
    service = Service()
    quick = replace(OPTIONS, probe_seconds=0.3)
    async with Proxy.before(room.url) as proxy, room.consuming(service, proxy.url(room.url), quick) as running:
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 1)
        proxy.hang()
        await eventually(lambda: is_down(running.consumer), 5)
        proxy.heal()
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 2)


async def test_trap_08_a_link_that_was_never_up_says_so_and_comes_up(room: Room) -> None:
    stop = asyncio.Event()
    async with Proxy.before(room.url) as proxy:
        proxy.cut()
        link = Link(endpoint(proxy.url(room.url)), "test")
        life = asyncio.create_task(link.run(stop))
        assert not (await link.check()).ok
        proxy.heal()
        await asyncio.wait_for(link.session(), 10)
        assert (await link.check()).ok
        stop.set()
        await life


# -- 9: messages dropped at a delivery limit


async def test_trap_09_every_consumed_queue_has_a_limit_of_fifty_and_a_dead_letter_target(room: Room, vhost: Vhost) -> None:
    await topology.declare(room.url, layout.product(SHORT))
    vhost.put_policies(layout.product(SHORT))
    queues = await eventually(lambda: policies_of(vhost, len(layout.product().queues)))
    assert queues is not None
    for service in layout.product().services:
        for queue in (service, *(layout.retry_queue(service, step) for step in SHORT)):
            assert queues[queue]["delivery-limit"] == layout.DELIVERY_LIMIT == 50
            assert queues[queue]["dead-letter-exchange"] in (layout.DEAD, layout.RETRY)
            assert queues[queue]["dead-letter-strategy"] == "at-least-once"
            assert queues[queue]["overflow"] == "reject-publish"
    for queue in (layout.UNROUTED, "console.main", *(layout.dead_queue(service) for service in layout.product().services)):
        assert queues[queue]["delivery-limit"] == layout.NO_DELIVERY_LIMIT  # nobody is behind them: nothing may be dropped
        assert "dead-letter-exchange" not in queues[queue]


async def test_trap_09_a_message_that_kills_its_consumer_each_time_becomes_a_dead_letter(room: Room) -> None:
    message = event()
    await room.put(message)
    await eventually(lambda: room.depth(SERVICE))
    for _ in range(layout.DELIVERY_LIMIT + 1):
        await eventually(lambda: room.take_and_die(SERVICE))
    await eventually(lambda: room.depth(DEAD))
    letter = await room.get(DEAD)
    assert letter is not None
    assert letter.header.properties.message_id == message.message_id
    assert wire.receive(letter).headers["x-first-death-reason"] == "delivery_limit"


async def test_trap_09_prefetch_is_two_batches(room: Room) -> None:
    go = asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        await go.wait()
        return Done()

    for _ in range(30):
        await room.put(event())
    async with room.consuming(Service(judge=judge), options=replace(OPTIONS, batch_messages=5)):
        await eventually(lambda: depth_is(room, SERVICE, 20))
        go.set()
        await eventually(lambda: empty(room, SERVICE))
    assert consumer.PREFETCH_BATCHES == 2


# -- 10: nack(requeue) is not counted, x-death is ignored


async def test_trap_10_attempts_are_counted_in_our_own_header(room: Room) -> None:
    service = Service(judge=lambda delivery: Retry("later") if delivery.attempt < 2 else Done())
    async with room.consuming(service):
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 3)
    assert [delivery.headers.get(wire.ATTEMPT) for delivery in service.deliveries] == [None, 1, 2]
    assert all(len(delivery.headers.get("x-death", ())) <= 1 for delivery in service.deliveries)  # the broker's own never adds up


def test_trap_10_nothing_is_ever_given_back_with_nack_or_reject() -> None:

    sources = Path(consumer.__file__).parent.glob("*.py")
    used = {name for source in sources for name in ("basic_nack", "basic_reject", ".nack(", ".reject(") if name in source.read_text()}
    assert used == set()


# -- 11: a blocked publisher stalls acknowledgements


async def test_trap_11_acknowledgements_pass_while_publishing_is_blocked(private_broker: PrivateBroker) -> None:
    private_broker.vhost.put_policies(SMALL)
    await topology.declare(private_broker.url, SMALL)
    go = asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        await go.wait()
        return Done()

    service = Service(judge=judge)
    async with open_room(private_broker.url) as room, open_room(private_broker.url) as watcher:
        for _ in range(3):
            await room.put(event())
        async with room.publisher(seconds=0.5) as publisher, room.consuming(service) as running:
            await publisher.publish(event())
            await eventually(lambda: service.batches)
            private_broker.node.ctl("set_vm_memory_high_watermark", "0.0000001")
            with pytest.raises(BrokerUnavailable):
                await publisher.publish(event())
            assert (await publisher.check()).reason == "broker_blocked"
            go.set()
            await eventually(lambda: len(service.deliveries) >= 4)
            await eventually(lambda: nothing_is_held(private_broker.vhost))
            assert (await running.consumer.check()).ok
            private_broker.node.ctl("set_vm_memory_high_watermark", "0.4")
            await eventually(lambda: is_ready(publisher))
            await eventually(lambda: publishes(publisher, event()), ignoring=(BrokerUnavailable,))
            await eventually(lambda: len({delivery.message_id for delivery in service.deliveries}) == 6)
        assert await watcher.depth(SERVICE) == 0


# -- 12: a message's TTL is only looked at at the head of the queue


async def test_trap_12_a_long_wait_holds_up_no_short_one(room: Room) -> None:
    waits = {"long": 1.1, "short": None}
    arrived: list[bytes] = []

    def judge(delivery: Delivery) -> Outcome:
        if delivery.attempt == 0:
            return Retry("later", waits[delivery.body.decode()])
        arrived.append(delivery.body)
        return Done()

    async with room.consuming(Service(judge=judge)):
        await room.put(event(body=b"long"))
        await eventually(lambda: room.depth(layout.retry_queue(SERVICE, SHORT[2])))
        await room.put(event(body=b"short"))
        await eventually(lambda: len(arrived) == 2)
    assert arrived == [b"short", b"long"]


def test_trap_12_every_delay_has_a_queue_and_a_policy_of_its_own() -> None:
    whole = layout.product()
    for service in whole.services:
        for step in layout.LADDER:
            (policy,) = [policy for policy in whole.policies if policy.name == layout.retry_queue(service, step)]
            assert policy.definition["message-ttl"] == step.seconds * 1000


# -- 13: a person's decision on an unacknowledged message


async def test_trap_13_no_consumer_waits_for_people(room: Room) -> None:
    """Announcements go to a queue that nobody must read: it drops the oldest, holds up no publisher and no service listens to it."""
    most = layout.CONSOLE_MAX_MESSAGES
    async with room.publisher() as publisher:
        for start in range(0, most + 200, 100):
            await asyncio.gather(*(publisher.publish(announcement(start + number)) for number in range(100)))
    await eventually(lambda: depth_is(room, "console.main", most))
    first = await room.get("console.main")
    assert first is not None
    assert first.body == b"200"
    staff = {binding.queue for binding in layout.product().bindings if binding.exchange == layout.STAFF}
    assert staff == {"console.main"}
    assert not [user for user in layout.product().users if user.name in layout.product().services and "console" in user.read]


# -- what the tests above share


def announcement(number: int) -> Outgoing:
    task_opened = "verification.task_opened.v1"
    return Outgoing(layout.STAFF, task_opened, new_id(), task_opened, str(number).encode())


def limited_user(vhost: Vhost) -> str:
    """An address for a user who may publish as verification alone, as the product's users may."""
    name = f"limited-{vhost.name}"
    at = quote(vhost.name, safe="")
    vhost.api.call("PUT", f"/api/users/{name}", {"password": "limited", "tags": ""})
    vhost.api.call("PUT", f"/api/permissions/{at}/{name}", {"configure": "^$", "write": "^(events|retry|dead|staff)$", "read": "^$"})
    vhost.api.call("PUT", f"/api/topic-permissions/{at}/{name}", {"exchange": "events", "write": r"^verification\.", "read": "^$"})
    return connection.with_user(vhost.url, name, "limited")


def policies_of(vhost: Vhost, count: int) -> dict[str, dict[str, Any]] | None:
    found = vhost.api.call("GET", f"/api/queues/{quote(vhost.name, safe='')}")
    policies = {queue["name"]: queue.get("effective_policy_definition") for queue in found}
    return policies if len(policies) >= count and all(policies.values()) else None


def nothing_is_held(vhost: Vhost) -> bool:
    found = vhost.api.call("GET", f"/api/queues/{quote(vhost.name, safe='')}/{SERVICE}")
    return (found.get("messages_unacknowledged"), found.get("messages")) == (0, 0)


async def publishes(publisher: Publisher, message: Outgoing) -> bool:
    await publisher.publish(message)
    return True


async def empty(room: Room, queue: str) -> bool:
    return await room.depth(queue) == 0


async def depth_is(room: Room, queue: str, wanted: int) -> bool:
    return await room.depth(queue) == wanted


async def is_down(what: consumer.Consumer | Publisher) -> bool:
    return not (await what.check()).ok


async def is_ready(what: consumer.Consumer | Publisher) -> bool:
    return (await what.check()).ok
