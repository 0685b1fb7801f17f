"""I6: what is parked or dead has a reason. Conservation: accepted = finished + parked + in flight, in every service and between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.chaos.findings import Finding, hidden
from tests.chaos.world import World

PROMISE: Final = "I6"
PARKED: Final = (
    ("intake", "webhook_log", "parked", "reason"),
    ("intake", "parked", "parked", "code"),
    ("verification", "parked", "parked", "code"),
    ("issuance", "parked", "parked", "code"),
    ("issuance", "documents", "held", "reason"),
    ("notifier", "parked", "parked", "code"),
    ("notifier", "jobs", "failed", "reason"),
)
"""Where things wait: service, collection, state, and the field that says why."""


def check(world: World) -> Iterator[Finding]:
    """A reason on everything that waits, whether it is listed for the operator, and both books."""
    for service, collection, state, why in PARKED:
        for row in world.of(service, collection):
            if row["state"] == state and not row.get(why):
                yield Finding(PROMISE, "parked_without_reason", {"service": service, "place": collection, "id": hidden(row["_id"])})
    for service, rows in world.outbox.items():
        for row in rows:
            if row["state"] == "parked" and not row.get("code"):
                yield Finding(PROMISE, "parked_without_reason", {"service": service, "place": "outbox", "id": row["_id"]})
    for waiting in world.waiting:
        if not waiting.code:
            service, place, _ = waiting.address.split("/", 2)
            yield Finding(PROMISE, "parked_without_reason", {"service": service, "place": place, "id": hidden(waiting.address)})
    yield from _books(world)


def _books(world: World) -> Iterator[Finding]:
    if world.balance is None or world.balance["balanced"]:
        return
    for account in world.balance["accounts"]:
        if account["missing"]:
            yield Finding("conservation", "account_unbalanced", account)
    for flow in world.balance["flows"]:
        if flow["on_the_way"] < 0:
            yield Finding("conservation", "flow_unbalanced", flow)
    for queue in world.balance["queues"]:
        if queue["lost"]:
            yield Finding("conservation", "messages_lost", queue)
