"""Rows 9, 10, 12 and 13 of the table of traps, on a real broker: what the layout promises."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker import wire
from shared.messaging.broker.wire import Outgoing
from shared.messaging.consumer import consumer
from shared.messaging.delivery import Delivery, Done, Outcome, Retry
from shared.messaging.layout import model as layout
from tests.integration.messaging.conftest import (
    OPTIONS,
    SERVICE,
    SHORT,
    Room,
    Service,
    depth_is,
    empty,
    event,
)
from tests.support.eventually import eventually
from tests.support.vhosts import Vhost

DEAD = layout.dead_queue(SERVICE)


# -- 9: messages dropped at a delivery limit


async def test_trap_09_every_consumed_queue_has_a_limit_of_fifty_and_a_dead_letter_target(room: Room, vhost: Vhost) -> None:
    await topology.declare(room.url, layout.product(SHORT))
    vhost.put_policies(layout.product(SHORT))
    queues = await eventually(lambda: policies_of(vhost, len(layout.product().queues)))
    assert queues is not None
    for service in layout.product().services:
        for queue in (service, *(layout.retry_queue(service, step) for step in SHORT)):
            assert queues[queue]["delivery-limit"] == layout.DELIVERY_LIMIT == 50
            assert queues[queue]["dead-letter-exchange"] in (layout.dead_exchange(service), layout.retry_exchange(service))
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


# -- 12: a message's TTL is only looked at at the head of the queue


async def test_trap_12_a_long_wait_holds_up_no_short_one(room: Room) -> None:
    waits = {"long": 1_000.0, "short": None}
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
        await eventually(lambda: arrived)
    assert arrived == [b"short"]


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


def announcement(number: int) -> Outgoing:
    task_opened = "verification.task_opened.v1"
    return Outgoing(layout.STAFF, task_opened, new_id(), task_opened, str(number).encode())


def policies_of(vhost: Vhost, count: int) -> dict[str, dict[str, Any]] | None:
    found = vhost.api.call("GET", f"/api/queues/{quote(vhost.name, safe='')}")
    policies = {queue["name"]: queue.get("effective_policy_definition") for queue in found}
    return policies if len(policies) >= count and all(policies.values()) else None
