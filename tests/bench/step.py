"""One consumer step, batched against one per transaction: `python -m tests.bench.step`.

A step is what every service does with a message: take it off the queue, validate it, look the aggregate up, write state, inbox and
outbox rows in a transaction, publish what was written with a confirm, mark it sent, acknowledge. Both designs run the same code over the
same real broker and database, taking turns in one run, so that a busy machine slows both. One per transaction runs eight consumers side by
side, which is its best case; the batch is one consumer.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil
import uvloop

from shared import logs
from shared.clock import monotonic_seconds, now
from shared.contracts.envelope import Envelope
from shared.contracts.intake import RequestSubmitted
from shared.contracts.registry import decode, encode
from shared.contracts.verification import RequestApproved
from shared.ids import new_id
from shared.messaging import layout, topology, wire
from shared.messaging.connection import endpoint
from shared.messaging.consumer import Consumer, Options
from shared.messaging.delivery import Delivery, Meta, Outcome, Route, routing
from shared.messaging.outbox import Outbox
from shared.messaging.publisher import Publisher
from shared.messaging.relay import Relay
from shared.messaging.units import UnitOfWork, Units
from shared.mongo import Doc, Mapping, Mongo
from tests.bench import report
from tests.bench.report import Report, Row
from tests.support.servers import Run
from tests.support.vhosts import open_vhost

TARGET: Final = 3.5  # times the steps per second of one transaction per message
GOLDEN: Final = Path(__file__).resolve().parents[1] / "contract" / "golden"
SERVICE: Final = "verification"
LAYOUT: Final = layout.build({SERVICE: (RequestSubmitted.type,), "issuance": (RequestApproved.type,)}, {})
GIVE_UP_SECONDS: Final = 120.0  # a round takes a few seconds


@dataclass(frozen=True)
class Design:
    name: str
    batch_messages: int
    consumers: int
    steps: int


BATCHED: Final = Design("up to 50 messages per transaction", batch_messages=50, consumers=1, steps=3000)
SINGLE: Final = Design("one transaction per message", batch_messages=1, consumers=8, steps=900)


@dataclass(frozen=True)
class Round:
    steps_per_second: float
    own_cpu_us: float
    all_cpu_us: float | None
    """With the servers; None where they are not processes we can see."""


@dataclass(frozen=True)
class Case:
    request_id: str
    state: str


CASES: Final[Mapping[Case]] = Mapping(
    "cases", lambda case: case.request_id, lambda case: {"state": case.state}, lambda doc: Case(doc["_id"], doc["state"])
)


class Step:
    """The service under test: one case and one event per message."""

    def __init__(self, mongo: Mongo, database: str, publisher: Publisher, url: str) -> None:
        self._mongo = mongo
        self._database = database
        self._publisher = publisher
        self._url = url
        self.relay = Relay(Outbox(mongo, database), publisher.publish_row, watch=False)
        self._units: Units[UnitOfWork] = Units(
            mongo=mongo, database=database, service=SERVICE, make_tx=lambda work: work, clock=now, wake=self.relay.wake
        )
        self._routes = routing([Route(RequestSubmitted, self._handle, self._prefetch)])
        self._approved = RequestApproved.model_validate(_golden(RequestApproved.type).data)
        self.done = 0

    async def prepare(self) -> None:
        await self._mongo.prepare(self._database, {"cases": []})
        await self._units.prepare()

    async def _prefetch(self, work: UnitOfWork, events: Sequence[RequestSubmitted]) -> None:
        await work.unit.prefetch(CASES, [event.request_id for event in events])

    async def _handle(self, work: UnitOfWork, event: RequestSubmitted, _: Meta) -> None:
        if await work.unit.find(CASES, event.request_id) is None:
            work.unit.add(CASES, Case(event.request_id, "approved"))
            work.emit(CASES, event.request_id, self._approved.model_copy(update={"request_id": event.request_id}))

    async def batch(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        outcomes = await self._units.run_batch(deliveries, self._routes)
        self.done += len(outcomes)
        return outcomes

    def consumer(self, batch_messages: int) -> Consumer:
        return Consumer(
            endpoint(self._url),
            SERVICE,
            handle=self.batch,
            park=self._units.park,
            publish=self._publisher.publish,
            ping=self._mongo.ping,
            options=Options(batch_messages=batch_messages),
        )

    async def unsent(self) -> Doc | None:
        return await self._mongo.collection(self._database, "outbox").find_one({"state": "new"})

    async def written(self) -> tuple[int, int]:
        counts = [await self._mongo.collection(self._database, name).count_documents({}) for name in ("inbox", "cases")]
        return counts[0], counts[1]


def _golden(event_type: str) -> Envelope:
    return decode((GOLDEN / f"{event_type}.json").read_bytes())


async def _fill(publisher: Publisher, steps: int) -> None:
    sample = _golden(RequestSubmitted.type)

    async def publish() -> None:
        request_id = new_id()
        envelope = sample.model_copy(
            update={"id": new_id(), "subject": request_id, "data": {**sample.data, "request_id": request_id}},
        )
        await publisher.publish(wire.encode(envelope, layout.EVENTS, encode(envelope)))

    for begin in range(0, steps, 50):
        await asyncio.gather(*(publish() for _ in range(min(50, steps - begin))))


async def _round(design: Design, mongo: Mongo, url: str, servers: Sequence[psutil.Process]) -> Round:
    database = f"bench_{new_id().replace('-', '')}"
    publisher = Publisher(endpoint(url), "bench")
    step = Step(mongo, database, publisher, url)
    await step.prepare()
    await _fill(publisher, design.steps)
    stop = asyncio.Event()
    own = psutil.Process()
    began, own_before, all_before = monotonic_seconds(), _cpu([own]), _cpu([own, *servers])
    parts = [step.relay.run(stop), *(step.consumer(design.batch_messages).run(stop) for _ in range(design.consumers))]
    tasks = [asyncio.create_task(part) for part in parts]
    await _finished(step, design.steps, began)
    seconds = monotonic_seconds() - began
    own_cpu, all_cpu = _cpu([own]) - own_before, _cpu([own, *servers]) - all_before
    stop.set()
    await asyncio.gather(*tasks)
    written = await step.written()
    await publisher.close()
    await mongo.drop(database)
    if written != (design.steps, design.steps):
        raise RuntimeError(f"{design.name}: {design.steps} messages, {written} inbox rows and cases")
    return Round(design.steps / seconds, own_cpu / design.steps * 1e6, all_cpu / design.steps * 1e6 if servers else None)


async def _finished(step: Step, steps: int, began: float) -> None:
    """Until everything is handled and everything it caused is published."""
    while step.done < steps or await step.unsent() is not None:
        await asyncio.sleep(0.01)
        if monotonic_seconds() - began > GIVE_UP_SECONDS:
            raise TimeoutError(f"{step.done} of {steps} steps in {GIVE_UP_SECONDS} s")


def _cpu(processes: Sequence[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def _listening(*urls: str) -> list[psutil.Process]:
    """The processes behind these addresses, where they are plain processes of this machine; none where a container's proxy listens."""
    ports = {urlsplit(url).port for url in urls}
    found = {
        link.pid
        for link in psutil.net_connections("tcp")
        if link.status == psutil.CONN_LISTEN and getattr(link.laddr, "port", None) in ports
    }
    processes = [psutil.Process(pid) for pid in found if pid]
    return processes if {process.name() for process in processes} <= {"mongod", "beam.smp"} else []


async def _measure(rounds: int, scale: float, mongo_url: str, amqp_url: str) -> dict[str, list[Round]]:
    await topology.declare(amqp_url, LAYOUT)
    servers = _listening(mongo_url, amqp_url)
    mongo = Mongo.connect(mongo_url)
    found: dict[str, list[Round]] = {BATCHED.name: [], SINGLE.name: []}
    designs = [replace(design, steps=max(50, round(design.steps * scale))) for design in (BATCHED, SINGLE)]
    for design in designs:  # connections, indexes and caches
        await _round(replace(design, steps=max(50, design.steps // 5)), mongo, amqp_url, servers)
    for number in range(rounds):
        for design in designs if number % 2 == 0 else reversed(designs):
            found[design.name].append(await _round(design, mongo, amqp_url, servers))
    await mongo.close()
    return found


def _median(rounds: Sequence[Round]) -> Round:
    return Round(
        statistics.median(one.steps_per_second for one in rounds),
        statistics.median(one.own_cpu_us for one in rounds),
        statistics.median(whole) if (whole := [one.all_cpu_us for one in rounds if one.all_cpu_us is not None]) else None,
    )


def _as_report(found: dict[str, list[Round]], servers: str) -> Report:
    medians = {name: _median(rounds) for name, rounds in found.items()}
    pairs = zip(found[BATCHED.name], found[SINGLE.name], strict=True)
    ratio = statistics.median(batched.steps_per_second / single.steps_per_second for batched, single in pairs)  # neighbours in time
    data = {
        "servers": servers,
        "batched": _as_data(medians[BATCHED.name]),
        "single": _as_data(medians[SINGLE.name]),
        "ratio": round(ratio, 2),
        "target": TARGET,
    }
    rows = [_row(name, middle, found[name]) for name, middle in medians.items()]
    return Report("step", (*rows, Row("batched, times one per transaction", ratio, "x", at_least=TARGET)), data)


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
    """Both designs on servers of this run."""
    logs.configure("bench", "bench", "WARNING")
    run = Run.open()
    with ExitStack() as stack:
        stack.callback(run.close)
        broker, mongo_url = run.broker(), run.database().url
        vhost = stack.enter_context(open_vhost("bench", broker.vhost_url("bench"), broker.api_url))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return _as_report(runner.run(_measure(options.rounds, options.scale, mongo_url, vhost.url)), broker.provider)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    parser.add_argument("--rounds", type=int, default=5, help="of each design, interleaved (default 5)")
    parser.add_argument("--scale", type=float, default=1.0, help="messages per round, times the default")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.step", description="A consumer step, batched and one per transaction.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
