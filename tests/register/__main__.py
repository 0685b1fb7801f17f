"""`python -m tests.register [--steps N]`: the state machine of the register for many steps, and how often each thing came.

What a step is, and what must hold after each, stands in `tests/unit/verification/test_register_machine.py`. Exit code 1 where something
did not hold (the steps that lead to it are shown, as few as possible), or where something was never asked for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.clock import monotonic_seconds
from tests.support.register_office import Tally, expected
from tests.unit.verification.test_register_machine import RegisterMachine

STEPS: Final = 10_000
STEPS_EACH: Final = 50  # of one register: long enough that what was recorded meets what comes later
_HEAD: Final = ("what", "asked", "followed", "doubtful")


def main(words: Sequence[str]) -> int:
    """Run and print; 0 when everything held and was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.register", description="The state machine of the register, for many steps.")
    parser.add_argument("--steps", type=int, default=STEPS, help="how many")
    options = parser.parse_args(words)
    registers = max(1, options.steps // STEPS_EACH)
    began, tally = monotonic_seconds(), RegisterMachine.tally
    phases = [Phase.generate, Phase.shrink]
    run_state_machine_as_test(
        RegisterMachine,
        settings=settings(max_examples=registers, stateful_step_count=STEPS_EACH, deadline=None, database=None, phases=phases),
    )
    print(f"{registers} registers of {STEPS_EACH} steps each held in {monotonic_seconds() - began:.0f} s\n")
    print("\n".join(_table(tally)))
    print(f"\nwhat became of persons: {', '.join(f'{count} {effect}' for effect, count in tally.effects.most_common())}")
    if rare := sorted(set(tally.asked) - set(tally.followed)):
        print(f"\nnever came to be in so few steps: {', '.join(rare)}")
    if missing := sorted(expected() - set(tally.asked)):
        print(f"\nnever asked for: {', '.join(missing)}")
    return 1 if missing else 0


def _table(tally: Tally) -> Iterator[str]:
    """Yield a row for each thing that is asked for. `doubtful`: of what followed, where the checks had found something."""
    rows = [_HEAD, *((what, *(str(each[what]) for each in (tally.asked, tally.followed, tally.doubtful))) for what in sorted(tally.asked))]
    sums = (tally.asked.total(), tally.followed.total(), tally.doubtful.total())
    rows.append(("all", *map(str, sums)))
    width = max(len(row[0]) for row in rows)
    yield from ("  ".join((row[0].ljust(width), *(cell.rjust(8) for cell in row[1:]))) for row in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
