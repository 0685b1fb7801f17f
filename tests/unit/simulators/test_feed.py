"""Who waits for one person is woken by what concerns that person alone."""

import asyncio

from deploy.simulators.feed import Feed

LONG_SECONDS = 600.0


async def waits(feed: Feed, about: str = "") -> asyncio.Task[bool]:
    task = asyncio.create_task(feed.changed(LONG_SECONDS, about))
    await asyncio.sleep(0)
    return task


async def test_who_waits_for_somebody_is_woken_for_nobody_else() -> None:
    feed = Feed()
    ani, budi, anybody = await waits(feed, "ani"), await waits(feed, "budi"), await waits(feed)
    feed.publish("message", {}, "budi")
    assert await budi
    assert await anybody
    assert not ani.done()
    feed.publish("message", {}, "ani")
    assert await ani


async def test_everybody_is_woken_when_it_closes() -> None:
    feed = Feed()
    waiting = [await waits(feed, "ani"), await waits(feed)]
    feed.close()
    assert await asyncio.gather(*waiting) == [True, True]
    assert not await feed.changed(LONG_SECONDS, "ani")
