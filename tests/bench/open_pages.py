"""Fifty officers with the list open in a browser: the stream of news, and once a minute the counts at the side. For `tests.bench.desk`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final, Self
from urllib.parse import urlsplit

from pymongo import MongoClient

from deploy.local.parts import SERVICES
from deploy.simulators.http_wire import Http, request
from shared.clock import now
from shared.mongo import Doc
from shared.reference.regions import districts
from shared.web.desk.navigation import pages_of, visible_to
from tests.bench.queue import OFFICERS
from tests.bench.system import Meter, System
from tests.bench.throughput import Adapter
from tests.support.stack_sessions import StackSessions

ROLE: Final = "verifier"
OK: Final = 200
COUNTS_SECONDS: Final = 60.0  # as the script of the page asks for them
TOLD_SECONDS: Final = 30.0  # after so long a stream is believed dead
PAID: Final = (*SERVICES, "mongod", "beam")  # what open pages cost is theirs


@dataclass(frozen=True)
class Colleagues:
    """Officers who are signed in: every other one for the whole regency, the rest for one district each."""

    issuer: StackSessions

    @classmethod
    async def of(cls, system: System) -> Self:
        """Sign with the key of the system's own sign-in, which all its services believe."""
        return cls(await asyncio.to_thread(StackSessions.of, system.stack))

    def get(self, number: int, path: str, accept: str = "text/html", *, everywhere: bool = False) -> bytes:
        """The bytes with which an officer asks for a page; `everywhere`: nobody's area counts."""
        codes = sorted(districts())
        areas = frozenset({codes[number % len(codes)]} if number % 2 and not everywhere else ())
        member = replace(self.issuer.member(ROLE, areas=areas), staff_id=f"colleague-{number:02d}")
        return request("GET", path, b"", {"accept": accept, "cookie": f"desk={self.issuer.token(member)}"})

    def gets(self, paths: Iterable[str], *, everywhere: bool = False) -> list[bytes]:
        """The same page after page, each by another officer."""
        return [self.get(number % OFFICERS, path, everywhere=everywhere) for number, path in enumerate(paths)]


class Stream:
    """The news of one open list, as they come."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def told(self, count: int) -> float:
        """Wait until it says that there are so many new ones; seconds since 1970.

        Raises:
            TimeoutError: it does not say so.
        """
        async with asyncio.timeout(TOLD_SECONDS):
            while True:
                name, _, value = (await self._reader.readuntil(b"\n")).decode().strip().partition(": ")
                if name == "data" and int(value) >= count:
                    return now().timestamp()


@asynccontextmanager
async def stream(system: System, colleagues: Colleagues, number: int, since: str) -> AsyncIterator[Stream]:
    """One officer's, open."""
    where = urlsplit(system.url("verification"))
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(colleagues.get(number, f"/desk/pekerjaan/langsung?sejak={since}", "text/event-stream"))
        line = await reader.readline()
        if int(line.split()[1]) != OK:
            raise RuntimeError(f"a stream was answered {line!r}")
        yield Stream(reader)
    finally:
        writer.close()


@asynccontextmanager
async def streams(system: System, colleagues: Colleagues) -> AsyncIterator[list[Stream]]:
    """Everybody's."""
    since = newest(system)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(stream(system, colleagues, number, since)) for number in range(OFFICERS)]


def newest(system: System) -> str:
    """The task that was opened last."""
    return str(_newest(system)["_id"])


def _newest(system: System) -> Doc:
    with MongoClient[Doc](system.mongo_url, tz_aware=True) as client:
        found = client[system.database("verification")]["tasks"].find_one({}, {"opened_at": 1}, sort=[("_id", -1)])
    if found is None:
        raise RuntimeError("there is no task")
    return found


async def counted(system: System, colleagues: Colleagues) -> list[tuple[str, str]]:
    """Where the counts at the side come from: service and path."""
    found = []
    for page in pages_of(visible_to(colleagues.issuer.member(ROLE))):
        for path in page.counts:
            for service in SERVICES:
                async with Http(system.url(service)) as http:
                    status, _ = await http.send(colleagues.get(0, path, "application/json"))
                found += [(service, path)] if status == OK else []
    return found


async def ask_counts(system: System, colleagues: Colleagues, places: Sequence[tuple[str, str]]) -> None:
    """Ask as fifty pages do, each once a minute, evenly; until cancelled."""
    async with AsyncExitStack() as stack:
        https = {service: await stack.enter_async_context(Http(system.url(service))) for service, _ in places}
        number = 0
        while True:
            for service, path in places:
                await https[service].send(colleagues.get(number % OFFICERS, path, "application/json"))
            number += 1
            await asyncio.sleep(COUNTS_SECONDS / OFFICERS)


@dataclass(frozen=True)
class Idle:
    """What open pages cost, in percent of a core, and of what it is made."""

    percent: float
    note: str


async def idle_share(system: System, colleagues: Colleagues, *, seconds: float) -> Idle:
    """Measure without the pages, then with them."""
    places = await counted(system, colleagues)
    without = await _spent(system, seconds)
    async with streams(system, colleagues):
        asking = asyncio.create_task(ask_counts(system, colleagues, places))
        try:
            await asyncio.sleep(1)  # the first look and the first counts are the opening's
            spent = await _spent(system, seconds)
        finally:
            if not asking.done():
                asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
    share = {name: (spent.get(name, 0.0) - without.get(name, 0.0)) / seconds * 100 for name in PAID}
    parts = " ".join(f"{name} {each:.1f}" for name, each in sorted(share.items(), key=lambda pair: -pair[1]))
    before = sum(without.get(name, 0.0) for name in PAID) / seconds * 100
    return Idle(sum(share.values()), f"{parts}; without them {before:.1f}; counts of {', '.join(path for _, path in places)}")


async def _spent(system: System, seconds: float) -> dict[str, float]:
    meter = Meter(system)
    await asyncio.sleep(seconds)
    return meter.seconds()


async def told_after(system: System, colleagues: Colleagues, *, events: int) -> list[float]:
    """File requests of which each becomes a task; seconds from its opening until the last officer of the whole regency was told."""
    found = []
    async with Http(system.url("intake")) as http, streams(system, colleagues) as all_streams:
        kiosk = Adapter(system, http, client="kios-01")
        await kiosk.upload()
        for number in range(events):
            await kiosk.file()
            moments = await asyncio.gather(*(each.told(number + 1) for each in all_streams[::2]))
            opened = (await asyncio.to_thread(_newest, system))["opened_at"]
            found.append(max(moments) - opened.timestamp())
    return found
