"""Printed sheets leave together, and none waits for long."""

from __future__ import annotations

import asyncio

import pytest

from services.issuance.jobs import Tray

LONG = 3600.0  # never in a test


async def laid(tray: Tray, count: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(tray.lay()) for _ in range(count)]
    for _ in range(3):  # the task begins, it is looked at, it goes on
        await asyncio.sleep(0)
    return tasks


async def test_a_sheet_alone_leaves_at_once() -> None:
    tray = Tray(most=8, seconds=LONG)
    with tray.expecting():
        pass
    await tray.lay()


async def test_sheets_wait_for_what_is_in_the_press_and_leave_with_it() -> None:
    tray = Tray(most=8, seconds=LONG)
    with tray.expecting():
        waiting = await laid(tray, 2)
        assert not any(task.done() for task in waiting)
    await asyncio.gather(tray.lay(), *waiting)


async def test_a_sheet_that_fails_lets_the_others_go() -> None:
    tray = Tray(most=8, seconds=LONG)
    waiting: list[asyncio.Task[None]] = []

    async def fail() -> None:
        with tray.expecting():
            waiting.extend(await laid(tray, 2))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    await asyncio.gather(*waiting)


async def test_a_full_tray_leaves_though_more_is_in_the_press() -> None:
    tray = Tray(most=3, seconds=LONG)
    with tray.expecting():
        await asyncio.gather(*await laid(tray, 3))
        (next_one,) = await laid(tray, 1)
        assert not next_one.done()
    await next_one


async def test_no_sheet_waits_longer_than_its_time() -> None:
    tray = Tray(most=8, seconds=0.01)
    with tray.expecting():
        await tray.lay()


async def test_one_who_gives_up_holds_nobody() -> None:
    tray = Tray(most=8, seconds=LONG)
    with tray.expecting():
        gone, other = await laid(tray, 2)
        gone.cancel()
    await other
    assert gone.cancelled()
