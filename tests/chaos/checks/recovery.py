"""I4: after a fault heals the outbox drains within 60 s. I7: a process is back within 60 s.

Both count from when the last fault was taken away: while one is on, waiting is what is promised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from tests.chaos.findings import Finding
from tests.chaos.history import History
from tests.chaos.world import World

DRAINED_SECONDS: Final = 60.0
BACK_SECONDS: Final = 60.0

Spell = tuple[datetime, datetime | None]
"""Some time in which at least one fault was on."""


def check(history: History, world: World) -> Iterator[Finding]:
    """Every row of an outbox, and every outage of a process."""
    spells = disturbed(history)
    for service, rows in world.outbox.items():
        late = [(lag, row) for row in rows if (lag := _lag(spells, row["created_at"], _sent(row, world))) > DRAINED_SECONDS]
        if late:
            lag, row = max(late, key=lambda one: one[0])
            yield Finding(
                "I4", "outbox_not_drained", {"service": service, "rows": len(late), "event": row["_id"], "seconds": round(lag, 1)}
            )
        unsent = [row["_id"] for row in rows if row["state"] == "new"]
        if unsent and not late:
            yield Finding("I4", "outbox_not_empty", {"service": service, "rows": len(unsent), "event": unsent[0]})
    for outage in history.outages:
        seconds = _lag(spells, outage.down, outage.up or world.at)
        if seconds > BACK_SECONDS:
            yield Finding(
                "I7", "process_not_back", {"process": outage.process, "seconds": round(seconds, 1), "ever": outage.up is not None}
            )


def healing_seconds(history: History, world: World) -> list[float]:
    """How long each undisturbed time took until the outboxes were drained of what was made before it; one number per healed spell."""
    spells = disturbed(history)
    worst: dict[datetime, float] = defaultdict(float)
    for rows in world.outbox.values():
        for row in rows:
            sent = _sent(row, world)
            healed = _healed_between(spells, row["created_at"], sent)
            if healed is not None:
                worst[healed] = max(worst[healed], (sent - healed).total_seconds())
    return [worst[healed] for _, healed in spells if healed is not None]


def disturbed(history: History) -> list[Spell]:
    """The times in which at least one fault was on, in order; None: it was never taken away."""
    spells: list[Spell] = []
    for fault in sorted(history.faults, key=lambda each: each.began):
        if spells and (spells[-1][1] is None or fault.began <= spells[-1][1]):
            ends = (spells[-1][1], fault.healed)
            spells[-1] = (spells[-1][0], None if None in ends else max(end for end in ends if end is not None))
        else:
            spells.append((fault.began, fault.healed))
    return spells


def _lag(spells: Sequence[Spell], since: datetime, until: datetime) -> float:
    """Seconds from the last heal in that time (or from its beginning); 0 where it ended while a fault was on."""
    if any(began <= until and (healed is None or until <= healed) for began, healed in spells):
        return 0.0
    return (until - (_healed_between(spells, since, until) or since)).total_seconds()


def _healed_between(spells: Sequence[Spell], since: datetime, until: datetime) -> datetime | None:
    inside = [healed for _, healed in spells if healed is not None and since <= healed <= until]
    return inside[-1] if inside else None


def _sent(row: dict[str, object], world: World) -> datetime:
    """When it was told; for what waits, the moment of looking; what was parked or discarded was decided, and does not count."""
    sent = row.get("sent_at")
    if isinstance(sent, datetime):
        return sent
    created = row["created_at"]
    assert isinstance(created, datetime)
    return world.at if row["state"] == "new" else created
