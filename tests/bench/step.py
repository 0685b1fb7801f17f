"""One consumer step, five ways: `python -m tests.bench.step`.

A step is what every service does with a message: take it off the queue, validate it, look the aggregate up, write state, inbox and
outbox rows in a transaction, publish what was written with a confirm, mark it sent, acknowledge. All run over the same real broker and
database, taking turns in one run, so that a busy machine slows all: ours batched, ours with one transaction per message (eight consumers
side by side, its best case), FastStream and Celery doing the same work, and the floor, which has no architecture at all.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

import uvloop

from shared import logs
from shared.messaging import topology
from shared.mongo import Mongo
from tests.bench import report
from tests.bench.contenders.celery_step import CeleryStep
from tests.bench.contenders.faststream_step import FastStreamStep
from tests.bench.contenders.floor import Floor
from tests.bench.contenders.ground import LAYOUT, Contender, Ground, Round, listening
from tests.bench.contenders.ours import BATCHED, SINGLE
from tests.bench.report import Report, Row
from tests.support.servers import Run
from tests.support.vhosts import open_vhost

TIMES_SINGLE: Final = 3.5  # batched, times the steps per second of one transaction per message
TIMES_RIVALS: Final = 4.0
OF_THE_FLOOR: Final = 10.0  # per cent
FASTSTREAM: Final = FastStreamStep()
CELERY: Final = CeleryStep()
FLOOR: Final = Floor()
CONTENDERS: Final[dict[str, Contender]] = {
    "batched": BATCHED,
    "single": SINGLE,
    "faststream": FASTSTREAM,
    "celery": CELERY,
    "floor": FLOOR,
}

Found = dict[str, list[Round]]


async def _measure(options: argparse.Namespace, mongo_url: str, amqp_url: str) -> Found:
    await topology.declare(amqp_url, LAYOUT)
    ground = Ground(Mongo.connect(mongo_url), mongo_url, amqp_url, listening(mongo_url, amqp_url))
    found: Found = {name: [] for name in CONTENDERS}
    steps = {name: max(50, round(one.steps * options.scale)) for name, one in CONTENDERS.items()}
    for name, one in CONTENDERS.items():  # connections, indexes and caches
        if name != "celery":  # brings its own processes and warms them up in each round
            await one.play(ground, max(50, steps[name] // 5))
    for number in range(options.rounds):
        for name in CONTENDERS if number % 2 == 0 else reversed(CONTENDERS):
            found[name].append(await CONTENDERS[name].play(ground, steps[name]))
    await ground.mongo.close()
    return found


def _median(rounds: Sequence[Round]) -> Round:
    return Round(
        statistics.median(one.steps_per_second for one in rounds),
        statistics.median(one.own_cpu_us for one in rounds),
        statistics.median(whole) if (whole := [one.all_cpu_us for one in rounds if one.all_cpu_us is not None]) else None,
    )


def _ratio(found: Found, other: str) -> float:
    """Batched to another: the median over rounds, in which they are neighbours in time."""
    pairs = zip(found["batched"], found[other], strict=True)
    return statistics.median(ours.steps_per_second / theirs.steps_per_second for ours, theirs in pairs)


def _as_report(found: Found, servers: str) -> Report:
    medians = {name: _median(rounds) for name, rounds in found.items()}
    ratios = {name: _ratio(found, name) for name in CONTENDERS if name != "batched"}
    rows = [_row(CONTENDERS[name].name, middle, found[name]) for name, middle in medians.items()]
    rows += [
        Row("batched, times one per transaction", ratios["single"], "x", at_least=TIMES_SINGLE),
        Row("batched, times FastStream", ratios["faststream"], "x", at_least=TIMES_RIVALS),
        Row("batched, times Celery", ratios["celery"], "x", at_least=TIMES_RIVALS),
        Row("batched, share of the floor", ratios["floor"] * 100, "%", at_least=OF_THE_FLOOR),
    ]
    data = {
        "servers": servers,
        **{name: _as_data(middle) for name, middle in medians.items()},
        "ratios": {name: round(ratio, 3) for name, ratio in ratios.items()},
    }
    return Report("step", tuple(rows), data)


def _row(name: str, middle: Round, rounds: Sequence[Round]) -> Row:
    whole = "" if middle.all_cpu_us is None else f", with the servers {middle.all_cpu_us:.0f} us"
    each = " ".join(f"{one.steps_per_second:.0f}" for one in rounds)
    return Row(name, middle.steps_per_second, "steps/s", note=f"own CPU {middle.own_cpu_us:.0f} us{whole}; rounds {each}")


def _as_data(middle: Round) -> dict[str, float | None]:
    return {
        "steps_per_second": round(middle.steps_per_second, 1),
        "own_cpu_us": round(middle.own_cpu_us, 1),
        "all_cpu_us": None if middle.all_cpu_us is None else round(middle.all_cpu_us, 1),
    }


def measure(options: argparse.Namespace) -> Report:
    """All contenders on servers of this run."""
    logs.configure("bench", "bench", "WARNING")
    run = Run.open()
    with ExitStack() as stack:
        stack.callback(run.close)
        broker, mongo_url = run.broker(), run.database().url
        vhost = stack.enter_context(open_vhost("bench", broker.vhost_url("bench"), broker.api_url))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return _as_report(runner.run(_measure(options, mongo_url, vhost.url)), broker.provider)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    report.rounds(parser)


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.step", description="A consumer step: ours, two others, the floor.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
