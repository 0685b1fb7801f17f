"""`python -m tests.bench`: every bench there is, one table, one line of JSON; exit code 1 when a target is missed.

The product as it is is started, and systems with a stub of the press, on which most is measured. `--quick` does less of each.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from tests.bench import broadcast, desk, growth, journey, queue, report, spike, start, step, throughput, webhook, workers
from tests.bench.report import Report
from tests.bench.system import FAMILIES, System, running

BENCHES = (start, step, journey, throughput, webhook, workers, spike, growth, queue, desk, broadcast)
QUICK = {
    "tries": 1,
    "rounds": 1,
    "scale": 0.1,
    "journeys": 3,
    "seconds": 1.5,
    "spike_seconds": 3.0,
    "stored": [20_000],
    "open_tasks": 5_000,
    "races": 3,
    "requests": 20_000,
    "decided": 5_000,
    "people": 500,
}


class Bench(Protocol):
    """Measures on a system that runs."""

    def __call__(self, system: System, *, options: argparse.Namespace) -> Report:
        """Measure."""


def with_the_press(options: argparse.Namespace) -> Iterator[Report]:
    """The product as it is."""
    with running() as system:
        yield journey.on(system, options)
        yield throughput.on(system, throughput.SIGNED, options)
        yield throughput.on(system, throughput.BIRTH, options)


def without_the_press(options: argparse.Namespace) -> Iterator[Report]:
    """Everything that is about the pipeline and not about the press.

    On several systems, so that none is charged for what another one stored; the little that `--quick` does has room on one.
    """
    groups: list[list[Bench]] = [[partial(throughput.on, press=throughput.STUB), webhook.on, workers.on], [growth.on], [spike.on]]
    if options.quick:
        groups = [[bench for group in groups for bench in group]]
    for group in groups:
        with running(throughput.with_stub, families=spike.FAMILIES if spike.on in group else FAMILIES) as system:
            for bench in group:
                yield bench(system, options=options)


def with_an_office(options: argparse.Namespace) -> Iterator[Report]:
    """What officers ask for: the queue, then the pages on the same open tasks and much more beside them."""
    with running(queue.with_officers) as system:
        yield queue.on(system, options)
        yield desk.on(system, options)


def with_a_broadcast(options: argparse.Namespace) -> Iterator[Report]:
    """Many messages that give way to chats."""
    with running(broadcast.at_full_rate) as system:
        yield broadcast.on(system, options)


def main() -> int:
    """Measure and print. Imports come first: they need the machine for themselves and no servers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory against their targets.")
    for bench in BENCHES:
        bench.arguments(parser)
    parser.add_argument("--quick", action="store_true", help="less of each, in two minutes: to see that it runs, not to quote")
    words = sys.argv[1:]
    if "--quick" in words:
        parser.set_defaults(**QUICK)
    return report.run(
        parser,
        words,
        start.measure,
        step.measure,
        with_the_press,
        without_the_press,
        with_an_office,
        with_a_broadcast,
    )


if __name__ == "__main__":
    sys.exit(main())
