"""What the benches found: one table for people, one line of JSON for programs, and whether every target was met."""

from __future__ import annotations

import argparse
import math
import os
import platform
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import psutil

from shared.clock import monotonic_seconds
from tests.support.servers import MODE_VARIABLE

MISSED: Final = 1  # exit code
HEAD: Final = f"{'bench':<9}{'what':<46}{'value':>10} {'unit':<8}{'target':>10}  {'':<7}note"


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


def run(parser: argparse.ArgumentParser, words: Sequence[str], *benches: Callable[[argparse.Namespace], Report | Iterable[Report]]) -> int:
    """Measure one after another, print each one's rows as they are there and at last the JSON line; 1 when a target is missed.

    A bench that breaks is said so, and misses. Servers are local processes unless `TEST_SERVERS=containers`, or their addresses are given.
    The load says how busy the machine was with other things: a number taken under load is an upper bound.
    """
    options = parser.parse_args(words)
    os.environ.setdefault(MODE_VARIABLE, "local")  # a container is reached through a proxy process, which would be measured too
    load_before = os.getloadavg()[0]
    began = monotonic_seconds()
    found: list[Report] = []
    took: dict[str, float] = {}
    before = began
    _print(HEAD)
    for bench in benches:
        try:
            for report in _several(bench(options)):
                found.append(report)
                took[report.bench] = round(monotonic_seconds() - before)
                before = monotonic_seconds()
                _print("\n".join(_line(report.bench, row) for row in report.rows))
                _print(f"{report.bench:<9}took {took[report.bench]:.0f} s")
        except Exception as error:  # noqa: BLE001 - the others are measured all the same
            found.append(Report("broken", (Row(f"broke: {type(error).__name__}", 1.0, "", at_most=0.0, note=_where(error)),), {}))
            _print(_line("broken", found[-1].rows[0]))
    machine = {**_machine(), "load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)}
    seconds = monotonic_seconds() - began
    _print(f"{machine['cpus']} CPUs, load before {machine['load_before']}, after {machine['load_after']}; took {seconds:.0f} s")
    ok = all(report.ok for report in found)
    line = {
        "ok": ok,
        "command": " ".join(["python -m", parser.prog.removeprefix("python -m "), *words]),
        "seconds": round(seconds),
        "seconds_of_each": took,
        "machine": machine,
        **{report.bench: {**report.data, "ok": report.ok} for report in found},
        "rows": [{"bench": report.bench, **asdict(row), "ok": row.ok} for report in found for row in report.rows],
    }
    _print(orjson.dumps(line).decode())
    return 0 if ok else MISSED


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _where(error: Exception) -> str:
    """The frames of ours, the outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if "site-packages" not in frame.filename]
    return " ".join(ours[-4:])


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


def _several(found: Report | Iterable[Report]) -> Iterable[Report]:
    return [found] if isinstance(found, Report) else found


def _line(bench: str, row: Row) -> str:
    target = f"<= {row.at_most:g}" if row.at_most is not None else f">= {row.at_least:g}" if row.at_least is not None else ""
    verdict = "" if not target else "ok" if row.ok else "MISSED"
    return f"{bench:<9}{row.what:<46}{shown(row.value):>10} {row.unit:<8}{target:>10}  {verdict:<7}{row.note}".rstrip()


def shown(value: float | None) -> str:
    """With as many digits as mean something. None, as JSON has it, is infinite."""
    if value is None or math.isinf(value):
        return "∞"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"
