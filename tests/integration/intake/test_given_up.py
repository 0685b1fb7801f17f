"""What the webhook log gave up waits for an operator, who finds it with `admin` and decides; without anything personal in the list."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.intake.api import stuck
from services.intake.wiring import ACCOUNTS
from shared.messaging.operations import accounting
from shared.messaging.operations.stuck_item import StuckItem
from shared.mongo import Doc
from tests.integration.intake.rig import Rig, envelope, only, text_of
from tests.support.operating import Operator, operating

SENDER = "6281234567890"


@pytest.fixture
async def operator(rig: Rig) -> AsyncIterator[Operator]:
    async with operating("intake", stuck.routes(rig.wiring.deps, rig.wiring.units, rig.wiring.wake)) as made:
        yield made


def broken(*_: object) -> Any:
    raise ZeroDivisionError


async def give_up_a_message(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Type "status" while the dialogue has a defect, three times."""
    with monkeypatch.context() as patch:
        patch.setattr(type(rig.wiring.deps.vocabulary), "read_text", broken)
        await rig.say("status")
        for _ in range(2):
            await rig.rest_is_over()
            await rig.work()


async def spoil(rig: Rig, query: Doc) -> None:
    """What is stored can't be read back, as after a defect of ours."""
    await rig.mongo.collection(rig.database, "webhook_log").update_many(query, {"$set": {"content": b"{"}})


async def waits(operator: Operator) -> StuckItem:
    return only(await operator.waiting())


async def test_a_message_given_up_is_listed_with_its_reason_and_nothing_personal(
    rig: Rig, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await give_up_a_message(rig, monkeypatch)
    row = only(await rig.rows("webhook_log", {"state": "parked"}))
    entry = await waits(operator)
    assert (entry.service, entry.place, entry.type, entry.code) == ("intake", "stuck", "message", "defect_zerodivisionerror")
    assert entry.at == row["parked_at"]
    tallies = [await accounting.tally(rig.mongo, rig.database, account) for account in ACCOUNTS]
    assert sum(tally.parked for tally in tallies) == 1
    assert "wamid" not in repr(entry)
    assert SENDER not in repr(entry)
    masked = await operator.shown(entry.id)
    assert SENDER not in masked
    assert "wamid" not in masked
    assert SENDER in await operator.shown(entry.id, personal=True)


async def test_a_message_given_up_is_replayed_at_its_place(rig: Rig, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.say("halo")
    await give_up_a_message(rig, monkeypatch)
    assert len(await rig.say("halo")) == 1
    entry = await waits(operator)
    both = await asyncio.gather(*(operator.replay(entry.id) for _ in range(2)))
    assert sorted(both) == [False, True]
    assert await operator.waiting() == []
    await rig.work()
    assert "Belum ada" in text_of((await rig.told_data("intake.reply_composed.v1"))[-1])
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_a_status_that_breaks_is_given_up_alone(rig: Rig, operator: Operator) -> None:
    sent = [{"id": f"wamid.{name}", "status": "sent", "timestamp": "1795000000", "recipient_id": SENDER} for name in ("a", "bad", "b", "c")]
    await rig.post(envelope(statuses=sent))
    await spoil(rig, {"_id": {"$regex": "wamid.bad"}})
    await rig.work()
    assert (await waits(operator)).code == "status_failed"
    assert sorted((row["_id"], row["state"]) for row in await rig.rows("webhook_log")) == [
        ("wa:st:wamid.a:sent", "handled"),
        ("wa:st:wamid.b:sent", "handled"),
        ("wa:st:wamid.bad:sent", "parked"),
        ("wa:st:wamid.c:sent", "handled"),
    ]
    assert len(await rig.told_data("intake.message_status_received.v1")) == 3


async def test_a_status_given_up_is_discarded_with_a_note(rig: Rig, operator: Operator) -> None:
    await rig.post(envelope(statuses=[{"id": "wamid.out", "status": "sent", "timestamp": "1795000000", "recipient_id": SENDER}]))
    await spoil(rig, {})
    await rig.work()
    entry = await waits(operator)
    before = only(await rig.rows("webhook_log"))
    assert (entry.type, entry.code) == ("status", "status_failed")
    assert await operator.discard(entry.id, "$note: of a test number; decided by op")
    row = only(await rig.rows("webhook_log"))
    assert (row["state"], row["note"], row["version"]) == ("discarded", "$note: of a test number; decided by op", before["version"] + 1)
    assert row["handled_at"] is not None  # it expires like what was handled
    assert not await operator.replay(entry.id)
    assert await operator.waiting() == []
    account = next(account for account in ACCOUNTS if account.name == "webhook_log")
    tally = await accounting.tally(rig.mongo, rig.database, account)
    assert (tally.finished, tally.parked, tally.missing) == (1, 0, 0)
