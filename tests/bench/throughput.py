"""Journeys per second through everything: `python -m tests.bench.throughput`.

A journey is a request filed by a channel adapter (`POST /v1/requests`, with photos that lie there already), approved automatically against
the register, or by an officer (`tests.bench.officer`) where the rules want one, printed and stored, told, and ready: intake says `ready`
because issuance has told that there are its documents. An adapter is sent no message (it asks), so Meta's limit of 80 messages a second for
a number limits nothing here.

As many requests as a round has are filed by a few callers side by side; the clock stops when the last one is ready. A lost family card is
asked for once with a stub of the press, and once with the real one, which typesets and signs a PDF for each; a birth (an akta, a family
card and a child's card, and a change of the register) with the real one, and with an officer. CPU is told for each process, per journey,
and for ours by library, from a round of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import orjson
import psutil
import uvloop

from deploy.local.chat import PHOTOS
from deploy.local.parts import SERVICES, Part
from deploy.simulators.http_wire import Http, request
from shared.clock import monotonic_seconds
from shared.ids import new_id
from shared.mongo import Mongo
from tests.bench import report
from tests.bench.errands import Birth, Errand, LostCard
from tests.bench.officer import on_duty
from tests.bench.profiler import Profiler
from tests.bench.report import Report, Row
from tests.bench.system import Meter, System, per, running

STUB_TARGET: Final = 120.0  # journeys a second
SIGNED_TARGET: Final = 30.0
CALLERS: Final = 24  # requests under way; the answer takes some 20 ms when the machine is full
LOOK_SECONDS: Final = 0.2
GIVE_UP_SECONDS: Final = 150.0
CREATED: Final = 201
SHOWN: Final = 8  # libraries in the table; all of them are in the JSON line
Shares: TypeAlias = "Mapping[str, Mapping[str, float]]"


@dataclass(frozen=True)
class Press:
    """Which press, what is asked for, how many journeys in a round, and what is expected of it (None: it is only measured)."""

    name: str
    stub: bool
    journeys: int
    target: float | None
    errand: type[Errand] = LostCard


STUB: Final = Press("stub", stub=True, journeys=1000, target=STUB_TARGET)
SIGNED: Final = Press("signed", stub=False, journeys=300, target=SIGNED_TARGET)
BIRTH: Final = Press("birth", stub=False, journeys=100, target=None, errand=Birth)


@dataclass(frozen=True)
class Trip:
    """One round: journeys per second until the last was ready, requests per second that were answered, CPU by process."""

    per_second: float
    filed_per_second: float
    cpu_ms: Mapping[str, float]


def pids(system: System) -> dict[str, int]:
    """The processes of ours that a journey passes, by name; the press is issuance's first child."""
    found = {name: system.stack.process(name).pid for name in SERVICES}
    if presses := psutil.Process(found["issuance"]).children(recursive=True):
        found["press"] = presses[0].pid
    return found


class Adapter:
    """A channel adapter that files requests as fast as it is answered."""

    def __init__(self, system: System, http: Http, errand: type[Errand] = LostCard, client: str = "loket") -> None:
        self._http = http
        self._errand = errand(system)
        self._headers = {"authorization": f"Bearer {system.stack.keys.clients[client]}", "content-type": "application/json"}
        self._files: dict[str, dict[str, str]] = {}

    async def upload(self) -> None:
        """The photos that every request names."""
        for field, (kind, name) in self._errand.photos.items():
            content = await asyncio.to_thread((PHOTOS / name).read_bytes)
            status, body = await self._http.send(request("POST", "/v1/files", content, {**self._headers, "content-type": "image/jpeg"}))
            if status != CREATED:
                raise RuntimeError(f"a photo was answered {status}: {body[:300]!r}")
            self._files[field] = {"file_id": orjson.loads(body)["file_id"], "kind": kind}

    def next(self) -> bytes:
        """The bytes of the next request."""
        body = {"service": self._errand.service, "answers": {**self._errand.answers(), **self._files}}
        return request("POST", "/v1/requests", orjson.dumps(body), {**self._headers, "idempotency-key": new_id()})

    async def file(self) -> None:
        """File one.

        Raises:
            RuntimeError: it was not taken.
        """
        status, body = await self._http.send(self.next())
        if status != CREATED:
            raise RuntimeError(f"a request was answered {status}: {body[:300]!r}")

    async def file_many(self, count: int, callers: int = CALLERS) -> None:
        """File so many, a few callers side by side."""
        left = iter(range(count))

        async def caller() -> None:
            for _ in left:
                await self.file()

        await asyncio.gather(*(caller() for _ in range(callers)))


async def ready(mongo: Mongo, system: System, since: str) -> int:
    """Requests filed since that id that came to their end."""
    wanted = {"state": "ready", "_id": {"$gt": since}}  # ids sort by time; an index holds both
    return await mongo.collection(system.database("intake"), "requests").count_documents(wanted)


async def until_ready(mongo: Mongo, system: System, count: int, since: str) -> None:
    """Wait for the last.

    Raises:
        TimeoutError: it does not come.
    """
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while await ready(mongo, system, since) < count:  # noqa: ASYNC110 - other processes issue
            await asyncio.sleep(LOOK_SECONDS)


async def trip(mongo: Mongo, system: System, adapter: Adapter, count: int) -> Trip:
    """One round."""
    since = new_id()
    meter, began = Meter(system), monotonic_seconds()
    await adapter.file_many(count)
    filed = monotonic_seconds() - began
    await until_ready(mongo, system, count, since)
    seconds = monotonic_seconds() - began
    return Trip(count / seconds, count / filed, per(meter.seconds(), count))


def with_stub(part: Part) -> Part:
    """Issuance with the stub of the press."""
    return replace(part, module="tests.bench.stub_renderer") if part.name == "issuance" else part


async def _trips(system: System, press: Press, options: argparse.Namespace) -> tuple[list[Trip], Shares]:
    mongo = Mongo.connect(system.mongo_url)
    count = max(50 if press.target else 20, round(press.journeys * options.scale))
    try:
        async with Http(system.url("intake")) as http, on_duty(system) if press.errand.needs_officer else nullcontext():
            adapter = Adapter(system, http, press.errand)
            await adapter.upload()
            await trip(mongo, system, adapter, count // 3)  # connections, caches, the first print
            trips = [await trip(mongo, system, adapter, count) for _ in range(options.rounds)]
            with Profiler(pids(system)) as profiler:
                await trip(mongo, system, adapter, count)
            return trips, profiler.shares
    finally:
        await mongo.close()


def on(system: System, press: Press, options: argparse.Namespace) -> Report:
    """On a system that runs with this press."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        trips, shares = runner.run(_trips(system, press, options))
    data = {
        "servers": system.provider,
        "per_second": round(statistics.median(one.per_second for one in trips), 1),
        "filed_per_second": round(statistics.median(one.filed_per_second for one in trips), 1),
        "cpu_ms": cpu(trips),
        "shares": {name: {whose: round(share, 3) for whose, share in found.items()} for name, found in shares.items()},
        "target": press.target,
    }
    return Report(press.name, tuple(_rows(press, trips, shares)), data)


def measure(options: argparse.Namespace) -> list[Report]:
    """The system with each press."""
    found = []
    for press in (STUB, SIGNED, BIRTH):
        with running(with_stub) if press.stub else running() as system:
            found.append(on(system, press, options))
    return found


def cpu(trips: Sequence[Trip]) -> dict[str, float]:
    """The median of each process."""
    return {name: round(statistics.median(one.cpu_ms.get(name, 0.0) for one in trips), 2) for name in trips[0].cpu_ms}


def _rows(press: Press, trips: Sequence[Trip], shares: Shares) -> Iterator[Row]:
    middle = statistics.median(one.per_second for one in trips)
    each = " ".join(f"{one.per_second:.0f}" for one in trips)
    yield Row(f"journeys, {press.name} press", middle, "/s", at_least=press.target, note=f"rounds {each}")
    spent = cpu(trips)
    yield Row(
        f"CPU per journey, {press.name} press", sum(spent.values()), "ms", note=" ".join(f"{name} {ms:.1f}" for name, ms in spent.items())
    )
    for name, found in shares.items():
        note = ", ".join(f"{whose} {share:.0%}" for whose, share in list(found.items())[:SHOWN]) or "py-spy may not look at it"
        yield Row(f"{name} of these", spent.get(name, 0.0), "ms", note=note)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    report.rounds(parser)


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.throughput", description="Journeys per second, and the CPU of each.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
