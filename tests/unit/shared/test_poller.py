"""Turns follow each other at once, when woken, or by the poll; an outage is waited for, a defect is not hidden."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.backoff import Backoff
from shared.mongo import DatabaseUnavailable
from shared.poller import Poller
from tests.support.eventually import eventually

NEVER_SECONDS = 3600.0


class Turns:
    """Counts turns; each does what the list says, in order, the last one for ever."""

    def __init__(self, *rests: float | Exception | None) -> None:
        self.rests = list(rests)
        self.done = 0

    async def turn(self) -> float | None:
        rest = self.rests[min(self.done, len(self.rests) - 1)]
        self.done += 1
        if isinstance(rest, Exception):
            raise rest
        return rest


async def ended(poller: Poller, until: Callable[[], bool | Awaitable[bool]]) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(poller.run(stop))
    try:
        await eventually(until)
    finally:
        stop.set()
        await asyncio.wait_for(running, 60.0)


async def test_a_turn_that_asks_for_no_rest_is_followed_at_once() -> None:
    turns = Turns(0, 0, None)
    await ended(Poller("t", turns.turn, poll_seconds=NEVER_SECONDS), lambda: turns.done == 3)


async def test_being_woken_ends_the_rest() -> None:
    turns, woken = Turns(None), asyncio.Event()

    def twice() -> bool:
        if turns.done == 1:
            woken.set()
        return turns.done == 2

    await ended(Poller("t", turns.turn, poll_seconds=NEVER_SECONDS, woken=woken), twice)


async def test_a_rest_is_never_longer_than_the_poll() -> None:
    turns = Turns(NEVER_SECONDS)
    await ended(Poller("t", turns.turn, poll_seconds=0.01), lambda: turns.done >= 3)


async def test_an_outage_is_waited_for() -> None:
    down = DatabaseUnavailable("database_unavailable")
    turns = Turns(down, down, None)
    await ended(Poller("t", turns.turn, poll_seconds=NEVER_SECONDS, backoff=Backoff(0.001, 0.01)), lambda: turns.done == 3)


async def test_a_defect_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        await Poller("t", Turns(ZeroDivisionError()).turn, poll_seconds=1.0).run(asyncio.Event())


async def test_it_does_nothing_once_stopped() -> None:
    turns, stop = Turns(None), asyncio.Event()
    stop.set()
    await Poller("t", turns.turn, poll_seconds=1.0).run(stop)
    assert turns.done == 0
