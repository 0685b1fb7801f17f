"""I5: states never go backwards; the events of one aggregate have contiguous sequence numbers."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from tests.chaos.findings import Finding
from tests.chaos.history import History
from tests.chaos.world import World

PROMISE: Final = "I5"

LATER: Final[Mapping[str, frozenset[str]]] = {
    "submitted": frozenset({"returned", "approved", "rejected", "issued", "ready", "delivered", "undelivered", "void"}),
    "returned": frozenset({"approved", "rejected", "issued", "ready", "delivered", "undelivered", "void"}),
    "approved": frozenset({"issued", "ready", "delivered", "undelivered", "void"}),
    "ready": frozenset({"delivered"}),
    "issued": frozenset({"delivered", "undelivered"}),
    "undelivered": frozenset({"delivered"}),
    "rejected": frozenset(),
    "delivered": frozenset(),
    "void": frozenset(),
}
"""Where each state of a request may go: the product's promise, written down a second time on purpose."""


def check(history: History, world: World) -> Iterator[Finding]:
    """States as stored, states as seen from outside over time, and the numbering of events."""
    yield from _stored(history, world)
    yield from _seen(history)
    for service in world.outbox:
        yield from _sequences(service, world)


def _stored(history: History, world: World) -> Iterator[Finding]:
    for request in world.of("intake", "requests"):
        state, steps = request["state"], [step["state"] for step in request["timeline"]]
        ahead = [step for step in steps if step in LATER[state] and step != "void"]  # which may tell of one document among others
        if ahead or state not in steps:
            yield Finding(PROMISE, "state_went_back", {"request_id": request["_id"], "state": state, "timeline": steps})
        last = history.states.get(request["receipt"], [])[-1:]
        if last and state != last[0][1] and state not in LATER[last[0][1]]:
            yield Finding(PROMISE, "state_went_back", {"request_id": request["_id"], "state": state, "seen": last[0][1]})


def _seen(history: History) -> Iterator[Finding]:
    for receipt, seen in history.states.items():
        states = [state for _, state in seen]
        if any(later not in LATER[earlier] for earlier, later in itertools.pairwise(states)):
            yield Finding(PROMISE, "state_went_back", {"receipt": receipt, "seen": states})


def _sequences(service: str, world: World) -> Iterator[Finding]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in world.outbox[service]:
        numbers[row["aggregate"]].append(row["seq"])
    for aggregate, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield Finding(PROMISE, "sequence_broken", {"service": service, "aggregate": aggregate, "sequences": sorted(found)[:50]})
    for (owner, collection), rows in world.rows.items():
        for row in rows if owner == service else ():
            last = max(numbers.get(f"{collection}/{row['_id']}", [0]))
            if row.get("seq", last) != last:
                where = {"service": service, "collection": collection, "id": row["_id"], "said": row["seq"], "events": last}
                yield Finding(PROMISE, "event_missing", where)
