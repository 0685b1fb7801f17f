"""A signer's certificate that has ended: nothing is numbered, nothing is printed, and with a new one all of it goes on by itself."""

import asyncio
from dataclasses import replace
from datetime import datetime

from services.issuance.domain.document import DocumentState
from services.issuance.jobs import Printing, RenderLimits
from shared.messaging.delivery import Done, Retry
from tests.integration.issuance.office import Desk, FakePress
from tests.support.approvals import approval


def ending(desk: Desk, until: datetime) -> Desk:
    """The office with a certificate that ends then."""
    deps = replace(desk.parts.deps, signs_until=lambda: until)
    return replace(desk, parts=replace(desk.parts, deps=deps))


async def test_an_approval_waits_without_a_number_and_is_numbered_with_the_next_certificate(desk: Desk) -> None:
    over = ending(desk, desk.clock())  # ends this moment: expired today
    [outcome] = await over.take_in(approval())
    assert isinstance(outcome, Retry)
    assert outcome.reason == "certificate_expired"
    assert await desk.rows("counters") == await desk.rows("documents") == []
    [outcome] = await desk.take_in(approval())
    assert outcome == Done()
    assert len(await desk.rows("documents")) == 1


async def test_what_was_numbered_before_is_not_printed_and_loses_no_attempt(desk: Desk) -> None:
    press = FakePress()
    desk = desk.with_renderer(press)
    document_id = await desk.claim()
    asked, stop = asyncio.Event(), asyncio.Event()

    def until() -> datetime:
        asked.set()
        return desk.clock()

    deps = replace(desk.parts.deps, signs_until=until)
    job = asyncio.create_task(Printing(deps, desk.units, asyncio.Event(), RenderLimits(1, 0.05, 1, 0.0)).run(stop))
    await asked.wait()
    stop.set()
    await job
    document = await desk.document(document_id)
    assert (document.state, document.attempt) == (DocumentState.CLAIMED, 0)
