"""`python -m tests.journeys [--only CODE ...] [--keep FOLDER]`: every service and every court decision against the whole system, as tables.

Each document is checked as its recipient can: signature, and the code that is seen on its picture. Each journey is told when it has ended;
the last line is JSON. Exit code 1 where one did not bring what it should, or where something that was accepted is unaccounted for.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from deploy.local.travel import JourneyError
from shared.clock import monotonic_seconds
from tests.bench.system import running
from tests.journeys.brought import Brought
from tests.journeys.courts import by_court
from tests.journeys.online import Ground
from tests.journeys.papers import Papers
from tests.journeys.table import Journey, Way, is_good, register_after, summary, table, troubles
from tests.support.samples import KINDS
from tests.support.samples.courts import COURT_KINDS
from tests.support.samples.people import Sample

FAMILIES: Final = 1000  # of the sample register, as `make run` has
Go: TypeAlias = Callable[[Ground, str], Awaitable[Brought]]
TABLES: Final[Sequence[tuple[str, Sequence[str], Mapping[Way, Go]]]] = (
    ("Services that citizens ask for", tuple(KINDS), {Way.CHAT: Ground.by_chat, Way.API: Ground.by_api}),
    ("Decisions that courts send", tuple(COURT_KINDS), {Way.COURT: by_court}),
)
"""Each table by its title: what is asked for in it, and in which ways."""


def main(words: Sequence[str]) -> int:
    """Play and print; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys", description="Every service and court decision, as tables.")
    known = list(dict.fromkeys(code for _, codes, _ in TABLES for code in codes))
    parser.add_argument("--only", nargs="+", default=known, choices=known, metavar="CODE", help="these alone")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where each document and a picture of each page is left")
    options = parser.parse_args(words)
    print("starting the whole system", flush=True)
    with running(families=FAMILIES) as system:
        ground = Ground(system.stack, Sample.of(system.stack))
        played = {title: asyncio.run(_play(ground, options, codes, ways)) for title, codes, ways in TABLES}
        everything = [journey for journeys in played.values() for journey in journeys]
        for title, journeys in played.items():
            if journeys:
                print(f"\n{title}\n\n{table(journeys)}", flush=True)
        for trouble in troubles(everything):
            print(f"\n{trouble}", flush=True)
        print(f"\n{system.stack.conservation()}", flush=True)
    print(orjson.dumps(summary(everything)).decode(), flush=True)
    return 0 if is_good(everything) else 1


async def _play(ground: Ground, options: argparse.Namespace, codes: Sequence[str], ways: Mapping[Way, Go]) -> list[Journey]:
    played: list[Journey] = []
    async with Papers(ground.stack.state / "ca" / "ca.pem", options.keep) as papers:
        for code, way in ((code, way) for code in codes if code in options.only for way in ways):
            played.append(await _journey(ground, papers, code, way, ways[way]))
            print(f"{len(played):3d}  {played[-1].told()}", flush=True)
    return played


async def _journey(ground: Ground, papers: Papers, code: str, way: Way, go: Go) -> Journey:
    """Play one journey; its seconds are without the check of its documents."""
    began = monotonic_seconds()
    try:
        brought = await go(ground, code)
        seconds = monotonic_seconds() - began
        for number, sheet in enumerate(brought.sheets, 1):
            await papers.check(sheet, f"{code}-{way}-{number}-{sheet.product}")
    except (JourneyError, AssertionError, TimeoutError) as error:
        return Journey(code, way, monotonic_seconds() - began, trouble=f"{type(error).__name__}: {error}")
    return Journey(code, way, seconds, brought.questions, brought.answers, brought.products, register_after(brought.register))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
