"""Continuous load from both channels and the adapter API against a running system, recorded as it goes.

async with Load(Sites.of(stack), history, Plan(seed=7, per_second=20)) as load:
    ...faults...
    await load.pause()      # no new journeys; those under way go on
# leaving the block waits for the journeys under way and reads what the simulators saw
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from types import TracebackType
from typing import Any, Final, Self

import httpx

from deploy.local.chat import PHOTOS
from shared.clock import monotonic_seconds
from shared.ids import new_id
from tests.chaos import askers
from tests.chaos.askers import Gone, Road
from tests.chaos.client import Client
from tests.chaos.history import Channel, History
from tests.chaos.outside import Outside
from tests.chaos.people import People, Person
from tests.chaos.sites import Sites as Sites

LOOK_SECONDS: Final = 2.0  # between looks at the simulators
FETCHED: Final = 10  # documents that are fetched in the middle of the load, and again at the end
FETCH_EVERY: Final = 10  # looks


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what. The same seed gives the same people in the same order on the same channels."""

    seed: int
    per_second: float
    """New journeys; a court decision is one journey of several requests."""
    shares: Mapping[Channel, float] = field(default_factory=lambda: {"adapter": 0.5, "whatsapp": 0.4, "court": 0.1})
    most: int | None = None
    """End by itself after so many journeys."""
    mistaken: float = 0.0
    """Share of the adapters' requests that name another family's card: they come back with a reason, and no document is made."""
    at_once: int = 500
    """Journeys under way; new ones wait."""
    patience_seconds: float = 120.0
    """How long an asker tries again, or waits for a next step."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A journey that is about to begin."""

    channel: Channel
    key: str
    person: Person
    phone: str = field(repr=False)
    decision: Mapping[str, Any] | None = field(repr=False)
    rng: Random = field(repr=False)


class Load:
    """The load as a context; also usable as `start()` … `stop()`."""

    def __init__(self, sites: Sites, history: History, plan: Plan) -> None:
        self.sites, self.history, self.plan = sites, history, plan
        self.outside = Outside(sites, history)
        self.started = 0
        """Journeys begun."""
        self.errors: list[BaseException] = []
        """What went wrong with the load itself, such as a simulator that is not there."""
        self._run = new_id()[-12:]  # part of every key: the databases may hold another run of the same seed
        self._rng = Random(plan.seed)
        self._people = People(sites.register, sites.court_code, plan.seed, int(self._run, 16))
        self._http = Client()
        self.road = Road(sites, history, self.outside, self._http, plan.patience_seconds)
        """What askers go by; for cases that ask by themselves."""
        self._gate = asyncio.Semaphore(plan.at_once)
        self._going, self._over = asyncio.Event(), asyncio.Event()
        self._journeys: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop(patiently=kind is None)

    async def start(self) -> None:
        """Upload the photos that adapters attach, and begin.

        Raises:
            httpx.HTTPError: intake is not there.
        """
        self.road.files = tuple([await self._upload(name) for name in ("surat-polisi.jpg", "ktp.jpg")])
        self._going.set()
        self._tasks = [asyncio.create_task(self._pace()), asyncio.create_task(self._look())]

    async def pause(self) -> None:
        """Begin no more journeys; those under way go on."""
        self._going.clear()

    async def resume(self) -> None:
        """Begin journeys again."""
        self._going.set()

    @property
    def full(self) -> bool:
        """As many journeys are under way as may be."""
        return self._gate.locked()

    async def finished(self) -> None:
        """Wait until `Plan.most` journeys are begun and over."""
        await self._tasks[0]
        await self.idle()

    async def idle(self) -> None:
        """Wait until no journey is under way."""
        while self._journeys:
            await asyncio.wait(self._journeys)

    async def stop(self, *, patiently: bool = True) -> None:
        """Begin no more, wait for those under way, read what the simulators saw, fetch documents again."""
        self._over.set()
        self._going.set()
        if not patiently:
            self.road.hurry.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.idle()
        try:
            await self.outside.read()
            await self.outside.fetch_documents(FETCHED, self.plan.seed)
            await self.outside.fetch_again()
        finally:
            self._http.close()

    async def _pace(self) -> None:
        """Begin journeys at the rate; what a pause or a full house held back is not made up for."""
        next_at = monotonic_seconds()
        while not self._over.is_set() and self.started != self.plan.most:
            await self._going.wait()
            await self._gate.acquire()
            self._begin()
            next_at = max(next_at + 1 / self.plan.per_second, monotonic_seconds() - 1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), max(0.0, next_at - monotonic_seconds()))

    def press(self, count: int) -> None:
        """Begin so many adapters' journeys at once, though the house be full: where nothing ends, nobody else would ask."""
        for _ in range(count):
            self.started += 1
            journey = asyncio.create_task(self._play(replace(self.draw(self.started), channel="adapter", decision=None)))
            self._journeys.add(journey)
            journey.add_done_callback(self._noted)

    def _begin(self) -> None:
        self.started += 1
        journey = asyncio.create_task(self._play(self.draw(self.started)))
        self._journeys.add(journey)
        journey.add_done_callback(self._ended)

    def draw(self, number: int) -> Drawn:
        """The next journey. All chance is drawn here, in the order in which journeys begin."""
        channel = self._rng.choices(list(self.plan.shares), list(self.plan.shares.values()))[0]
        rng = Random(self._rng.random())
        decision = self._people.decision(rng) if channel == "court" else None
        if channel == "court" and decision is None:  # every couple is divorced
            channel = "adapter"
        person = self._people.person(number)
        if channel == "adapter" and rng.random() < self.plan.mistaken:
            person = replace(person, kk_number=self._people.person(number + 1).kk_number)
        key, phone = f"{channel}-{self._run}-{number:06d}", f"62812{int(self._run, 16) % 1000:03d}{number:06d}"
        return Drawn(channel, key, person, phone, decision, rng)

    async def _play(self, drawn: Drawn) -> None:
        try:
            if drawn.decision is not None:
                await askers.court(self.road, drawn.key, drawn.decision, drawn.rng)
            elif drawn.channel == "whatsapp":
                await askers.whatsapp(self.road, drawn.key, drawn.person, drawn.phone)
            else:
                await askers.adapter(self.road, drawn.key, drawn.person, drawn.rng)
        except Gone:
            self.history.ended(drawn.key, "gave_up")

    def _ended(self, journey: asyncio.Task[None]) -> None:
        self._gate.release()
        self._noted(journey)

    def _noted(self, journey: asyncio.Task[None]) -> None:
        self._journeys.discard(journey)
        error = None if journey.cancelled() else journey.exception()
        if error is not None:
            self.errors.append(error)

    async def _look(self) -> None:
        looks = 0
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), LOOK_SECONDS)
            looks += 1
            with contextlib.suppress(httpx.HTTPError):
                await self.outside.read_whatsapp()
                if looks % FETCH_EVERY == 1:
                    await self.outside.fetch_documents(FETCHED, self.plan.seed)

    async def _upload(self, name: str) -> str:
        content = await asyncio.to_thread((PHOTOS / name).read_bytes)
        headers = {"Authorization": f"Bearer {self.sites.adapter_key}", "Content-Type": "image/jpeg"}
        answer = await self._http.request("POST", f"{self.sites.intake}/v1/files", content=content, headers=headers)
        answer.raise_for_status()
        return str(answer.json()["file_id"])
