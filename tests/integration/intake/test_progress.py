"""How requests go on by what the other services tell, over a real broker and by hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from services.intake.wiring import ACCOUNTS
from shared.ids import new_id, new_traceparent
from shared.messaging import topology
from shared.messaging.broker import wire
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.wire import Outgoing
from shared.messaging.delivery import Dead, Delivery, Done
from shared.messaging.layout import model as layout
from shared.messaging.operations import accounting
from shared.reference.reasons import reasons
from tests.integration.intake.rig import JPEG, OFFICER, Rig, only, settings, text_of
from tests.support.eventually import eventually
from tests.support.harness import keyed
from tests.support.vhosts import as_user

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"
APPROVED, ISSUED, DELIVERED = "verification.request_approved.v1", "issuance.document_issued.v1", "notifier.notice_delivered.v1"
RETURNED, REJECTED, FAILED = "verification.request_returned.v1", "verification.request_rejected.v1", "notifier.notice_failed.v1"
REGISTER_CHANGED, REVOKED = "verification.register_changed.v1", "issuance.document_revoked.v1"
VOIDED, REGISTER_STATE = "issuance.document_voided.v1", "verification.register_state_changed.v1"
BEGAN = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MOMENTS = {
    APPROVED: "approved_at",
    ISSUED: "issued_at",
    DELIVERED: "delivered_at",
    RETURNED: "returned_at",
    REJECTED: "rejected_at",
    FAILED: "failed_at",
    REGISTER_CHANGED: "changed_at",
    REGISTER_STATE: "changed_at",
    REVOKED: "revoked_at",
    VOIDED: "voided_at",
}
PARTS: dict[str, dict[str, Any]] = {
    ISSUED: {"document_id": "r.kk", "documents": 1},
    VOIDED: {"document_id": "r.kk", "documents": 1},
    DELIVERED: {"document_id": "r.kk"},
    FAILED: {"document_id": "r.kk"},
}
"""One document of a request that has one."""


def told(event: str, request_id: str | None, minute: int, **changes: Any) -> tuple[str, bytes]:
    """A golden message, made to be about a request of ours; its id and its bytes."""
    envelope = json.loads((GOLDEN / f"{event}.json").read_text())
    at = (BEGAN + timedelta(minutes=minute)).isoformat()
    subject = request_id or "reply-1"
    envelope |= {"id": new_id(), "subject": subject, "correlation_id": subject, "traceparent": new_traceparent(), "occurred_at": at}
    named = {"request_id": request_id, MOMENTS[event]: at}
    envelope["data"] |= {name: value for name, value in named.items() if name in envelope["data"]} | PARTS.get(event, {}) | changes
    return envelope["id"], json.dumps(envelope).encode()


def delivery(event: str, request_id: str | None, minute: int, **changes: Any) -> Delivery:
    message_id, body = told(event, request_id, minute, **changes)
    return Delivery(body, message_id, event)


async def filed(rig: Rig) -> dict[str, Any]:
    await rig.file_request()
    return only(await rig.rows("requests"))


async def state(rig: Rig) -> str:
    return str(only(await rig.rows("requests"))["state"])


@pytest.mark.parametrize("order", list(permutations((APPROVED, ISSUED, DELIVERED))))
async def test_in_whatever_order_it_is_told_a_request_ends_delivered(rig: Rig, order: tuple[str, ...]) -> None:
    request = await filed(rig)
    minutes = {APPROVED: 1, ISSUED: 2, DELIVERED: 3}
    for kind in order:
        more = {"kind": "document"} if kind == DELIVERED else {}
        assert await rig.deliver(delivery(kind, request["_id"], minutes[kind], **more)) == [Done()]
    after = only(await rig.rows("requests"))
    assert after["state"] == "delivered"
    assert [step["state"] for step in after["timeline"]] == ["submitted", "approved", "issued", "delivered"]


async def test_a_whole_life_in_one_batch(rig: Rig) -> None:
    request = await filed(rig)
    life = [
        delivery(RETURNED, request["_id"], 1),
        delivery(APPROVED, request["_id"], 2),
        delivery(ISSUED, request["_id"], 3, document_number="3519-KK-24112026-0001"),
        delivery(FAILED, request["_id"], 4, kind="document"),
        delivery(DELIVERED, request["_id"], 5, kind="document"),
    ]
    assert await rig.deliver(*life) == [Done()] * 5
    assert await state(rig) == "delivered"
    shown = (await rig.http.get(f"/v1/requests/{request['receipt']}", headers=keyed(OFFICER))).json()
    assert [one["document_number"] for one in shown["documents"]] == ["3519-KK-24112026-0001"]
    assert [step["state"] for step in shown["timeline"]] == ["submitted", "returned", "approved", "issued", "undelivered", "delivered"]
    assert "3519-KK-24112026-0001" in (await rig.say("status"))[0]["personal"]["text"]


async def test_a_reply_or_receipt_that_arrived_says_nothing_of_the_request(rig: Rig) -> None:
    request = await filed(rig)
    await rig.deliver(delivery(DELIVERED, request["_id"], 1, kind="received"), delivery(FAILED, request["_id"], 1, kind="reply"))
    await rig.deliver(delivery(DELIVERED, None, 1, kind="document"))
    assert await state(rig) == "submitted"


async def test_kinds_and_channels_that_are_new_to_us_harm_no_request(rig: Rig) -> None:
    request = await filed(rig)
    news = (
        delivery(DELIVERED, request["_id"], 1, kind="reminder"),
        delivery(FAILED, request["_id"], 1, kind="reminder"),
        delivery(RETURNED, request["_id"], 2, channel="kiosk", products=["akta_kelahiran"]),
    )
    assert await rig.deliver(*news) == [Done()] * 3
    assert await state(rig) == "returned"


async def test_a_request_that_was_rejected_may_be_filed_again(rig: Rig) -> None:
    request = await filed(rig)
    await rig.deliver(delivery(REJECTED, request["_id"], 1))
    await rig.file_request()
    assert sorted(row["state"] for row in await rig.rows("requests")) == ["rejected", "submitted"]


async def test_news_of_a_request_that_is_not_ours_is_parked(rig: Rig) -> None:
    outcome = only(await rig.deliver(delivery(APPROVED, new_id(), 1)))
    assert isinstance(outcome, Dead)
    assert outcome.code == "requests_not_found"


async def test_the_accounts_balance_all_the_way(rig: Rig) -> None:
    request = await filed(rig)
    await rig.post({"entry": []})

    async def balance() -> list[accounting.Tally]:
        return [await accounting.tally(rig.mongo, rig.database, account) for account in ACCOUNTS]

    for kind, minute in ((APPROVED, 1), (ISSUED, 2), (FAILED, 3), (DELIVERED, 4)):
        assert [tally.missing for tally in await balance()] == [0, 0]
        await rig.deliver(delivery(kind, request["_id"], minute, **({"kind": "document"} if kind in (FAILED, DELIVERED) else {})))
    requests, webhook_log = await balance()
    assert (requests.accepted, requests.finished, requests.in_flight) == (1, 1, 0)
    assert (webhook_log.accepted, webhook_log.finished) == (7, 7)


@pytest.fixture
async def running(mongo_url: str, database: str, amqp_url: str) -> AsyncIterator[Rig]:
    """Intake with everything that runs in role `all`, on a real broker."""
    await topology.declare(amqp_url, layout.product())
    rig = Rig(settings(mongo_url, database, as_user(amqp_url, "intake")))
    await rig.wiring.prepare()
    stop = asyncio.Event()
    parts = [asyncio.ensure_future(job.run(stop)) for job in (*rig.service.workers, rig.service.relay)]
    yield rig
    stop.set()
    await asyncio.gather(*parts)
    await rig.close()


async def test_everything_runs_together_over_the_broker(running: Rig, amqp_url: str) -> None:
    publisher = Publisher(endpoint(as_user(amqp_url, "verification")), "test")

    async def answers(count: int) -> list[dict[str, Any]]:
        async def enough() -> list[dict[str, Any]] | None:
            found = await running.told_data("intake.reply_composed.v1")
            return found if len(found) == count else None

        return await eventually(enough) or []

    await running.link()
    running.work = _nothing  # type: ignore[method-assign]
    for number, text in enumerate(("kk hilang", "3519081708850003", "3519081203100007"), start=1):
        await running.say(text)
        await answers(number)
    for number in (4, 5):
        await running.show(JPEG + bytes([number]))
        await answers(number)
    await running.press("confirm")
    await answers(6)
    request = only(await running.rows("requests"))
    message_id, body = told(APPROVED, request["_id"], 1)
    await publisher.publish(Outgoing(layout.EVENTS, APPROVED, message_id, APPROVED, body, request["_id"], {wire.TRACEPARENT: "00-a-b-01"}))

    async def done() -> bool:
        assert await state(running) == "approved"
        assert {row["state"] for row in await running.rows("outbox")} == {"sent"}
        return True

    await eventually(done)
    await publisher.close()


async def _nothing() -> None:
    """The jobs do the work."""


@pytest.mark.parametrize("kind", [RETURNED, REJECTED])
async def test_the_status_of_a_request_that_was_turned_down_says_why(rig: Rig, kind: str) -> None:
    request = await filed(rig)
    known = reasons()
    code = next(iter(known))
    later = {"code": "a_code_that_came_later", "field": "answers.ktp"}
    await rig.deliver(delivery(kind, request["_id"], 1, reasons=[{"code": code}, later]))
    told_now = text_of(only(await rig.say("status")))
    assert known[code].text in told_now
    assert "a_code_that_came_later" not in told_now
    assert told_now.count("•") == 2
