"""Crash points in every service and role where they can be hit: the process kills itself there, and is started again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shared.clock import monotonic_seconds
from tests.chaos.scene import STRIKE_SECONDS, Case, Play, Scene
from tests.support.eventually import eventually

ROW: Final = "kill -9 at a crash point"
_CONSUMER: Final = (
    *("after_receive/worker", "before_tx/worker", "in_tx_after_inbox/worker", "before_commit/worker"),
    *("after_commit/worker", "after_mark_before_ack/worker", "after_ack/worker"),
)
_COUNTS: Final = ("before_tx/counts", "before_commit/counts", "after_commit/counts")
_UNIT: Final = ("before_tx/api", "before_commit/api", "after_commit/api")
_RELAY: Final = (
    *("before_publish/relay", "after_publish_before_confirm/events"),
    *("after_confirm_before_mark/relay", "after_mark_before_ack/relay"),
)


def _call(where: str) -> tuple[str, ...]:
    return (f"before_call/{where}", f"after_bytes_sent/{where}", f"after_response_before_save/{where}")


PLACES: Final[Mapping[str, Sequence[str]]] = {
    "intake": (*_CONSUMER, *_UNIT, *_COUNTS, "in_tx_after_inbox/api", *_RELAY, *_call("media")),
    "verification": (*_CONSUMER, *_RELAY),
    "issuance": (*_CONSUMER, *_UNIT, *_RELAY, *_call("renderer"), "after_response_before_save/archive"),
    "notifier": (*_CONSUMER, *_UNIT, *_RELAY, *_call("whatsapp"), *_call("upload"), *_call("court"), *_call("documents")),
}
"""What each service passes: by `api` a request or a job of its own, by `worker` its consumer, by `counts` the fold of what counts; then
relay and publisher, then its calls."""

FAST: Final = frozenset(
    {
        *("intake before_commit/api", "intake after_commit/api", "intake after_publish_before_confirm/events"),
        *("intake before_tx/counts", "intake before_commit/counts"),
        *("intake after_response_before_save/media", "verification after_receive/worker", "verification in_tx_after_inbox/worker"),
        *("verification after_confirm_before_mark/relay", "issuance before_tx/worker", "issuance before_publish/relay"),
        *("issuance after_response_before_save/renderer", "notifier after_mark_before_ack/worker", "notifier after_ack/worker"),
        *("notifier before_call/whatsapp", "notifier after_bytes_sent/whatsapp", "notifier after_bytes_sent/court"),
    }
)
"""Every point once, every service, every kind of call."""
IN_WORK: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "issuance": ("documents", {"state": {"$in": ["claimed", "rendering"]}}),
    "intake": ("webhook_log", {"state": "new", "kind": "message"}),
}
"""What people wait for after a kill: collection, and which of its rows are in hand or wait to be."""
TAKEN_UP_SECONDS: Final = 30.0
"""From when the process is ready again: a lease as shipped is 6 s, and a look at what waits comes within some. How long four processes that
were killed at once take to start on two cores is the machine's; that they do within a minute is judged for every case."""
EACH_SECONDS: Final = 0.2  # beside that, for each that stood in the line: a print takes half of it on two cores that do nothing else
OUTSIDE: Final = frozenset({"whatsapp", "court"})


def _dies_at(service: str, place: str) -> Play:
    async def play(scene: Scene) -> None:
        stage = scene.stage
        restarts = stage.restarts(service)
        async with scene.trouble("crash_point", f"{service} {place}"):
            stage.arm(service, f"crash {place}")
            await eventually(lambda: place in stage.struck(service), STRIKE_SECONDS)
            began, left = monotonic_seconds(), await _in_work(scene, service)
            await eventually(lambda: stage.restarts(service) > restarts, STRIKE_SECONDS)
        await _taken_up(scene, service, left, began)

    return play


async def _in_work(scene: Scene, service: str) -> list[str]:
    """Ids of what the dead process had in hand: documents in print, messages of chats."""
    if service not in IN_WORK:
        return []
    collection, query = IN_WORK[service]
    return [row["_id"] for row in await scene.stage.rows(service, collection).find(query, {"_id": 1}).to_list(None)]


async def _taken_up(scene: Scene, service: str, left: Sequence[str], began: float) -> None:
    """Wait until all of it was gone on with, and note how long after the kill.

    Raises:
        AssertionError: not within `TAKEN_UP_SECONDS`, and `EACH_SECONDS` for each, of the process's being ready again.
    """
    if not left:
        return
    collection, query = IN_WORK[service]

    async def gone_on() -> bool:
        return not await scene.stage.rows(service, collection).count_documents({**query, "_id": {"$in": left}})

    limit = TAKEN_UP_SECONDS + len(left) * EACH_SECONDS
    await eventually(gone_on, limit)
    at, ready_at = monotonic_seconds(), max(began, scene.stage.ready_at(service))
    scene.notes["taken_up"] = {service: (len(left), round(at - began, 1), round(at - ready_at, 1))}
    assert at - ready_at <= limit, f"{len(left)} {collection} in work waited too long: {scene.notes['taken_up']}"


def cases() -> Iterator[Case]:
    """One for each service and place."""
    for service, places in PLACES.items():
        for place in places:
            name = f"{service} {place}"
            strikes = frozenset({service, *OUTSIDE.intersection({place.partition("/")[2]})})
            yield Case(f"crash {name}", ROW, _dies_at(service, place), fast=name in FAST, strikes=strikes)
