"""`python -m tests.villager [--people N] [--seed N] [--talks FILE]`: synthetic villagers ask for every open service by chat.

The whole system is started, everybody writes until there is a receipt, a human or a refusal, and a table says how it went; the last line
is JSON. Exit code 1 where somebody had no end or was asked in a circle, or where something that was accepted is unaccounted for.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from deploy.local.travel import Places
from shared.clock import monotonic_seconds
from tests.bench.system import System, running
from tests.villager.crowd import play
from tests.villager.desk import waiting_chats
from tests.villager.people import people, sample_of
from tests.villager.report import is_good, summary, table, troubles
from tests.villager.story import Story

SEED: Final = 20_261_129
PEOPLE: Final = 200
FAMILIES: Final = 2000  # of the sample register: everybody's family asks for one thing alone


def main(words: Sequence[str]) -> int:
    """Play and print; 0 when it went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.villager", description="Synthetic villagers ask for every open service by chat.")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many")
    parser.add_argument("--seed", type=int, default=SEED, help="of everything that is left to chance")
    parser.add_argument("--talks", type=Path, help="a file for all conversations")
    options = parser.parse_args(words)
    with running(families=FAMILIES) as system:
        began = monotonic_seconds()
        stories = _played(system, options)
        seconds = monotonic_seconds() - began
        print(f"\n{table(stories)}\n", flush=True)
        waiting = waiting_chats(system.stack)
        for trouble in troubles(stories):
            print(f"{trouble}\n", flush=True)
        print(system.stack.conservation(), flush=True)
    if options.talks:
        options.talks.write_text("\n\n".join(story.told() for story in stories), encoding="utf-8")
    print(
        orjson.dumps(summary(stories) | {"waiting_at_the_desk": waiting, "seed": options.seed, "seconds": round(seconds, 1)}).decode(),
        flush=True,
    )
    return 0 if is_good(stories) else 1


def _played(system: System, options: argparse.Namespace) -> list[Story]:
    stack = system.stack
    sample = sample_of(stack, options.people)
    places = Places.of(stack.parts, stack.keys.clients["petugas-01"])
    return asyncio.run(play(places, people(sample, options.people, options.seed)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
