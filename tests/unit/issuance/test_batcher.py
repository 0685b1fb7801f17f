"""Printed sheets leave together, and none waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.issuance.domain.claim import claim
from services.issuance.domain.document import Certificate, Document
from services.issuance.domain.products import PRODUCTS
from services.issuance.jobs.result_batcher import RenderedDocument, ResultBatcher
from services.issuance.ports import Printed
from shared.errors import DomainError
from shared.messaging.delivery import Context
from tests.support.approvals import AT, approval, origin

LONG = 3600.0  # never in a test
[DOCUMENT] = claim(approval(), PRODUCTS, ["3519-KK-24112026-0001"], new_token=lambda: "t", origin=origin(), at=AT)


def sheet(name: str = "a") -> RenderedDocument:
    printed = Printed(b"%PDF-", Certificate("CA Demo", "f" * 64, demo=True))
    return RenderedDocument(replace(DOCUMENT, document_id=name), printed, Context("c", None, "00"))


class Carrier:
    """Notes who went together."""

    def __init__(self) -> None:
        self.went: list[list[str]] = []

    async def carry(self, sheets: Sequence[RenderedDocument]) -> list[Document | Exception]:
        self.went.append([each.document.document_id for each in sheets])
        if any(each.document.document_id == "breaks all" for each in sheets):
            raise DomainError("archive_gone")
        return [DomainError("superseded") if each.document.document_id == "bad" else each.document for each in sheets]


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def batcher(carrier: Carrier) -> ResultBatcher:
    return ResultBatcher(carrier.carry, most=3, seconds=LONG)


async def lay(batcher: ResultBatcher, *names: str) -> list[asyncio.Task[Document]]:
    tasks = [asyncio.create_task(batcher.add(sheet(name))) for name in names]
    for _ in range(4):  # laid down, looked at, carried, told
        await asyncio.sleep(0)
    return tasks


async def test_a_sheet_alone_flushs_at_once(batcher: ResultBatcher, carrier: Carrier) -> None:
    with batcher.expecting():
        pass
    assert (await batcher.add(sheet("a"))).document_id == "a"
    assert carrier.went == [["a"]]


async def test_sheets_wait_for_what_is_in_the_renderer_and_flush_with_it(batcher: ResultBatcher, carrier: Carrier) -> None:
    with batcher.expecting():
        waiting = await lay(batcher, "a", "b")
        assert carrier.went == []
    await batcher.add(sheet("c"))
    await asyncio.gather(*waiting)
    assert carrier.went == [["a", "b", "c"]]


async def test_a_sheet_that_fails_in_the_renderer_lets_the_others_go(batcher: ResultBatcher, carrier: Carrier) -> None:
    waiting: list[asyncio.Task[Document]] = []

    async def fail() -> None:
        with batcher.expecting():
            waiting.extend(await lay(batcher, "a", "b"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    await asyncio.gather(*waiting)
    assert carrier.went == [["a", "b"]]


async def test_a_full_batcher_flushs_though_more_is_in_the_renderer(batcher: ResultBatcher, carrier: Carrier) -> None:
    with batcher.expecting():
        await asyncio.gather(*await lay(batcher, "a", "b", "c"))
        (next_one,) = await lay(batcher, "d")
        assert not next_one.done()
    await next_one
    assert carrier.went == [["a", "b", "c"], ["d"]]


async def test_no_sheet_waits_longer_than_its_time(carrier: Carrier) -> None:
    batcher = ResultBatcher(carrier.carry, most=8, seconds=0.01)
    with batcher.expecting():
        await batcher.add(sheet())


async def test_each_is_told_what_became_of_itself(batcher: ResultBatcher) -> None:
    with batcher.expecting():
        good, bad = await lay(batcher, "good", "bad")
    assert (await good).document_id == "good"
    with pytest.raises(DomainError):
        await bad


async def test_all_are_told_when_the_carrier_fails(batcher: ResultBatcher) -> None:
    with batcher.expecting():
        tasks = await lay(batcher, "a", "breaks all")
    for task in tasks:
        with pytest.raises(DomainError):
            await task


async def test_one_who_gives_up_holds_nobody(batcher: ResultBatcher) -> None:
    with batcher.expecting():
        gone, other = await lay(batcher, "gone", "other")
        gone.cancel()
    await other
    assert gone.cancelled()
