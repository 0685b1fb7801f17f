"""Chaos on this machine: `python -m tests.chaos [--only TEXT] [--fast] [--minutes N] [--seed N]`.

Every case with a table, or random faults for some minutes; the last line is JSON, and the exit code 0 when every promise was kept.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

import orjson

from tests.chaos import crashes, full_disk, long_run
from tests.chaos.cases import ALL, rounds
from tests.chaos.scene import Case, Result, Scene
from tests.chaos.stage import FAMILIES, MANY_FAMILIES
from tests.support.servers import Run

SEED: Final = 20_261_124


def main(words: Sequence[str]) -> int:
    """Play; 0 when every promise was kept."""
    options = _arguments(words)
    run = Run.open()
    try:
        if options.minutes:
            return asyncio.run(long_run.run(run.folder, minutes=options.minutes, seed=options.seed, per_second=options.per_second))
        return asyncio.run(_cases(run, options))
    finally:
        run.close()


async def _cases(run: Run, options: argparse.Namespace) -> int:
    chosen = [case for case in ALL if any(word in case.name for word in options.only.split(",")) and (case.fast or not options.fast)]
    wanted = rounds(chosen) if options.fast else _in_turn(chosen)
    results: list[Result] = []
    counts: Counter[str] = Counter()
    families = FAMILIES if options.fast else MANY_FAMILIES
    async with Scene(run.folder, seed=options.seed, quick=options.fast, families=families) as scene:
        for number, cases in enumerate(wanted, 1):
            played = await scene.play_together(cases)
            if not options.fast or number == len(wanted):  # the subset is judged as a whole
                verdict, problems = await scene.judged()
                played[-1].problems += problems
                counts = Counter(journeys=verdict.journeys, lost=verdict.lost, double=verdict.double, flagged=verdict.flagged)
            for result in played:
                results.append(result)
                print(f"{len(results):3}/{len(chosen)} {_line(result)}", flush=True)
                for problem in result.problems:
                    print(f"        {problem}", flush=True)
    if not options.fast and any(word in full_disk.CASE for word in options.only.split(",")):
        counts += await _on_a_small_disk(run, options, results)
    bad = [result for result in results if not result.good]
    print(f"{len(results) - len(bad)} of {len(results)} cases kept every promise; {counts['lost']} lost, {counts['double']} double")
    summary = {
        "good": not bad and bool(results),
        "cases": len(results),
        "bad": [result.case for result in bad],
        **{name: counts[name] for name in ("journeys", "lost", "double", "flagged")},
        "heal_max_seconds": max((result.heal for result in results), default=0.0),
        "seconds": {result.case: [result.lasted, result.heal] for result in results},
    }
    print(orjson.dumps(summary).decode())
    return 0 if summary["good"] else 1


def _in_turn(chosen: Sequence[Case]) -> tuple[tuple[Case, ...], ...]:
    """One after the other, each judged by itself; but processes of different services are killed side by side, which takes half as long."""
    crashes_only = [case for case in chosen if case.row == crashes.ROW]
    return *rounds(crashes_only), *((case,) for case in chosen if case.row != crashes.ROW)


async def _on_a_small_disk(run: Run, options: argparse.Namespace, results: list[Result]) -> Counter[str]:
    try:
        result, verdict = await full_disk.play(run.folder, options.seed)
    except PermissionError as error:
        print(f"        {full_disk.CASE}: not played, {error}", flush=True)
        return Counter()
    results.append(result)
    print(f"      + {_line(results[-1])}", flush=True)
    for problem in results[-1].problems:
        print(f"        {problem}", flush=True)
    return Counter(journeys=verdict.journeys, lost=verdict.lost, double=verdict.double, flagged=verdict.flagged)


def _line(result: Result) -> str:
    verdict = "ok " if result.good else "BAD"
    times = f"lasted {result.lasted:6.2f} s, healed in {result.heal:5.2f} s, took {result.took:5.1f} s, {result.journeys:3} journeys"
    return f"{verdict} {result.case:58} {times} {result.notes or ''}"


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name contains one of these, parted by commas")
    parser.add_argument("--fast", action="store_true", help="one case of each kind, scaled to seconds")
    parser.add_argument("--minutes", type=float, default=0.0, help="random faults for so long instead")
    parser.add_argument("--per-second", type=float, default=long_run.PER_SECOND, help="journeys a second then")
    parser.add_argument("--seed", type=int, default=SEED, help="of load and faults")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
