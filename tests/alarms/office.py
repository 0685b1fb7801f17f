"""A running system with alarms, and what a drill may do to it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import httpx
from pymongo import MongoClient

from deploy.local.broker import RabbitNode
from deploy.local.broker_api import RabbitApi
from deploy.local.database import MongoNode
from deploy.local.parts import ROOT, SERVICES, SIMULATORS, Part
from deploy.local.ports import HOST, free_ports
from deploy.local.processes import stop_left_over
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.local.travel import Places
from shared.web.desk.prometheus import Alarm, Prometheus
from tests.alarms.hurry import HurriedRules
from tests.alarms.mailbox import Mailbox, mailbox

SECONDS: Final = 1.0  # between two looks, and two judgements
PATIENCE_SECONDS: Final = 2.0  # in place of every `for`
READY_SECONDS: Final = 180.0
_PORTS: Final = (
    *(*SERVICES, *SIMULATORS, "desk", "rabbitmq", "rabbitmq_api", "rabbitmq_dist", "rabbitmq_epmd", "mongo"),
    *("prometheus", "alertmanager", "checks", "rabbitmq_metrics", "backup_metrics"),
)


@dataclass
class Office:
    """One system, its mailbox and its rules."""

    stack: Stack
    box: Mailbox
    rules: HurriedRules
    place: Path
    keep: subprocess.Popen[bytes] | None = None
    is_beating: bool = True

    @property
    def beat(self) -> Path:
        """The watchdog's file."""
        return self.place / "beat"

    def set_beat(self, at: datetime) -> None:
        """Have it touched at another time."""
        os.utime(self.beat, (at.timestamp(), at.timestamp()))

    async def beating(self) -> None:
        """Touch it, as the watchdog would, while it lives."""
        while True:
            if self.is_beating:
                self.beat.touch()
            await asyncio.sleep(SECONDS)

    @property
    def prometheus(self) -> Prometheus:
        """Who is asked."""
        return Prometheus(f"http://{HOST}:{self.stack.settings.prometheus_port}")

    async def ringing(self) -> dict[str, Alarm]:
        """Return the alarms that ring, by name."""
        return {each.labels["alertname"]: each for each in await self.prometheus.alarms() if each.is_ringing}

    @property
    def places(self) -> Places:
        """Where citizens and officers are."""
        return Places.of(self.stack.parts, self.stack.keys.clients["petugas-01"])

    def collection(self, service: str, name: str) -> Any:
        """Return a collection, to do to it what nobody may; of the operator's own connection."""
        client: MongoClient[dict[str, Any]] = MongoClient(self._root_mongo)
        return client[self.stack.settings.database_prefix + service][name]

    @property
    def _root_mongo(self) -> str:
        return MongoNode(self.stack.state / "database", port=self.stack.settings.mongo_port).url

    def limit(self, **changed: float) -> None:
        """Have other limits from now on; none: those of production."""
        self.rules.limit({f"limit:{name}": value for name, value in changed.items()})
        os.kill(self.stack.process("prometheus").pid, signal.SIGHUP)

    async def kill(self, name: str) -> None:
        """End a part as a power cut would."""
        await asyncio.to_thread(self.stack.process(name).kill)

    async def start(self, name: str, **settings: str) -> None:
        """Start a part again, with these settings beside its own, and wait until it is ready."""
        part = self.stack.part(name)
        await asyncio.to_thread(self.stack.start_part, name, settings)
        await asyncio.to_thread(self.stack.process(name).wait_ready, lambda: _answers(part), READY_SECONDS)

    async def again(self, name: str, **settings: str) -> None:
        """End a part and start it: the checks look at everything when they begin."""
        await self.kill(name)
        await self.start(name, **settings)

    def set_password(self, service: str, password: str | None = None) -> None:
        """Have the database know another password of a service; None: its own."""
        environment = self.stack.part(service).environment
        known = urlsplit(environment["MONGO_URL"])
        client: MongoClient[dict[str, Any]] = MongoClient(self._root_mongo)
        user, own = unquote(known.username or ""), unquote(known.password or "")
        client[environment["MONGO_DATABASE"]].command("updateUser", user, pwd=password or own)

    async def kill_server(self, folder: str, file: str) -> None:
        """End a server by its pid file."""
        await asyncio.to_thread(stop_left_over, self.stack.state / folder / file, 0)

    async def start_server(self, name: str) -> None:
        """Start a server again."""
        await asyncio.to_thread(self.stack.start_again, name)

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl of the system's own node."""
        settings = self.stack.settings
        node = RabbitNode(
            self.stack.state / "broker",
            port=settings.rabbitmq_port,
            api_port=settings.rabbitmq_api_port,
            dist_port=settings.rabbitmq_dist_port,
            epmd_port=settings.rabbitmq_epmd_port,
        )
        return node.ctl(*words)

    @property
    def vhost(self) -> str:
        """The virtual host of the system, as addresses have it."""
        return quote(unquote(urlsplit(self.stack.amqp_url("operator")).path.removeprefix("/")), safe="")

    @property
    def api(self) -> RabbitApi:
        """RabbitMQ's management."""
        return RabbitApi(self.stack.operator_environment()["RABBITMQ_API_URL"])

    def publish(self, queue: str, body: str) -> None:
        """Lay a message into a queue that nobody sent."""
        message = {"properties": {"message_id": f"drill-{os.urandom(4).hex()}", "delivery_mode": 2}, "routing_key": queue}
        self.api.call("POST", f"/api/exchanges/{self.vhost}/amq.default/publish", message | {"payload": body, "payload_encoding": "string"})

    def admin(self, *words: str) -> str:
        """Run an operator's command."""
        environment = {**os.environ, **self.backup_environment()}
        done = subprocess.run(
            [sys.executable, "-m", "deploy.admin", *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    def backup_environment(self) -> Mapping[str, str]:
        """Return the operator's, with a target and where its age is told."""
        return {
            **self.stack.operator_environment(),
            "BACKUP_TARGET": str(self.place / "target"),
            "BACKUP_SCRATCH": str(self.place),
            "BACKUP_COPY_SECONDS": "2",
            "BACKUP_METRICS_PORT": str(self.stack.settings.backup_metrics_port),
        }

    def begin_backups(self) -> None:
        """Make a key and keep backups from now on."""
        self.admin("backup", "key", "--out", str(self.place / "identity"))
        environment = {**os.environ, **self.backup_environment()}
        command = [sys.executable, "-m", "deploy.admin", "backup", "keep"]
        self.keep = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)

    def end_backups(self) -> None:
        """Stop keeping them."""
        if self.keep is not None:
            self.keep.kill()
            self.keep.wait()


@asynccontextmanager
async def office(place: Path) -> AsyncIterator[Office]:
    """A system with alarms, in a folder."""
    async with mailbox() as (box, server):
        names = [f"{name}_port" for name in _PORTS]
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        settings = LocalSettings(
            local_state=place / "state",
            undo_seconds=0,
            survey_one_in=0,
            watch=True,
            watch_seconds=SECONDS,
            alarm_smtp=server,
            **ports,  # type: ignore[arg-type]  # all of them are ports
        )
        rules = HurriedRules(place / "rules", PATIENCE_SECONDS)
        stack = Stack(settings, adapt=lambda part: _with_beat(part, place / "beat"), front_door=True, rules=rules.folder)
        running = Office(stack, box, rules, place)
        beating = asyncio.create_task(running.beating())
        try:
            await asyncio.to_thread(stack.start)
            yield running
        finally:
            beating.cancel()
            running.end_backups()
            await asyncio.to_thread(stack.stop)


def _with_beat(part: Part, beat: Path) -> Part:
    if part.name == "checks":
        return replace(part, environment={**part.environment, "WATCHDOG_BEAT": str(beat)})
    return part


def _answers(part: Part) -> bool:
    try:
        return httpx.get(part.ready_url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
