"""The whole system on servers of its own, where everything can be broken: each service reaches each server through a proxy of its own.

A supervisor starts again what ends, as compose would. The stage knows when a part went and when it was ready again, and tells the history.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import httpx
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local.broker import RabbitNode
from deploy.local.broker_api import RabbitApi
from deploy.local.database import MongoNode
from deploy.local.parts import SERVICES, SIMULATORS, Part, inherited
from deploy.local.ports import free_ports
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from shared.clock import monotonic_seconds
from tests.chaos.client import Client
from tests.chaos.history import Fault, History
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

VHOST: Final = "chaos"
LOOK_SECONDS: Final = 0.05  # between looks of the supervisor at its processes
READY_SECONDS: Final = 0.5  # between questions to a part that is ready; one that is not is asked with every look
FAMILIES: Final = 4000  # of the sample register: everybody asks once, and half of the couples are the court's
MANY_FAMILIES: Final = 20_000  # for an hour of load: every court decision needs a couple that is not divorced yet
RESTART_SECONDS: Final = 0.1  # as compose: the first restart comes at once
HEAL_SECONDS: Final = 60.0  # promises I4 and I7


@dataclass(slots=True)
class _Life:
    """What the supervisor knows of one part."""

    restarts: int = 0
    held: bool = False
    ready: bool = True
    asked_at: float = 0.0
    started_at: float = 0.0
    ready_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Healed:
    """How long a fault held, and how long after its end everything was well again; in seconds."""

    lasted: float
    seconds: float


@dataclass(slots=True)
class Trouble:
    """A fault that is under way, and what came of it."""

    fault: Fault
    result: Healed | None = None


@dataclass
class Ways:
    """The proxies of one kind of server, by service; everything at once, or one service's."""

    each: dict[str, Proxy] = field(default_factory=dict)

    def of(self, *services: str) -> Iterator[Proxy]:
        """Those of some services; of all where none is named."""
        yield from (self.each[name] for name in (services or self.each))

    def heal(self) -> None:
        """End every fault."""
        for proxy in self.each.values():
            proxy.heal()


class Stage:
    """Use as a context: `async with Stage(folder, history) as stage`. Everything in it must run in one event loop."""

    def __init__(
        self,
        folder: Path,
        history: History,
        *,
        database: MongoNode | None = None,
        families: int = FAMILIES,
    ) -> None:
        self.folder = folder
        self.history = history
        self.vhost = VHOST
        self.amqp, self.mongo = Ways(), Ways()
        self.callers = Ways()
        """In front of intake: for callers that a fault shall cut off."""
        self.broker = RabbitNode.private(folder / "chaos-broker")
        self.database = database or MongoNode.private(folder / "chaos-database", test_commands=True)
        ports = zip((f"{name}_port" for name in (*SERVICES, *SIMULATORS)), free_ports(len(SERVICES) + len(SIMULATORS)), strict=True)
        self.settings = LocalSettings(
            local_state=folder / "chaos",
            amqp_url=self.broker.url(VHOST),
            rabbitmq_api_url=self.broker.api_url,
            mongo_url=self.database.url,
            register_families=families,
            survey_one_in=0,  # nobody in this world answers it
            **dict(ports),  # type: ignore[arg-type]  # all of them are ports
        )
        self.stack = Stack(self.settings, adapt=self._adapt)
        self._lives = {name: _Life() for name in (*SERVICES, *SIMULATORS)}
        self._http = Client()
        self._rows: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self.database.url, tz_aware=True, serverSelectionTimeoutMS=2000)
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Servers, proxies, services and simulators; ready when it returns."""
        await asyncio.gather(asyncio.to_thread(self.broker.start), asyncio.to_thread(self.database.start))
        for name in SERVICES:
            self.amqp.each[name] = await _proxy(self.broker.port)
            self.mongo.each[name] = await _proxy(self.database.port)
        self.callers.each["intake"] = await _proxy(self.settings.intake_port)
        await asyncio.to_thread(self.stack.start)
        self._watch = asyncio.create_task(self._supervise(), name="supervisor")

    async def stop(self) -> None:
        """Everything, whatever state it is in."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for ways in (self.amqp, self.mongo, self.callers):
            ways.heal()
        for name in self._lives:
            with contextlib.suppress(KeyError, RuntimeError, ProcessLookupError):
                self.signal(name, signal.SIGCONT)
        await asyncio.to_thread(self.stack.stop)
        await self._rows.close()
        self._http.close()
        for proxy in (*self.amqp.of(), *self.mongo.of(), *self.callers.of()):
            await proxy.stop()
        await asyncio.gather(asyncio.to_thread(self.broker.kill), asyncio.to_thread(self.database.kill))

    # -- orders

    def arm(self, part: str, *orders: str) -> None:
        """Give orders for crash points (`crash after_commit/worker`, `block …`, `skew …`) to a part that runs."""
        self.struck_file(part).unlink(missing_ok=True)
        fresh = self._fault_file(part).with_suffix(".new")
        fresh.write_text("".join(f"{order}\n" for order in orders))
        fresh.replace(self._fault_file(part))

    def disarm(self, *parts: str) -> None:
        """Take back every order given to some parts; to all where none is named."""
        for name in parts or SERVICES:
            self._fault_file(name).unlink(missing_ok=True)

    def struck(self, part: str) -> list[str]:
        """The orders that struck since the part was armed."""
        file = self.struck_file(part)
        return [line.partition(" ")[2] for line in file.read_text().splitlines()] if file.exists() else []

    def struck_file(self, part: str) -> Path:
        """Where a part notes what struck."""
        return self._fault_file(part).with_suffix(".struck")

    def signal(self, part: str, number: signal.Signals) -> None:
        """Send a signal to a part's process."""
        os.kill(self.stack.process(part).pid, number)

    def hold(self, part: str) -> None:
        """Do not start it again."""
        self._lives[part].held = True

    def release(self, part: str) -> None:
        """Start it again when it is down."""
        self._lives[part].held = False

    def restarts(self, part: str) -> int:
        """How often the supervisor started it again."""
        return self._lives[part].restarts

    def ready_at(self, part: str) -> float:
        """When it was ready again after it was last down; monotonic seconds."""
        return self._lives[part].ready_at

    # -- faults and healing

    @contextlib.asynccontextmanager
    async def trouble(self, kind: str, what: str = "", *, heal_seconds: float = HEAL_SECONDS) -> AsyncIterator[Trouble]:
        """A fault from the beginning of the block to its end; afterwards waits until everything is well.

        Raises:
            AssertionError: it is not, within `heal_seconds`.
        """
        trouble = Trouble(self.history.fault(kind, what))
        try:
            yield trouble
        finally:
            for ways in (self.amqp, self.mongo, self.callers):
                ways.heal()
            self.history.healed(trouble.fault)
        healed_at = trouble.fault.healed
        assert healed_at is not None
        began = monotonic_seconds()
        await self.well(healed_at, heal_seconds)
        trouble.result = Healed((healed_at - trouble.fault.began).total_seconds(), monotonic_seconds() - began)

    async def well(self, since: datetime, seconds: float = HEAL_SECONDS) -> None:
        """Wait until every part is ready and every event from before `since` has been told.

        Raises:
            AssertionError: not in time; says what is missing.
        """

        async def all_is_well() -> bool:
            self.raise_broken()
            assert not (missing := [name for name, life in self._lives.items() if not life.ready]), f"not ready: {missing}"
            for name in SERVICES:
                waiting = await self.rows(name, "outbox").count_documents({"state": "new", "created_at": {"$lt": since}}, limit=5)
                assert not waiting, f"{name} has events to tell"
            return True

        await eventually(all_is_well, seconds, ignoring=(AssertionError, PyMongoError))

    def rows(self, service: str, collection: str) -> Any:
        """A collection, not through a proxy."""
        return self._rows[self.settings.database_prefix + service][collection]

    async def admin(self, **command: Any) -> Any:
        """A command of MongoDB's administrator."""
        return await self._rows.admin.command(command)

    @property
    def api(self) -> RabbitApi:
        """RabbitMQ's management API."""
        return RabbitApi(self.broker.api_url)

    def depth(self, queue: str) -> int:
        """Messages that wait in a queue. Blocks."""
        found = self.api.call("GET", f"/api/queues/{VHOST}/{queue}")
        return int(found.get("messages_ready", 0))

    @property
    def database_logs(self) -> tuple[Path, ...]:
        """What MongoDB says."""
        return (self.database.log,)

    def raise_broken(self) -> None:
        """Say what the supervisor died of."""
        if self._watch is not None and self._watch.done() and not self._watch.cancelled():
            self._watch.result()

    # -- inside

    def _adapt(self, part: Part) -> Part:
        if part.name not in SERVICES:
            return part
        environment = dict(part.environment)
        environment["AMQP_URL"] = self.amqp.each[part.name].url(environment["AMQP_URL"])
        environment["MONGO_URL"] = self.mongo.each[part.name].url(environment["MONGO_URL"])
        environment["FAULT_FILE"] = str(self._fault_file(part.name))
        return replace(part, environment=environment)

    def _fault_file(self, part: str) -> Path:
        return self.settings.local_state.resolve() / "run" / f"{part}.faults"

    async def _supervise(self) -> None:
        while True:
            await asyncio.gather(*(self._look(name, life) for name, life in self._lives.items()))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, name: str, life: _Life) -> None:
        at = monotonic_seconds()
        if not self.stack.process(name).running:
            self._down(name, life)
            if not life.held and at - life.started_at > RESTART_SECONDS:
                life.started_at, life.asked_at = at, 0.0
                life.restarts += 1
                await asyncio.to_thread(self.stack.start_part, name)
        elif not life.ready or at - life.asked_at >= READY_SECONDS:
            life.asked_at = at
            if await self._is_ready(name):
                if not life.ready:
                    self.history.up(name)
                    life.ready_at = monotonic_seconds()
                life.ready = True
            else:
                self._down(name, life)

    def _down(self, name: str, life: _Life) -> None:
        if life.ready:
            self.history.down(name)
        life.ready = False

    async def _is_ready(self, name: str) -> bool:
        try:
            return (await self._http.request("GET", self.stack.part(name).ready_url, timeout=3)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def whole_environment(part: Part) -> dict[str, str]:
    """All that a part's process is started with."""
    return inherited() | dict(part.environment)


async def _proxy(port: int) -> Proxy:
    proxy = Proxy("127.0.0.1", port)
    await proxy.start()
    return proxy
