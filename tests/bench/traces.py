"""What traces cost: `python -m tests.bench.traces`.

Journeys as in `tests.bench.throughput` with the stub of the press, on a system without a collector, with one for a tenth of the traces,
and for all of them. CPU is that of the four services, each journey; memory is theirs at the end. The systems come in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import httpx

from deploy.local.parts import ROOT, SERVICES, Part
from deploy.local.ports import HOST, free_ports
from deploy.simulators.http_wire import Http
from deploy.waiting import wait_until
from shared.mongo import Mongo
from tests.bench import report
from tests.bench.report import Report, Row
from tests.bench.system import System, memory, running
from tests.bench.throughput import Adapter, Trip, trip, with_stub

JOURNEYS: Final = 300
SHARES: Final = (0.0, 0.1, 1.0)
START_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Cost:
    """Of one system: CPU milliseconds of our services per journey, and the megabytes of each."""

    cpu_ms: float
    megabytes: dict[str, float]


@contextmanager
def collecting() -> Iterator[str]:
    """A collector of its own, whose CPU is nobody's; its address."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "deploy.simulators.traces"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PORT": str(port)}, stdout=subprocess.DEVNULL) as collector:
        try:
            url = f"http://{HOST}:{port}"
            wait_until(lambda: _answers(url), START_SECONDS, "the collector is ready")
            yield url
        finally:
            collector.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/sim/state", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _traced(url: str, share: float) -> Callable[[Part], Part]:
    def adapted(part: Part) -> Part:
        if part.name not in SERVICES or not share:
            return with_stub(part)
        traced = {**part.environment, "TRACE_ENDPOINT": f"{url}/v1/traces", "TRACE_SAMPLE": str(share)}
        return with_stub(replace(part, environment=traced))

    return adapted


async def _trips(system: System, count: int) -> list[Trip]:
    mongo = Mongo.connect(system.mongo_url)
    try:
        async with Http(system.url("intake")) as http:
            adapter = Adapter(system, http)
            await adapter.upload()
            await trip(mongo, system, adapter, count // 3)  # connections, caches
            return [await trip(mongo, system, adapter, count) for _ in range(3)]
    finally:
        await mongo.close()


def _cost(url: str, share: float, count: int) -> Cost:
    with running(_traced(url, share), families=1000) as system:
        trips = asyncio.run(_trips(system, count))
        held = {name: found.own for name, found in memory(system.stack).items()}
    return Cost(statistics.median(sum(one.cpu_ms[name] for name in SERVICES) for one in trips), held)


def measure(options: argparse.Namespace) -> Report:
    """Each share in turns."""
    count = max(30, round(JOURNEYS * options.scale))
    found: dict[float, list[Cost]] = {share: [] for share in SHARES}
    with collecting() as url:
        for _ in range(options.rounds):
            for share in SHARES:
                found[share].append(_cost(url, share, count))
    return Report("traces", tuple(_rows(found)), {str(share): [cost.cpu_ms for cost in costs] for share, costs in found.items()})


def _rows(found: dict[float, list[Cost]]) -> Iterator[Row]:
    for share, costs in found.items():
        each = " ".join(f"{cost.cpu_ms:.2f}" for cost in costs)
        yield Row(f"CPU of the services per journey, {share:.0%} traced", statistics.median(cost.cpu_ms for cost in costs), "ms", note=each)
        held = " ".join(f"{name} {megabytes:.0f}" for name, megabytes in costs[-1].megabytes.items())
        yield Row(f"memory of intake, {share:.0%} traced", costs[-1].megabytes["intake"], "MB", note=held)


def main(words: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.traces", description="What traces cost.")
    report.rounds(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
