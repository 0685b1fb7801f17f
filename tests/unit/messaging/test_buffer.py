"""Batches: as many as are there, never waiting for company that does not come."""

import asyncio
import itertools

import pytest

from shared.messaging.consumer import prefetch_buffer
from shared.messaging.consumer.prefetch_buffer import Buffer, Full


async def test_takes_at_most_what_is_asked_in_order() -> None:
    buffer: Buffer[int] = Buffer(10)
    for item in range(7):
        buffer.put(item)
    assert await buffer.take(5, 1) == [0, 1, 2, 3, 4]
    assert await buffer.take(5, 1) == [5, 6]
    assert await buffer.take(5, 1) == []


async def test_is_bounded() -> None:
    buffer: Buffer[int] = Buffer(1)
    buffer.put(1)
    with pytest.raises(Full):
        buffer.put(2)


async def test_what_arrives_right_behind_comes_along() -> None:
    buffer: Buffer[int] = Buffer(10)

    async def arrive() -> None:
        for item in range(5):
            buffer.put(item)
            await asyncio.sleep(0)

    arriving = asyncio.create_task(arrive())
    await buffer.wait()
    assert await buffer.take(50, 1) == [0, 1, 2, 3, 4]
    await arriving


async def test_ends_at_the_time_limit_though_more_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = itertools.count()
    monkeypatch.setattr(prefetch_buffer, "monotonic_seconds", lambda: next(looks))  # a second for each look
    buffer: Buffer[int] = Buffer(10_000)
    stop = asyncio.Event()

    async def arrive() -> None:
        while not stop.is_set():
            buffer.put(1)
            await asyncio.sleep(0)

    arriving = asyncio.create_task(arrive())
    await buffer.wait()
    taken = await buffer.take(10_000, 5)
    stop.set()
    await arriving
    assert 1 < len(taken) <= 5


async def test_a_lone_item_does_not_wait() -> None:
    buffer: Buffer[int] = Buffer(10)
    buffer.put(1)
    assert await asyncio.wait_for(buffer.take(50, 1_000), 60) == [1]


async def test_a_reader_can_be_woken_for_nothing() -> None:
    buffer: Buffer[int] = Buffer(10)
    waiting = asyncio.create_task(buffer.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    buffer.wake()
    await asyncio.wait_for(waiting, 60)
    assert await buffer.take(5, 1) == []


async def test_cleared_is_empty() -> None:
    buffer: Buffer[int] = Buffer(10)
    buffer.put(1)
    buffer.clear()
    assert len(buffer) == 0
    assert await buffer.take(5, 0) == []
