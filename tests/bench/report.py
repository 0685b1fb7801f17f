"""What the benches found: one table for people, one line of JSON for programs, and whether every target was met."""

from __future__ import annotations

import argparse
import math
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import psutil

from tests.support.servers import MODE_VARIABLE

MISSED: Final = 1  # exit code


@dataclass(frozen=True)
class Row:
    """One number. At most one of the targets is set."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether its target is met; true where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.at_least is None or self.value >= self.at_least


@dataclass(frozen=True)
class Report:
    """What one bench found: rows for the table, and all of it for programs."""

    bench: str
    rows: tuple[Row, ...]
    data: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether every target is met."""
        return all(row.ok for row in self.rows)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share (0 to 1) of all does not exceed: the nearest rank, so one that was really seen.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def rounds(parser: argparse.ArgumentParser) -> None:
    """Add what several benches can be told, once."""
    if all(action.dest != "rounds" for action in parser._actions):
        parser.add_argument("--rounds", type=int, default=3, help="of everything that is repeated (default 3)")
        parser.add_argument("--scale", type=float, default=1.0, help="how much in a round, times the default")


def run(parser: argparse.ArgumentParser, words: Sequence[str], *benches: Callable[[argparse.Namespace], Report | Sequence[Report]]) -> int:
    """Measure one after another, print the table and the JSON line; 1 when a target is missed.

    Servers are local processes unless `TEST_SERVERS=containers`, or their addresses are given.
    The load says how busy the machine was with other things: a number taken under load is an upper bound.
    """
    options = parser.parse_args(words)
    os.environ.setdefault(MODE_VARIABLE, "local")  # a container is reached through a proxy process, which would be measured too
    load_before = os.getloadavg()[0]
    found = [report for bench in benches for report in _several(bench(options))]
    machine = {**_machine(), "load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)}
    sys.stdout.write(table(found) + f"\n{machine['cpus']} CPUs, load before {machine['load_before']}, after {machine['load_after']}\n")
    ok = all(report.ok for report in found)
    line = {
        "ok": ok,
        "command": " ".join(["python -m", parser.prog.removeprefix("python -m "), *words]),
        "machine": machine,
        **{report.bench: {**report.data, "ok": report.ok} for report in found},
        "rows": [{"bench": report.bench, **asdict(row), "ok": row.ok} for report in found for row in report.rows],
    }
    sys.stdout.write(orjson.dumps(line).decode() + "\n")
    return 0 if ok else MISSED


def _machine() -> dict[str, Any]:
    """What it ran on. The moment is left out on purpose: the commit says what was measured."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "cpus": psutil.cpu_count(),
        "cpu": names[0] if names else platform.processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": _commit(),
    }


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text().splitlines() if path.exists() else []


def _commit() -> str:
    """What is checked out; with a plus where something is changed."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return said.stdout.strip()


def _several(found: Report | Sequence[Report]) -> Sequence[Report]:
    return [found] if isinstance(found, Report) else found


def table(found: Sequence[Report]) -> str:
    """All rows below each other."""
    lines = [f"{'bench':<9}{'what':<46}{'value':>10} {'unit':<8}{'target':>10}  {'':<7}note"]
    lines += [_line(report.bench, row) for report in found for row in report.rows]
    return "\n".join(line.rstrip() for line in lines)


def _line(bench: str, row: Row) -> str:
    target = f"<= {row.at_most:g}" if row.at_most is not None else f">= {row.at_least:g}" if row.at_least is not None else ""
    verdict = "" if not target else "ok" if row.ok else "MISSED"
    return f"{bench:<9}{row.what:<46}{shown(row.value):>10} {row.unit:<8}{target:>10}  {verdict:<7}{row.note}"


def shown(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"
