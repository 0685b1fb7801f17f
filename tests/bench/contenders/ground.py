"""What every contender of the step bench stands on: the same servers, the same messages, the same proof that the work was done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import aio_pika
import psutil
from pymongo import AsyncMongoClient

from shared.clock import monotonic_seconds
from shared.contracts.envelope import Envelope, publisher_of
from shared.contracts.intake import RequestSubmitted
from shared.contracts.registry import decode, encode
from shared.contracts.verification import RequestApproved
from shared.ids import new_id
from shared.messaging.broker import wire
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.layout import model as layout
from shared.messaging.transaction.inbox import INDEXES as INBOX_INDEXES
from shared.messaging.transaction.outbox import INDEXES as OUTBOX_INDEXES
from shared.mongo import Mongo
from tests.support.vhosts import as_user

GOLDEN: Final = Path(__file__).resolve().parents[2] / "contract" / "golden"
SERVICE: Final = "verification"
NEXT: Final = "issuance"  # its queue gets what the step publishes
LAYOUT: Final = layout.build({SERVICE: (RequestSubmitted.type,), NEXT: (RequestApproved.type,)}, {})
INDEXES: Final = {**INBOX_INDEXES, **OUTBOX_INDEXES, "cases": ()}
GIVE_UP_SECONDS: Final = 120.0  # a round takes a few seconds
LOOK_SECONDS: Final = 0.01


@dataclass(frozen=True)
class Round:
    """What one contender did in one round."""

    steps_per_second: float
    own_cpu_us: float
    all_cpu_us: float | None
    """With the servers; None where they are not processes we can see."""


@dataclass(frozen=True)
class Ground:
    """The servers of a run."""

    mongo: Mongo
    mongo_url: str
    amqp_url: str
    servers: Sequence[psutil.Process]


class Contender(Protocol):
    """One way to do the step. `play` fills the queue, works it off against the clock and proves it."""

    @property
    def name(self) -> str:
        """As the table calls it."""

    @property
    def steps(self) -> int:
        """Messages in a round: some seconds of work."""

    async def play(self, ground: Ground, steps: int) -> Round:
        """One round.

        Raises:
            RuntimeError: something is missing or there twice afterwards.
        """


class Stopwatch:
    """Time and CPU of a round; `own` are the contender's processes."""

    def __init__(self, ground: Ground, own: Iterable[psutil.Process]) -> None:
        self._own = list(own)
        self._all = [*self._own, *ground.servers]
        self._sees_servers = bool(ground.servers)
        self._before = cpu_seconds(self._own), cpu_seconds(self._all)
        self._began = monotonic_seconds()

    def stop(self, steps: int) -> Round:
        """The round."""
        seconds = monotonic_seconds() - self._began
        own, everything = cpu_seconds(self._own) - self._before[0], cpu_seconds(self._all) - self._before[1]
        return Round(steps / seconds, own / steps * 1e6, everything / steps * 1e6 if self._sees_servers else None)


async def until(finished: Callable[[], Awaitable[bool]], look_seconds: float = LOOK_SECONDS) -> None:
    """Look until it is finished.

    Raises:
        TimeoutError: it is not, long after it should be.
    """
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while not await finished():  # noqa: ASYNC110 - the databases of others are looked at: nobody tells us
            await asyncio.sleep(look_seconds)


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """User and system time so far."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def listening(*urls: str) -> list[psutil.Process]:
    """The processes behind these addresses, where they are plain processes of this machine; none where a container's proxy listens."""
    ports = {urlsplit(url).port for url in urls}
    found = {
        link.pid
        for link in psutil.net_connections("tcp")
        if link.status == psutil.CONN_LISTEN and getattr(link.laddr, "port", None) in ports
    }
    processes = [psutil.Process(pid) for pid in found if pid]
    return processes if {process.name() for process in processes} <= {"mongod", "beam.smp"} else []


def golden(event_type: str) -> Envelope:
    """The golden sample of an event."""
    return decode((GOLDEN / f"{event_type}.json").read_bytes())


def messages(steps: int) -> list[tuple[Envelope, bytes]]:
    """As many different requests, each with the bytes that go over the wire."""
    sample = golden(RequestSubmitted.type)
    made = []
    for _ in range(steps):
        request_id = new_id()
        update = {"id": new_id(), "subject": request_id, "data": {**sample.data, "request_id": request_id}}
        envelope = sample.model_copy(update=update)
        made.append((envelope, encode(envelope)))
    return made


async def fill(ground: Ground, steps: int) -> None:
    """Put the messages into the service's queue."""
    publisher = Publisher(endpoint(as_user(ground.amqp_url, publisher_of(RequestSubmitted.type))), "bench")
    outgoing = [wire.encode(envelope, layout.EVENTS, body) for envelope, body in messages(steps)]
    for begin in range(0, steps, 200):
        await asyncio.gather(*(publisher.publish(message) for message in outgoing[begin : begin + 200]))
    await publisher.close()


async def fresh_database(ground: Ground) -> str:
    """A database with the collections and indexes that every contender has."""
    name = f"bench_{new_id().replace('-', '')}"
    await ground.mongo.prepare(name, INDEXES)
    return name


async def prove(ground: Ground, database: str, who: str, steps: int) -> None:
    """Hold what is there against what must be; then forget it.

    Raises:
        RuntimeError: a row or a message is missing, or there twice.
    """
    counts = [await ground.mongo.collection(database, name).count_documents({}) for name in ("inbox", "cases", "outbox")]
    unsent = await ground.mongo.collection(database, "outbox").count_documents({"state": "new"})
    published = await _purge(ground.amqp_url)
    await ground.mongo.drop(database)
    if counts != [steps] * 3 or unsent or published != steps:
        raise RuntimeError(
            f"{who}: {steps} messages became {counts} inbox rows, cases, outbox rows, {unsent} unsent, {published} published"
        )


async def _purge(amqp_url: str) -> int:
    """Empty the next service's queue; how many were in it."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(NEXT, ensure=True)
        found = await queue.purge()
        return found.message_count or 0


def rival_client(url: str) -> AsyncMongoClient[dict[str, Any]]:
    """A client with our durability, without our code."""
    return AsyncMongoClient(url, tz_aware=True, w="majority", journal=True, readConcernLevel="majority")
