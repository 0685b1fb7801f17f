"""How long Python takes to import each service: `python -m tests.bench.start`.

Each import runs in a fresh interpreter with compiled modules, as a start of the service does. Best of some tries: the rest is what the
machine did besides. User CPU says the same on a busy machine, where wall time does not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.parts import SERVICES
from shared.clock import monotonic_seconds
from tests.bench import report
from tests.bench.report import Report, Row

TARGET_SECONDS: Final = 1.5
ROOT: Final = Path(__file__).resolve().parents[2]
MODULES: Final = ("wiring", "__main__")


@dataclass(frozen=True)
class Try:
    """One interpreter from its start to its end, in seconds."""

    wall: float
    user: float


def import_once(module: str) -> Try:
    """Import a module in a fresh interpreter.

    Raises:
        subprocess.CalledProcessError: it can't be imported.
    """
    began, before = monotonic_seconds(), os.times()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)
    return Try(monotonic_seconds() - began, os.times().children_user - before.children_user)


def measure(options: argparse.Namespace) -> Report:
    """Every service's modules, taking turns so that a busy moment does not hit one module alone."""
    names = [f"services.{service}.{module}" for service in SERVICES for module in MODULES]
    tries: dict[str, list[Try]] = {name: [] for name in names}
    for _ in range(options.tries):
        for name in names:
            tries[name].append(import_once(name))
    best = {name: Try(min(one.wall for one in found), min(one.user for one in found)) for name, found in tries.items()}
    rows = tuple(
        Row(f"import {name}", one.wall, "s", at_most=TARGET_SECONDS, note=f"user CPU {one.user:.2f} s") for name, one in best.items()
    )
    data = {name: {"wall_seconds": round(one.wall, 3), "user_seconds": round(one.user, 3)} for name, one in best.items()}
    return Report("start", rows, {"target_seconds": TARGET_SECONDS, "modules": data})


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    parser.add_argument("--tries", type=int, default=3, help="imports of each module; the best counts (default 3)")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.start", description="Import time of each service.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
