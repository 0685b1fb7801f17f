"""The idle journey of a citizen in a chat, and the memory of the services: `python -m tests.bench.journey`.

The whole system runs as processes (four services in role `all`, both simulators) on servers of its own. Citizens come one after another;
the clock runs from the confirmation, as the simulator sends it to intake's webhook, to the document, as the simulator accepts it. Both
moments are the simulator's own. Who waits for the journey looks at the request only now and then, so that looking costs nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from deploy.local import journeys
from deploy.local.parts import SERVICES
from deploy.local.stack import PEOPLE, Stack
from deploy.local.travel import Places
from tests.bench import report
from tests.bench.report import Report, Row, percentile
from tests.bench.system import Memory, System, memory, running

TARGET_MS: Final = 600.0  # p95, last chat message in to document accepted
TARGET_MB: Final = 130.0  # resident, role all, idle
STAGES: Final = ("accepted", "approved", "issued", "delivered")
LOOK_SECONDS: Final = 0.5  # between looks at a request under way
SETTLE_SECONDS: Final = 3.0  # after the start and after the last journey, until memory is read
MEASURED: Final = 30
WARM_UP: Final = 3  # journeys before the measured ones: connections, caches, the first print; the very first is reported apart


async def travel(stack: Stack, count: int) -> list[Mapping[str, float]]:
    """As many citizens of the sample register, one after another; seconds from the confirmation to each stage."""
    places = Places.of(stack.parts, stack.keys.clients["petugas-01"])
    people = stack.people()["kk_hilang"][:count]
    return [(await journeys.whatsapp(places, person, look_seconds=LOOK_SECONDS)).seconds for person in people]


async def _observe(stack: Stack, count: int) -> tuple[dict[str, Memory], list[Mapping[str, float]], dict[str, Memory]]:
    await asyncio.sleep(SETTLE_SECONDS)
    before = memory(stack)
    seconds = await travel(stack, WARM_UP + count)
    await asyncio.sleep(SETTLE_SECONDS)
    return before, seconds, memory(stack)


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own."""
    with running() as system:
        return on(system, options)


def on(system: System, options: argparse.Namespace) -> Report:
    """Send the citizens through a fresh system."""
    count = min(options.journeys, PEOPLE - WARM_UP)
    before, seconds, after = asyncio.run(_observe(system.stack, count))
    milliseconds = {stage: [one[stage] * 1000 for one in seconds[WARM_UP:]] for stage in STAGES}
    first = seconds[0]["delivered"] * 1000
    data = {
        "servers": system.provider,
        "journeys": count,
        "target_ms": TARGET_MS,
        "target_mb": TARGET_MB,
        "first_ms": round(first),
        "stages_ms": {stage: {name: round(value) for name, value in _spread(values).items()} for stage, values in milliseconds.items()},
        "memory_mb": {
            name: {"start": round(before[name].own), "after": round(after[name].own), "children": round(after[name].children)}
            for name in SERVICES
        },
    }
    return Report("journey", (*_times(milliseconds, first), *_memory_rows(before, after)), data)


def _times(milliseconds: Mapping[str, Sequence[float]], first: float) -> Iterator[Row]:
    for stage, values in milliseconds.items():
        spread = _spread(values)
        note = f"p50 {spread['p50']:.0f}, max {spread['max']:.0f}, of {len(values)}"
        yield Row(f"confirmation to {stage}, p95", spread["p95"], "ms", at_most=TARGET_MS if stage == STAGES[-1] else None, note=note)
    yield Row("the first journey after the start", first, "ms")


def _memory_rows(before: Mapping[str, Memory], after: Mapping[str, Memory]) -> Iterator[Row]:
    for name in SERVICES:
        children = f"; its children {before[name].children:.0f}, {after[name].children:.0f}" if after[name].children else ""
        note = f"after the start {before[name].own:.0f}, after the journeys {after[name].own:.0f}{children}"
        yield Row(f"resident memory of {name}", max(before[name].own, after[name].own), "MB", at_most=TARGET_MB, note=note)


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": max(values)}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    parser.add_argument(
        "--journeys", type=int, default=MEASURED, help=f"how many are measured (default {MEASURED}, most {PEOPLE - WARM_UP})"
    )


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.journey", description="Idle journey in the chat, and memory of services.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
