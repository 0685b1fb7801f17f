"""`python -m tests.campaign [--people N] [--villages N] [--months N] [--seed N]`: a year of outreach with a known truth, and what is found.

The last line is JSON. Exit code 1 where a target is missed or somebody got into trouble.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Final

import orjson

from deploy.local.parts import behind_front_door
from shared import faults
from shared.clock import WIB, monotonic_seconds, now
from tests.bench.system import running
from tests.campaign.clock import clock_of, simulated_year, start_again_with_a_clock
from tests.campaign.judge import judge
from tests.campaign.measured import measure
from tests.campaign.playing import Playing
from tests.campaign.report import summary, table
from tests.campaign.truth import ledger_of
from tests.campaign.world import make_world

SEED: Final = 20_261_129
VILLAGES: Final = 206
PEOPLE: Final = 3_000
MONTHS: Final = 12


def main(words: Sequence[str]) -> int:
    """Play and judge; 0 when every target is met."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaign", description="Outreach with a known truth, and what the report finds of it."
    )
    parser.add_argument("--villages", type=int, default=VILLAGES, help="how many of the regency's")
    parser.add_argument("--people", type=int, default=PEOPLE, help="with a need; fewer come")
    parser.add_argument("--months", type=int, default=MONTHS, choices=range(1, 13), help="of the simulated year")
    parser.add_argument("--seed", type=int, default=SEED, help="of everything that is left to chance")
    options = parser.parse_args(words)
    if not faults.ARMED:
        start_again_with_a_clock("tests.campaign", words)
    began = monotonic_seconds()
    year = simulated_year(now().astimezone(WIB).date())
    families = max(700, round(206 * (5 + 3.5 * options.people / options.villages)))
    with running(behind_front_door, families=families) as system:
        world = make_world(
            system.stack.register, count_villages=options.villages, people=options.people, months=options.months, seed=options.seed
        )
        played = asyncio.run(Playing(system, world, clock_of(os.environ), year, _say).play())
        measured = asyncio.run(measure(system))
        conserved = system.stack.conservation()
    for deed in played.deeds.values():
        if deed.trouble:
            _say(f"{deed.person}: {deed.trouble}\n{deed.story.told() if deed.story else ''}")
    verdicts = judge(ledger_of(world, played), measured)
    _say(f"{conserved}\n{table(verdicts)}\n")
    found = summary(verdicts) | {"in_trouble": sum(bool(deed.trouble) for deed in played.deeds.values()), "seed": options.seed}
    _say(orjson.dumps(found | {"seconds": round(monotonic_seconds() - began)}).decode())
    return 0 if found["good"] and not found["in_trouble"] else 1


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
