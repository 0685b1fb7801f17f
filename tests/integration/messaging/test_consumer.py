"""The consumer on a real broker: what each outcome does, batches, drain and pause."""

import asyncio
from dataclasses import replace

from shared.messaging.broker import wire
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.errors import BrokerUnavailable
from shared.messaging.broker.wire import Outgoing
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.consumer.retry import EXHAUSTED, RetryPolicy
from shared.messaging.delivery import Dead, Delivery, Done, Duplicate, Outcome, Retry, Unavailable
from shared.messaging.layout import model as layout
from tests.integration.messaging.conftest import OPTIONS, SERVICE, SHORT, Room, Service, depth_is, event, is_ready
from tests.support.eventually import eventually
from tests.support.vhosts import as_user

DEAD = layout.dead_queue(SERVICE)


async def test_what_is_done_leaves_the_queue(room: Room) -> None:
    service = Service()
    async with room.publisher() as publisher, room.consuming(service):
        messages = [event() for _ in range(120)]
        await asyncio.gather(*(publisher.publish(message) for message in messages))
        await eventually(lambda: len(service.deliveries) == 120)
    assert [delivery.message_id for delivery in service.deliveries] == [message.message_id for message in messages]
    assert await room.depth(SERVICE) == 0
    assert {delivery.attempt for delivery in service.deliveries} == {0}
    assert service.deliveries[0].headers["traceparent"] == "00-a-b-01"


async def test_a_burst_is_handled_in_batches_of_at_most_fifty(room: Room) -> None:
    go = asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        await go.wait()
        return Done()

    service = Service(judge=judge)
    for _ in range(200):
        await room.put(event())
    async with room.consuming(service) as running:
        await eventually(lambda: service.batches)
        first = len(service.batches[0])  # as many as had come when it began
        await eventually(lambda: len(running.consumer._buffer) == 100 - first)
        go.set()
        await eventually(lambda: len(service.deliveries) == 200)
    assert len(service.batches[1]) == max(len(batch) for batch in service.batches) == 50


async def test_a_lone_message_does_not_wait_for_company(room: Room) -> None:
    service = Service()
    never = replace(OPTIONS, batch_wait_seconds=1_000)  # beyond anybody's patience
    async with room.consuming(service, options=never):
        await room.put(event())
        await eventually(lambda: service.deliveries)


async def test_under_load_messages_gather_for_the_next_batch(room: Room) -> None:
    go = asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        await go.wait()
        return Done()

    service = Service(judge=judge)
    async with room.consuming(service, options=replace(OPTIONS, gather_seconds=4, longest_gather_seconds=4)) as running:
        await room.put(event())
        await eventually(lambda: service.batches)
        for _ in range(3):
            await room.put(event())
        await eventually(lambda: len(running.consumer._buffer) == 3)
        go.set()
        await eventually(lambda: len(service.deliveries) == 4)
        for _ in range(2):  # one after the other: without the rest each would be a batch
            await room.put(event())
            await eventually(lambda: depth_is(room, SERVICE, 0))
        await eventually(lambda: len(service.deliveries) == 6)
    assert [len(batch) for batch in service.batches] == [1, 3, 2]


async def test_a_transient_failure_climbs_the_ladder_and_succeeds(room: Room) -> None:
    service = Service(judge=lambda delivery: Done() if delivery.attempt == 3 else Retry("registry_down"))
    async with room.consuming(service, options=replace(OPTIONS, policy=RetryPolicy(SHORT, (1, 1, 1)))):
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 4)
        await eventually(lambda: room_is_empty(room))
    assert [delivery.attempt for delivery in service.deliveries] == [0, 1, 2, 3]
    assert service.deliveries[3].headers[wire.REASON] == "registry_down"
    assert len({delivery.message_id for delivery in service.deliveries}) == 1
    assert service.parked == []


async def test_the_end_of_the_ladder_is_parked_and_a_dead_letter(room: Room) -> None:
    service = Service(judge=lambda _: Retry("registry_down"))
    async with room.consuming(service, options=replace(OPTIONS, policy=RetryPolicy(SHORT[:1], (2,)))):
        message = event()
        await room.put(message)
        await eventually(lambda: room.depth(DEAD))
    assert len(service.deliveries) == 3
    assert service.parked == [(message.message_id, EXHAUSTED, "registry_down")]
    letter = await room.get(DEAD)
    assert letter is not None
    assert letter.header.properties.message_id == message.message_id
    assert wire.receive(letter).headers[wire.REASON] == EXHAUSTED


async def test_poison_is_a_dead_letter_at_once_and_the_others_pass(room: Room) -> None:
    poison = event(body=b"\x00 no JSON")
    service = Service(judge=lambda delivery: Dead("not_json") if delivery.message_id == poison.message_id else Done())
    async with room.consuming(service):
        for message in (event(), poison, event()):
            await room.put(message)
        await eventually(lambda: room.depth(DEAD))
        await eventually(lambda: len(service.deliveries) == 3)
    letter = await room.get(DEAD)
    assert letter is not None
    assert letter.body == poison.body
    assert wire.receive(letter).headers[wire.REASON] == "not_json"
    assert await room.depth(SERVICE) == 0


async def test_a_huge_body_never_reaches_the_handler(room: Room) -> None:
    service = Service()
    huge = event(body=b"x" * (wire.MAX_BODY_BYTES + 1))
    async with room.consuming(service):
        await room.put(huge)
        await room.put(event())
        await eventually(lambda: room.depth(DEAD))
        await eventually(lambda: service.deliveries)
    assert service.parked[0][:2] == (huge.message_id, "too_large")
    letter = await room.get(DEAD)
    assert letter is not None
    assert letter.body == huge.body
    assert len(service.deliveries) == 1


async def test_a_wait_beyond_the_ladder_goes_round_without_counting(room: Room) -> None:
    seen: list[int] = []

    def judge(delivery: Delivery) -> Outcome:
        seen.append(delivery.attempt)
        return Retry("asked_to_wait", after_seconds=2.5) if len(seen) == 1 else Done()

    service = Service(judge=judge)
    loop = asyncio.get_running_loop()
    async with room.consuming(service):
        began = loop.time()
        await room.put(event())
        await eventually(lambda: len(seen) == 2)
        assert loop.time() - began >= 2.4
    assert seen == [0, 1]


async def test_a_wait_is_rounded_up_to_a_rung(room: Room) -> None:
    service = Service(judge=lambda delivery: Duplicate() if delivery.attempt else Retry("asked_to_wait", after_seconds=0.5))
    loop = asyncio.get_running_loop()
    async with room.consuming(service):
        began = loop.time()
        await room.put(event())
        await eventually(lambda: len(service.deliveries) == 2)
        assert loop.time() - began >= 0.55
    deaths = service.deliveries[1].headers["x-death"]
    assert [str(death["queue"]) for death in deaths] == [layout.retry_queue(SERVICE, SHORT[1])]


async def test_stop_finishes_what_is_in_hand_and_leaves_the_rest(room: Room) -> None:
    started, go = asyncio.Event(), asyncio.Event()

    async def judge(_: Delivery) -> Outcome:
        started.set()
        await go.wait()
        return Done()

    service = Service(judge=judge)
    one = replace(OPTIONS, batch_messages=1)  # prefetch 2: one in hand, one in the buffer
    for _ in range(5):
        await room.put(event())
    async with room.consuming(service, options=one) as running:
        await started.wait()
        await eventually(lambda: room.depth(SERVICE))
        running.stop.set()
        await eventually(lambda: room.depth(SERVICE))
        assert not running.task.done()
        go.set()
        await running.task
    handled = len(service.deliveries)
    assert 1 <= handled <= 2
    assert await eventually(lambda: depth_is(room, SERVICE, 5 - handled))
    assert await room.depth(DEAD) == 0


async def test_while_the_database_is_down_nothing_is_published_or_acknowledged(room: Room) -> None:
    service = Service()
    service.database_up = False
    service.judge = lambda _: Done() if service.database_up else Unavailable("database_unavailable")
    async with room.consuming(service) as running:
        for _ in range(3):
            await room.put(event())
        await eventually(lambda: is_paused(running.consumer))
        assert [await room.depth(queue) for queue in (DEAD, *(layout.retry_queue(SERVICE, step) for step in SHORT))] == [0, 0, 0, 0]
        service.database_up = True
        await eventually(lambda: is_ready(running.consumer))
        await eventually(lambda: len({d.message_id for d in service.deliveries}) == 3)
    assert await room.depth(SERVICE) == 0
    assert {delivery.attempt for delivery in service.deliveries} == {0}


async def test_a_long_pause_lets_go_of_what_is_in_hand(room: Room) -> None:
    service = Service()
    service.database_up = False
    service.judge = lambda _: Done() if service.database_up else Unavailable("database_unavailable")
    async with room.consuming(service, options=replace(OPTIONS, hold_seconds=0.3)) as running:
        await room.put(event())
        await eventually(lambda: is_paused(running.consumer))
        await eventually(lambda: depth_is(room, SERVICE, 1))  # ready again: nobody holds it
        await room.put(event())
        service.database_up = True
        await eventually(lambda: depth_is(room, SERVICE, 0))
        await eventually(lambda: len({d.message_id for d in service.deliveries}) == 2)


async def test_a_pause_does_not_hold_up_the_stop(room: Room) -> None:
    service = Service(judge=lambda _: Unavailable("database_unavailable"), database_up=False)
    async with room.consuming(service, options=replace(OPTIONS, drain_seconds=1_000)) as running:  # beyond anybody's patience
        await room.put(event())
        await eventually(lambda: is_paused(running.consumer))
        running.stop.set()
        await eventually(running.task.done)
        await running.task
    assert await eventually(lambda: depth_is(room, SERVICE, 1))


async def test_what_can_not_be_parked_is_kept(room: Room) -> None:
    service = Service(judge=lambda _: Retry("registry_down"), database_up=False)
    async with room.consuming(service, options=replace(OPTIONS, policy=RetryPolicy(SHORT[:1], (1,)))) as running:
        await room.put(event())
        await eventually(lambda: is_paused(running.consumer))
        service.database_up = True
        await eventually(lambda: room.depth(DEAD))
    assert len(service.parked) == 1


async def test_what_is_left_open_is_never_covered_by_a_later_acknowledgement(room: Room) -> None:
    """The first message's copy can't be published while we stop; the second is done. The first must come back."""
    first, second = event(), event()
    service = Service(judge=lambda delivery: Retry("later") if delivery.message_id == first.message_id else Done())
    for message in (first, second):
        await room.put(message)
    tried = asyncio.Event()

    async def publish(message: Outgoing) -> None:  # noqa: ARG001 - as Publisher.publish
        tried.set()
        raise BrokerUnavailable

    one = replace(OPTIONS, batch_messages=1)
    stop = asyncio.Event()
    consumer = Consumer(
        endpoint(as_user(room.url, SERVICE)),
        SERVICE,
        handle=service.handle,
        park=service.park,
        publish=publish,
        ping=service.ping,
        options=one,
    )
    running = asyncio.create_task(consumer.run(stop))
    await tried.wait()
    stop.set()
    await running
    left = [await eventually(lambda: room.get(SERVICE))]
    assert first.message_id in {message.header.properties.message_id for message in left if message}


async def room_is_empty(room: Room) -> bool:
    queues = (SERVICE, DEAD, *(layout.retry_queue(SERVICE, step) for step in SHORT))
    return sum([await room.depth(queue) for queue in queues]) == 0


async def is_paused(consumer: Consumer) -> bool:
    return (await consumer.check()).reason == "consumer_paused"
