"""Where the API runs apart, a worker in another process takes up a chat when it is stored, not at its next poll."""

import asyncio

from services.intake.jobs import WebhookLogWatch
from services.intake.store import MongoWebhookLog
from tests.integration.intake.rig import Rig, envelope

LONG = 60.0  # nobody polls before


async def test_what_one_process_stores_wakes_the_workers_of_another(rig: Rig) -> None:
    stop, woken = asyncio.Event(), asyncio.Event()
    elsewhere = MongoWebhookLog(rig.wiring.host.mongo, rig.wiring.host.database)
    watch = asyncio.create_task(WebhookLogWatch(elsewhere, woken.set, is_on=True).run(stop))
    try:
        await asyncio.wait_for(woken.wait(), LONG)  # the stream is open
        woken.clear()
        assert (await rig.post(envelope(messages=[rig.message("text", {"body": "halo"})]))).status_code == 200
        await asyncio.wait_for(woken.wait(), LONG)
    finally:
        stop.set()
        await watch


async def test_where_one_process_does_all_there_is_no_stream(rig: Rig) -> None:
    stop, woken = asyncio.Event(), asyncio.Event()
    watch = asyncio.create_task(WebhookLogWatch(rig.wiring.webhook_log, woken.set, is_on=False).run(stop))
    stop.set()
    await asyncio.wait_for(watch, LONG)
    assert not woken.is_set()
