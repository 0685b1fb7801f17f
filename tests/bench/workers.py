"""Two workers per service against one, and the memory of the services afterwards: `python -m tests.bench.workers`.

One: each service as one process in role `all`. Two: beside it a second process per service in role `worker`. Where both cores are full
already a second worker wins nothing; it must lose nothing either, and the numbers of documents, which both take from one counter, stay
unique.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import uvloop

from deploy.local.parts import ROOT, SERVICES, inherited
from deploy.local.ports import free_ports
from deploy.local.processes import Process
from deploy.simulators.http_wire import Http
from shared.mongo import Mongo
from tests.bench import report
from tests.bench.report import Report, Row
from tests.bench.system import Memory, System, memory, running
from tests.bench.throughput import Adapter, Trip, trip, with_stub

TARGET_MB: Final = 150.0  # resident, a service's process in role `all`, after the bench
JOURNEYS: Final = 300
READY_SECONDS: Final = 60.0


@contextmanager
def second_workers(system: System) -> Iterator[None]:
    """A second worker of every service."""
    started = []
    try:
        for name, port in zip(SERVICES, free_ports(len(SERVICES)), strict=True):
            part = system.stack.part(name)
            command = [*part.command[: -len(part.arguments)], "worker"]
            environment = inherited() | dict(part.environment) | {"PORT": str(port)}
            state = system.stack.state
            second = Process(
                f"{name}-2",
                command,
                pid_file=state / "run" / f"{name}-2.pid",
                log=state / "log" / f"{name}-2.log",
                env=environment,
                cwd=ROOT,
            )
            started.append(second)
            second.start()
            second.wait_ready(lambda log=second.log: b"process.started" in log.read_bytes(), READY_SECONDS)  # type: ignore[misc]
        yield
    finally:
        for process in started:
            process.stop()


async def _trips(system: System, options: argparse.Namespace, *, warm_up: bool) -> list[Trip]:
    mongo = Mongo.connect(system.mongo_url)
    count = max(50, round(JOURNEYS * options.scale))
    try:
        async with Http(system.url("intake")) as http:
            adapter = Adapter(system, http)
            await adapter.upload()
            if warm_up:
                await trip(mongo, system, adapter, count // 3)
            return [await trip(mongo, system, adapter, count) for _ in range(options.rounds)]
    finally:
        await mongo.close()


async def _doubles(system: System) -> int:
    """Document numbers that were given twice."""
    mongo = Mongo.connect(system.mongo_url)
    try:
        documents = mongo.collection(system.database("issuance"), "documents")
        return await documents.count_documents({}) - len(await documents.distinct("number"))
    finally:
        await mongo.close()


def on(system: System, options: argparse.Namespace) -> Report:
    """On a running system."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        one = runner.run(_trips(system, options, warm_up=True))
        with second_workers(system):
            two = runner.run(_trips(system, options, warm_up=True))
        doubles = runner.run(_doubles(system))
    first, second = (statistics.median(each.per_second for each in trips) for trips in (one, two))
    held = memory(system.stack)
    data = {
        "one_per_second": round(first, 1),
        "two_per_second": round(second, 1),
        "ratio": round(second / first, 3),
        "doubles": doubles,
        "memory_mb": {name: round(each.own) for name, each in held.items()},
        "children_mb": {name: round(each.children) for name, each in held.items() if each.children},
    }
    rows = (
        Row("journeys, one worker per service", first, "/s"),
        Row("journeys, two workers per service", second, "/s", note=f"{second / first:.2f} times"),
        Row("document numbers given twice", float(doubles), "", at_most=0.0),
        *_memory(held),
    )
    return Report("workers", rows, data)


def _memory(held: dict[str, Memory]) -> Iterator[Row]:
    for name, each in held.items():
        note = f"its children {each.children:.0f}" if each.children else ""
        yield Row(f"memory of {name} after the bench", each.own, "MB", at_most=TARGET_MB, note=note)


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own, with the stub of the press."""
    with running(with_stub) as system:
        return on(system, options)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    report.rounds(parser)


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workers", description="Two workers per service against one; memory.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
