"""The whole system as processes on servers of its own, for the benches that need all of it, and what its processes cost."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import psutil

from deploy.local.parts import SERVICES, SIMULATORS, Part
from deploy.local.ports import free_ports
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from shared.clock import monotonic_seconds
from shared.messaging.operations import accounting
from shared.mongo import Mongo
from tests.bench.contenders.ground import cpu_seconds, listening
from tests.support.ending import ending_in_order
from tests.support.servers import Run
from tests.support.vhosts import open_vhost

MB: Final = 1_000_000
CALM_SECONDS: Final = 180.0
LOOK_SECONDS: Final = 0.5
FAMILIES: Final = 5000  # of the sample register: some 8,000 can ask, more than the rounds of one system file


@dataclass(frozen=True)
class Asker:
    """Somebody of the sample register who can ask for a lost family card."""

    nik: str = field(repr=False)
    kk_number: str = field(repr=False)


@dataclass(frozen=True)
class System:
    """A running system, and what is under it."""

    stack: Stack
    provider: str
    """What kind of servers it runs on."""
    mongo_url: str
    amqp_url: str
    database_prefix: str
    askers: Iterator[Asker]
    """Each asks once: who asks again is a repeat, which goes to an officer."""

    def url(self, name: str) -> str:
        """Where a part listens."""
        return self.stack.part(name).url

    def database(self, service: str) -> str:
        """The name of a service's database."""
        return self.database_prefix + service


@contextmanager
def running(adapt: Callable[[Part], Part] = lambda part: part, *, families: int = FAMILIES) -> Iterator[System]:
    """The whole system with ports, queues and databases of its own; of each family two or so can ask. SIGTERM stops all of it."""
    with ending_in_order():
        run = Run.open()
        try:
            with _started(run, adapt, families) as system:
                yield system
        finally:
            run.close()


@contextmanager
def _started(run: Run, adapt: Callable[[Part], Part], families: int) -> Iterator[System]:
    """The whole system on a run's servers."""
    names = [f"{name}_port" for name in (*SERVICES, *SIMULATORS)]
    broker = run.broker()
    with open_vhost("bench", broker.vhost_url("bench"), broker.api_url) as vhost:
        settings = LocalSettings(
            undo_seconds=0,  # decisions take effect at once: what is looked at comes after them
            local_state=run.folder / "stack",
            amqp_url=vhost.url,
            rabbitmq_api_url=broker.api_url,
            mongo_url=run.database().url,
            database_prefix=f"bench_{run.folder.name}_",
            register_families=families,
            survey_one_in=0,  # what is measured has always been without it
            **dict(zip(names, free_ports(len(names)), strict=True)),  # type: ignore[arg-type]  # all of them are ports
        )
        stack = Stack(settings, adapt=adapt)
        try:
            stack.start()
            yield System(stack, broker.provider, settings.mongo_url, vhost.url, settings.database_prefix, askers(stack))
        finally:
            stack.stop()
            asyncio.run(_drop(settings))


async def _drop(settings: LocalSettings) -> None:
    """Remove our databases: the server may be somebody's."""
    mongo = Mongo.connect(settings.mongo_url)
    try:
        for name in SERVICES:
            await mongo.drop(settings.database_prefix + name)
    finally:
        await mongo.close()


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of a service's process, and of its children together."""

    own: float
    children: float


def memory(stack: Stack) -> dict[str, Memory]:
    """What each service holds now."""
    found = {}
    for name in SERVICES:
        process = psutil.Process(stack.process(name).pid)
        children = sum(child.memory_info().rss for child in process.children(recursive=True))
        found[name] = Memory(process.memory_info().rss / MB, children / MB)
    return found


class Meter:
    """CPU seconds since it was made, by process: servers, services, the press apart from issuance, simulators, and the bench itself."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._before = self._read()

    def seconds(self) -> dict[str, float]:
        """Since the start; a child that was replaced meanwhile counts from its own start."""
        return {name: max(0.0, now - self._before.get(name, 0.0)) for name, now in self._read().items()}

    def _read(self) -> dict[str, float]:
        stack = self._system.stack
        found = {{"beam.smp": "beam"}.get(one.name(), one.name()): cpu_seconds([one]) for one in self._servers()}
        for name in (*SERVICES, *SIMULATORS):
            process = psutil.Process(stack.process(name).pid)
            found[name] = cpu_seconds([process])
            for child in process.children(recursive=True):
                with suppress(psutil.Error):
                    found["press"] = found.get("press", 0.0) + cpu_seconds([child])
        return {**found, "bench": cpu_seconds([psutil.Process()])}

    def _servers(self) -> list[psutil.Process]:
        return listening(self._system.mongo_url, self._system.amqp_url)


async def calm(mongo: Mongo, system: System) -> float:
    """Wait until nothing that was accepted is on its way any more, so that the next bench is not charged for it; seconds.

    Raises:
        TimeoutError: it does not come to an end.
    """
    began = monotonic_seconds()
    async with asyncio.timeout(CALM_SECONDS):
        while any([await _in_flight(mongo, system.database(name)) for name in SERVICES]):  # noqa: ASYNC110 - other processes work
            await asyncio.sleep(LOOK_SECONDS)
    return monotonic_seconds() - began


async def _in_flight(mongo: Mongo, database: str) -> int:
    return sum(tally.in_flight for tally in (await accounting.take(mongo, database)).values())


def askers(stack: Stack) -> Iterator[Asker]:
    """Every head of a family, then every spouse, but for those who travel in a chat.

    Raises:
        RuntimeError: all of them have asked.
    """
    travelling = {person["nik"] for person in stack.people()["kk_hilang"]}
    for relations in (("KEPALA KELUARGA",), ("ISTRI", "SUAMI")):
        with stack.register.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["relation"].upper() in relations and row["nik"] not in travelling:
                    yield Asker(row["nik"], row["kk_number"])
    raise RuntimeError("everybody of the sample register has asked: give the system more families")


def per(seconds: Mapping[str, float], count: int) -> dict[str, float]:
    """Milliseconds for each of `count`, the most expensive first."""
    return {name: round(value / count * 1000, 2) for name, value in sorted(seconds.items(), key=lambda pair: -pair[1])}
