"""`python -m tests.journeys [--only CODE ...]`: every service by chat and by API against the whole system, as a table for people.

Each journey is told when it has ended; the last line is JSON. Exit code 1 where one did not bring what it should, or where something that
was accepted is unaccounted for.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, TypeAlias

import orjson

from tests.bench.system import running
from tests.journeys import online
from tests.journeys.online import Ground
from tests.journeys.table import Journey, is_good, summary, table, troubles
from tests.support.samples import KINDS
from tests.support.samples.people import Sample

FAMILIES: Final = 1000  # of the sample register, as `make run` has
Play: TypeAlias = Callable[[Ground, Sequence[str]], AsyncIterator[Journey]]
TABLES: Final[Sequence[tuple[str, Sequence[str], Play]]] = (("Services that citizens ask for", tuple(KINDS), online.play),)
"""Each table by its title: what is asked for in it, and how that is played. What courts send is another sort, and a row of its own."""


def main(words: Sequence[str]) -> int:
    """Play and print; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys", description="Every service by chat and by API, as a table.")
    known = [code for _, codes, _ in TABLES for code in codes]
    parser.add_argument("--only", nargs="+", default=known, choices=known, metavar="CODE", help="these alone")
    options = parser.parse_args(words)
    print("starting the whole system", flush=True)
    with running(families=FAMILIES) as system:
        ground = Ground(system.stack, Sample.of(system.stack))
        played = [
            (title, asyncio.run(_play(ground, play, [code for code in codes if code in options.only]))) for title, codes, play in TABLES
        ]
        everything = [journey for _, journeys in played for journey in journeys]
        for title, journeys in played:
            print(f"\n{title}\n\n{table(journeys)}", flush=True)
        for trouble in troubles(everything):
            print(f"\n{trouble}", flush=True)
        print(f"\n{system.stack.conservation()}", flush=True)
    print(orjson.dumps(summary(everything)).decode(), flush=True)
    return 0 if is_good(everything) else 1


async def _play(ground: Ground, play: Play, codes: Sequence[str]) -> list[Journey]:
    played: list[Journey] = []
    async for journey in play(ground, codes):
        played.append(journey)
        print(f"{len(played):3d}  {journey.told()}", flush=True)
    return played


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
