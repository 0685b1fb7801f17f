"""`python -m tests.campaign [--people N] [--villages N] [--months N] [--seed N]`: a year of outreach with a known truth, and what is found.

The last line is JSON. Exit code 1 where a target is missed or somebody got into trouble.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from deploy.local.parts import behind_front_door
from shared import faults
from shared.clock import WIB, monotonic_seconds, now
from shared.reference.regions import villages
from tests.bench.system import running
from tests.campaign.acting import Deed
from tests.campaign.clock import clock_of, simulated_year, start_again_with_a_clock
from tests.campaign.judge import judge
from tests.campaign.measured import measure
from tests.campaign.playing import Playing
from tests.campaign.report import KeptCampaign, save, summary, table
from tests.campaign.truth import ledger_of
from tests.campaign.world import make_world

SEED: Final = 20_261_129
VILLAGES: Final = 206
PEOPLE: Final = 2_500
MONTHS: Final = 12
SPARE, CROWDED = 5, 3.5  # families of a village: its people in need if all had as many, times as much more as the largest has


def main(words: Sequence[str]) -> int:
    """Play and judge; 0 when every target is met."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaign", description="Outreach with a known truth, and what the report finds of it."
    )
    parser.add_argument("--villages", type=int, default=VILLAGES, help="how many of the regency's")
    parser.add_argument("--people", type=int, default=PEOPLE, help="with a need; fewer come")
    parser.add_argument("--months", type=int, default=MONTHS, choices=range(1, 13), help="of the simulated year")
    parser.add_argument("--seed", type=int, default=SEED, help="of everything that is left to chance")
    parser.add_argument("--keep", type=Path, help="a file for the truth and what was measured, of which the pictures are made")
    options = parser.parse_args(words)
    if not faults.ARMED:
        start_again_with_a_clock("tests.campaign", words)
    began, load = monotonic_seconds(), os.getloadavg()[0]
    kept, deeds = _played(options)
    verdicts = judge(kept.ledger, kept.measured)
    troubles = [deed for deed in deeds if deed.trouble]
    seconds = round(monotonic_seconds() - began)
    made = {**kept.made, "seconds": seconds, "load_before": load, "load_after": os.getloadavg()[0], "cpus": os.cpu_count() or 1}
    made["in_trouble"] = len(troubles)
    for deed in troubles:
        _say(f"{deed.person}: {deed.trouble}\n{deed.story.told() if deed.story else ''}")
    _say(f"{table(verdicts)}\n")
    if options.keep:
        save(replace(kept, made=made), options.keep)
    found = summary(verdicts) | made
    _say(orjson.dumps(found).decode())
    return 0 if found["good"] and not troubles else 1


def _played(options: argparse.Namespace) -> tuple[KeptCampaign, Sequence[Deed]]:
    """Play on a system of its own; return the truth, what was measured, and what everybody did."""
    families = round(len(villages()) * (SPARE + CROWDED * options.people / options.villages))
    with running(behind_front_door, families=families) as system:
        world = make_world(
            system.stack.register, count_villages=options.villages, people=options.people, months=options.months, seed=options.seed
        )
        year = simulated_year(now().astimezone(WIB).date())
        played = asyncio.run(Playing(system, world, clock_of(os.environ), year, _say).play())
        measured = asyncio.run(measure(system))
        _say(system.stack.conservation())
    made = {
        "villages": len(world.places),
        "sources": len(world.actions),
        "people": options.people,
        "months": options.months,
        "seed": options.seed,
        "year": year,
        "played_seconds": round(played.seconds),
    }
    return KeptCampaign(ledger_of(world, played), measured, made), list(played.deeds.values())


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
