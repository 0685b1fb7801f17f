"""A signer's certificate that has ended: nothing is numbered, nothing is printed, and with a new one all of it goes on by itself."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from services.issuance import wiring
from services.issuance.domain.document import DocumentState
from services.issuance.jobs import Printing, RenderLimits
from services.issuance.settings import Settings
from services.issuance.wiring import assemble
from shared.errors import Transient
from shared.health import Check
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
    assert (outcome.reason, outcome.endless) == ("certificate_expired", True), "a new one takes days"
    assert await desk.rows("counters") == await desk.rows("documents") == []
    [outcome] = await desk.take_in(approval())
    assert outcome == Done()
    assert len(await desk.rows("documents")) == 1


async def test_one_that_can_not_be_read_numbers_nothing_and_leaves_the_rest_ready(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    parts = assemble(settings.model_copy(update={"signer_dir": tmp_path}), desk.clock)
    with pytest.raises(Transient, match="certificate_unreadable"):
        await parts.renderer.start()
    [outcome] = await replace(desk, parts=replace(desk.parts, deps=parts.deps)).take_in(approval())
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.endless) == ("certificate_unreadable", True)
    assert await desk.rows("counters") == []
    _, certificate = wiring.readiness(settings, parts)
    assert await certificate() == Check(ok=True, reason="certificate_unreadable", value=0.0)
    await parts.host.close()


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
