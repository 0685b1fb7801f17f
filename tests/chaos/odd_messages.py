"""Messages that come twice, late, in the wrong order, from another release, or that are no messages at all."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import orjson

from deploy.local.parts import SERVICES
from shared.errors import NotFound
from shared.ids import new_id
from tests.chaos.scene import HEAL_SECONDS, STRIKE_SECONDS, Case, Scene
from tests.chaos.world import OUT_OF_REACH
from tests.support.eventually import eventually

REPEATED: Final = 40  # events handed out again
HUGE_BYTES: Final = 2_000_000  # twice what a message may have
SEVERAL: Final = 3  # messages that must wait before they are turned round
HELD_SECONDS: Final = 60.0  # until events wait for a consumer that is held


async def _again(scene: Scene) -> None:
    """Everything that was told lately is delivered again, to each of its queues, the last first; some twice in one batch."""
    await eventually(lambda: _handled(scene), STRIKE_SECONDS)
    async with scene.trouble("duplicates"):
        again = 0
        for name in SERVICES:
            rows = scene.stage.rows(name, "outbox").find({"state": "sent", "exchange": "events"}).sort("_id", -1).limit(REPEATED)
            sent = [row async for row in rows]
            again += len(sent)
            twice = [(row["type"], bytes(row["body"]), row["_id"], row["type"]) for row in sent for _ in range(2)]
            await scene.publish_all(twice, "events")
    scene.notes["again"] = again


async def _handled(scene: Scene) -> int:
    """Events that were handled by somebody."""
    return sum([await scene.stage.rows(name, "inbox").count_documents({}) for name in SERVICES])


def _reorder(service: str, teller: str = "") -> Any:
    """A consumer is away; what waits for it meanwhile is handed out backwards.

    `teller`: who has something to tell it after it went away, where nothing begins without it: what it tells is kept back until then.
    """

    async def play(scene: Scene) -> None:
        stage = scene.stage
        await scene.journeys(5)
        async with scene.trouble("reordering", service):
            if teller:
                _go_away(scene, teller)
                await _several_wait_for(scene, teller)
            _go_away(scene, service)
            if teller:
                stage.release(teller)
            await _several_wait_for(scene, service)
            taken = await asyncio.to_thread(scene.take, service, 500)
            backwards = [
                (service, base64.b64decode(each["payload"]), each["properties"]["message_id"], each["properties"]["type"])
                for each in reversed(taken)
            ]
            await scene.publish_all(backwards)
            scene.notes["reordered"] = len(taken)
            stage.release(service)

    return play


def _go_away(scene: Scene, service: str) -> None:
    scene.stage.hold(service)
    scene.stage.stack.process(service).kill()


async def _several_wait_for(scene: Scene, service: str) -> None:
    async def several() -> bool:
        return await asyncio.to_thread(scene.stage.depth, service) >= SEVERAL

    await eventually(several, HELD_SECONDS)


async def _poison(scene: Scene) -> None:
    """No JSON, an unknown version, a huge body, for every consumer: dead letters with a reason, while the others flow."""
    strange = {"id": new_id(), "type": "intake.request_submitted.v9", "source": "intake", "subject": "x", "data": {}}
    bad = {
        "intake.request_submitted.v1": b"{not json",
        "intake.request_submitted.v9": orjson.dumps(strange),
        "intake.reply_composed.v1": b"x" * HUGE_BYTES,
    }
    ids: list[tuple[str, str]] = []
    async with scene.trouble("poison"):
        for service in SERVICES:
            for event_type, body in bad.items():
                message_id = new_id()
                ids.append((service, message_id))
                await scene.publish(service, body, message_id=message_id, event_type=event_type)
    await eventually(lambda: _all_parked(scene, ids), HEAL_SECONDS)
    scene.notes["dead"] = await _discard(scene, {message_id for _, message_id in ids})


async def _all_parked(scene: Scene, ids: list[tuple[str, str]]) -> bool:
    for service, message_id in ids:
        row = await scene.stage.rows(service, "parked").find_one({"_id": f"{service}:{message_id}"})
        assert row is not None, f"{service} has not parked {message_id}"
        assert row["code"], "parked without a reason"
    return True


async def _discard(scene: Scene, message_ids: set[str]) -> int:
    """Decide, as an operator does, that these shall not be handled; as often as it takes where a server is slow to answer."""
    sources = scene.judge.sources
    office = sources.office()
    done: set[str] = set()

    async def decide() -> bool:
        for entry in await office.waiting():
            if any(message_id in entry.address for message_id in message_ids):
                with suppress(NotFound):  # its dead letter went with its row
                    await office.stuck.discard(entry.address, "made up by a test")
                    done.add(entry.address)
        return True

    try:
        await eventually(decide, HEAL_SECONDS, ignoring=OUT_OF_REACH)
    finally:
        await office.close()
    return len(done)


async def _approved(scene: Scene) -> list[dict[str, Any]]:
    """The last approvals that were told."""
    rows = scene.stage.rows("verification", "outbox").find({"type": "verification.request_approved.v1"}).sort("_id", -1).limit(10)
    return [row async for row in rows]


async def _two_releases(scene: Scene) -> None:
    """A newer release tells more than ours knows (fields it adds), and a version that ours can't know yet."""
    unknown = new_id()
    approved = await eventually(lambda: _approved(scene), STRIKE_SECONDS)
    async with scene.trouble("two_releases"):
        for row in approved:
            body = orjson.loads(bytes(row["body"]))
            richer = orjson.dumps(body | {"tenant": "later", "data": body["data"] | {"priority": "from a later release"}})
            await scene.publish("issuance", richer, message_id=row["_id"], event_type=row["type"])
            later = orjson.dumps(body | {"id": unknown, "type": "verification.request_approved.v2", "version": 2})
        await scene.publish("issuance", later, message_id=unknown, event_type="verification.request_approved.v2")
    await eventually(lambda: _all_parked(scene, [("issuance", unknown)]), HEAL_SECONDS)
    await _discard(scene, {unknown})


def cases() -> Iterator[Case]:
    """The rows of messages."""
    row = "duplicate, reordered, replayed, batched deliveries"
    yield Case("deliveries again, backwards, in batches", row, _again, fast=True)
    yield Case("intake hears everything backwards", row, _reorder("intake", teller="verification"), fast=True)
    yield Case("notifier hears everything backwards", row, _reorder("notifier"))
    yield Case("verification hears everything backwards", row, _reorder("verification"))
    yield Case("poison", "poison: bad JSON, unknown version, huge body", _poison, fast=True)
    yield Case("two releases", "old and new event version together", _two_releases, fast=True)
