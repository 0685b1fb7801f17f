"""Printed sheets leave together, and none waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.issuance.domain.document import Certificate, Document, claim
from services.issuance.jobs import Sheet, Tray
from services.issuance.ports import Printed
from shared.errors import DomainError
from shared.messaging.delivery import Context
from tests.support.approvals import AT, approval, origin

LONG = 3600.0  # never in a test
DOCUMENT = claim(approval(), number="3519-KK-24112026-0001", allocated_kk=None, token="t", origin=origin(), at=AT)


def sheet(name: str = "a") -> Sheet:
    printed = Printed(b"%PDF-", Certificate("CA Demo", "f" * 64, demo=True))
    return Sheet(replace(DOCUMENT, document_id=name), printed, Context("c", None, "00"))


class Carrier:
    """Notes who went together."""

    def __init__(self) -> None:
        self.went: list[list[str]] = []

    async def carry(self, sheets: Sequence[Sheet]) -> list[Document | Exception]:
        self.went.append([each.document.document_id for each in sheets])
        if any(each.document.document_id == "breaks all" for each in sheets):
            raise DomainError("archive_gone")
        return [DomainError("superseded") if each.document.document_id == "bad" else each.document for each in sheets]


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def tray(carrier: Carrier) -> Tray:
    return Tray(carrier.carry, most=3, seconds=LONG)


async def lay(tray: Tray, *names: str) -> list[asyncio.Task[Document]]:
    tasks = [asyncio.create_task(tray.lay(sheet(name))) for name in names]
    for _ in range(4):  # laid down, looked at, carried, told
        await asyncio.sleep(0)
    return tasks


async def test_a_sheet_alone_leaves_at_once(tray: Tray, carrier: Carrier) -> None:
    with tray.expecting():
        pass
    assert (await tray.lay(sheet("a"))).document_id == "a"
    assert carrier.went == [["a"]]


async def test_sheets_wait_for_what_is_in_the_press_and_leave_with_it(tray: Tray, carrier: Carrier) -> None:
    with tray.expecting():
        waiting = await lay(tray, "a", "b")
        assert carrier.went == []
    await tray.lay(sheet("c"))
    await asyncio.gather(*waiting)
    assert carrier.went == [["a", "b", "c"]]


async def test_a_sheet_that_fails_in_the_press_lets_the_others_go(tray: Tray, carrier: Carrier) -> None:
    waiting: list[asyncio.Task[Document]] = []

    async def fail() -> None:
        with tray.expecting():
            waiting.extend(await lay(tray, "a", "b"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    await asyncio.gather(*waiting)
    assert carrier.went == [["a", "b"]]


async def test_a_full_tray_leaves_though_more_is_in_the_press(tray: Tray, carrier: Carrier) -> None:
    with tray.expecting():
        await asyncio.gather(*await lay(tray, "a", "b", "c"))
        (next_one,) = await lay(tray, "d")
        assert not next_one.done()
    await next_one
    assert carrier.went == [["a", "b", "c"], ["d"]]


async def test_no_sheet_waits_longer_than_its_time(carrier: Carrier) -> None:
    tray = Tray(carrier.carry, most=8, seconds=0.01)
    with tray.expecting():
        await tray.lay(sheet())


async def test_each_is_told_what_became_of_itself(tray: Tray) -> None:
    with tray.expecting():
        good, bad = await lay(tray, "good", "bad")
    assert (await good).document_id == "good"
    with pytest.raises(DomainError):
        await bad


async def test_all_are_told_when_the_carrier_fails(tray: Tray) -> None:
    with tray.expecting():
        tasks = await lay(tray, "a", "breaks all")
    for task in tasks:
        with pytest.raises(DomainError):
            await task


async def test_one_who_gives_up_holds_nobody(tray: Tray) -> None:
    with tray.expecting():
        gone, other = await lay(tray, "gone", "other")
        gone.cancel()
    await other
    assert gone.cancelled()
