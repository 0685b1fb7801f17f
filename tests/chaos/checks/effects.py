"""I3: an outside effect happens at most once, or is flagged `maybe_duplicate`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from tests.chaos.findings import Finding, hidden
from tests.chaos.history import Effect, History
from tests.chaos.world import World

PROMISE: Final = "I3"
NOBODY_TO_TELL: Final = "nothing"  # shape of a notice that is only recorded


def check(history: History, world: World) -> Iterator[Finding]:
    """Every effect has its job; several effects of one job are flagged; a job that is done was seen."""
    jobs = {job["_id"]: job for job in world.of("notifier", "jobs")}
    arrived: dict[str, list[Effect]] = defaultdict(list)
    for effect in history.effects.values():
        if effect.key is None or effect.key not in jobs:
            yield Finding(PROMISE, "effect_without_job", {"side": effect.side, "effect": hidden(effect.id), "key": effect.key})
        elif not effect.failed:
            arrived[effect.key].append(effect)
    for key, job in jobs.items():
        times = sum(effect.times for effect in arrived[key])
        if times > 1 and not job["maybe_duplicate"]:
            yield Finding(PROMISE, "effect_doubled", {"job": key, "times": times, "channel": job["channel"], "kind": job["kind"]})
        if job["state"] == "done" and times == 0 and job["message"]["shape"] != NOBODY_TO_TELL:
            yield Finding(PROMISE, "effect_missing", {"job": key, "channel": job["channel"], "kind": job["kind"]})


def flagged(world: World) -> int:
    """Jobs that say they may have been seen twice."""
    return sum(1 for job in world.of("notifier", "jobs") if job["maybe_duplicate"])
