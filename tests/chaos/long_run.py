"""Random faults over continuous load from all channels: the same seed, the same faults in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from shared.clock import monotonic_seconds
from tests.chaos.cases import ALL
from tests.chaos.history import Channel
from tests.chaos.load import Plan
from tests.chaos.scene import Case, Result, Scene
from tests.chaos.stage import MANY_FAMILIES

PER_SECOND: Final = 7.8  # journeys, some of which a fault holds back: more than 10,000 in half an hour
SHARES: Final[Mapping[Channel, float]] = {"adapter": 0.8, "whatsapp": 0.15, "court": 0.05}  # a chat is forty webhooks
MISTAKEN: Final = 0.45  # of the adapters' requests: with a court case's two, 14,000 journeys use 9,700 of the day's 9,999 numbers of cards
PATIENCE_SECONDS: Final = 240.0
REST_SECONDS: Final = (2.0, 6.0)  # between two faults
AT_ONCE: Final = 800


def order(seed: int) -> Iterator[tuple[Case, float]]:
    """Faults and the rest after each, for ever: first a row of the table, so that the many crash points are one of them, then one of it."""
    rng = Random(seed)
    rows: dict[str, list[Case]] = {}
    for case in ALL:
        rows.setdefault(case.row, []).append(case)
    names = sorted(rows)
    while True:
        yield rng.choice(rows[rng.choice(names)]), rng.uniform(*REST_SECONDS)


async def run(folder: Path, *, minutes: float, seed: int, per_second: float = PER_SECOND) -> int:
    """Disturb for so long, let everything come to its end, print the verdict; 0 when every promise was kept."""
    print(f"seed {seed}, {minutes:g} minutes, {per_second:g} journeys a second", flush=True)
    plan = Plan(seed, per_second, SHARES, mistaken=MISTAKEN, at_once=AT_ONCE, patience_seconds=PATIENCE_SECONDS)
    async with Scene(folder, seed=seed, plan=plan, families=MANY_FAMILIES) as scene:
        results = await _disturb(scene, seed, monotonic_seconds() + minutes * 60)
        await scene.load.pause()
        verdict, problems = await scene.judged()
        await scene.load.stop()
    troubles = [f"{result.case}: {problem}" for result in results for problem in result.problems]
    for line in (*troubles, *problems):
        print(f"  {line}")
    good = verdict.good and not troubles and not problems
    heals = sorted(result.heal for result in results)
    print(
        f"{'GOOD' if good else 'BAD'}: {verdict.journeys} journeys ({verdict.ended} ended), {len(results)} faults, "
        f"{verdict.lost} lost, {verdict.double} double, {verdict.flagged} flagged, {verdict.parked} parked, "
        f"healed in {_middle(heals):.1f} s (median), {max(heals, default=0.0):.1f} s at most"
    )
    own: Mapping[str, Any] = {
        "seed": seed,
        "minutes": minutes,
        "well_p50_seconds": _middle(heals),
        "well_max_seconds": max(heals, default=0.0),
    }
    told = {name: value for name, value in asdict(verdict).items() if name != "findings"}
    print(orjson.dumps({"good": good, **own, "findings": len(verdict.findings), "faults_played": len(results), **told}).decode())
    return 0 if good else 1


async def _disturb(scene: Scene, seed: int, until: float) -> list[Result]:
    results: list[Result] = []
    await scene.load.resume()
    for case, rest in order(seed):
        if monotonic_seconds() >= until:
            break
        result = await scene.play(case, calm=False)
        results.append(result)
        left = max(0.0, until - monotonic_seconds())
        mark = "ok " if result.good else "BAD"
        print(f"{left:6.0f} s left  {mark} {case.name:58} healed in {result.heal:5.2f} s, {scene.load.started} journeys", flush=True)
        for problem in result.problems:
            print(f"        {problem}", flush=True)
        await asyncio.sleep(min(rest, max(0.0, until - monotonic_seconds())))
    return results


def _middle(values: list[float]) -> float:
    return values[len(values) // 2] if values else 0.0
