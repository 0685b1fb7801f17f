"""One provider of servers for every test: an address in the environment, else containers, else local processes.

A server starts when the first test asks for it. The workers of a parallel run share it: the first one starts it under a lock and leaves
its address in the run's folder; the process that owns the run stops it at the end. A run that was killed is cleaned up by the next.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil
from filelock import FileLock

from deploy.local.broker import RabbitNode
from deploy.local.broker_api import api_beside
from deploy.local.database import MongoNode
from deploy.local.ports import free_ports
from deploy.local.processes import stop_left_over
from tests.support import containers

ROOT: Final = Path(__file__).resolve().parents[2]
RUNS: Final = ROOT / ".local" / "test"
RUN_VARIABLE: Final = "ADMINDUK_TEST_RUN"  # how the workers of a parallel run learn the run's folder
REMEMBERED: Final = "containers.txt"  # in a run's folder: the containers that it started
MODE_VARIABLE: Final = "TEST_SERVERS"  # `containers` or `local` forces one provider; empty = the order above

_started_here: Final[list[RabbitNode | MongoNode]] = []  # other workers may still use them when this process has run its last test


@dataclass(frozen=True)
class Broker:
    """A RabbitMQ that tests share. Each test works in a virtual host of its own."""

    url: str
    api_url: str
    provider: str

    def vhost_url(self, vhost: str) -> str:
        """The address of one virtual host."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/{vhost}"


@dataclass(frozen=True)
class Database:
    """A MongoDB replica set that tests share. Each test works in databases of its own."""

    url: str
    provider: str


class Run:
    """The servers of one test run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def open(cls) -> "Run":
        """The run this process belongs to; makes one where there is none and removes what killed runs left."""
        if RUN_VARIABLE not in os.environ:
            sweep(RUNS)
            folder = RUNS / str(os.getpid())
            folder.mkdir(parents=True, exist_ok=True)
            os.environ[RUN_VARIABLE] = str(folder)
        return cls(Path(os.environ[RUN_VARIABLE]))

    def private_broker(self, name: str) -> RabbitNode | containers.BrokerContainer:
        """A RabbitMQ for one worker, which its tests may stop and kill; started by the caller.

        Raises:
            MissingServerError: neither Docker nor RabbitMQ is on this machine.
        """
        if use_containers():
            box = containers.BrokerContainer(*free_ports(2))
            box.start()
            self._remember(box.container_id)
            return box
        return RabbitNode.private(self.folder / name)

    def private_database(self, name: str) -> MongoNode:
        """A mongod for one worker, which its tests may stop and kill and which takes fault injection; started by the caller."""
        return MongoNode.private(self.folder / name, test_commands=True, expires=False)

    def broker(self) -> Broker:
        """The shared RabbitMQ, started where it does not run yet."""
        return Broker(**self._once("broker", self._start_broker))

    def database(self) -> Database:
        """The shared MongoDB, started where it does not run yet."""
        return Database(**self._once("database", self._start_database))

    def close(self) -> None:
        """Stop everything this run started and forget its data."""
        while _started_here:
            _started_here.pop().kill()
        remove(self.folder)
        os.environ.pop(RUN_VARIABLE, None)

    def _once(self, name: str, start: Callable[[], dict[str, str]]) -> dict[str, str]:
        state = self.folder / f"{name}.json"
        with FileLock(self.folder / f"{name}.lock"):
            if not state.exists():
                state.write_text(json.dumps(start()))
            found: dict[str, str] = json.loads(state.read_text())
            return found

    def _start_broker(self) -> dict[str, str]:
        if url := os.environ.get("AMQP_URL", ""):
            return {"url": url, "api_url": os.environ.get("RABBITMQ_API_URL") or api_beside(url), "provider": "environment"}
        if use_containers():
            box = containers.start_broker(free_ports(2))
            self._remember(box.container_id)
            return {"url": box.url(), "api_url": box.api_url, "provider": "containers"}
        node = RabbitNode.private(self.folder / "broker")
        node.start()
        _started_here.append(node)
        return {"url": node.url(), "api_url": node.api_url, "provider": "local"}

    def _start_database(self) -> dict[str, str]:
        if url := os.environ.get("MONGO_URL", ""):
            return {"url": url, "provider": "environment"}
        if use_containers():
            box = containers.start_database(free_ports(1))
            self._remember(box.container_id)
            return {"url": box.url, "provider": "containers"}
        node = MongoNode.private(self.folder / "database", test_commands=True, expires=False)
        node.start()
        _started_here.append(node)
        return {"url": node.url, "provider": "local"}

    def _remember(self, container_id: str) -> None:
        with (self.folder / REMEMBERED).open("a") as file:
            file.write(container_id + "\n")


def use_containers() -> bool:
    """Whether this run gets its servers from Docker.

    Raises:
        RuntimeError: they were asked for by name and Docker does not answer or lacks an image.
    """
    mode = os.environ.get(MODE_VARIABLE, "")
    if mode == "local":
        return False
    missing = containers.what_is_missing()
    if mode == "containers" and missing:
        raise RuntimeError(f"containers were asked for, but {missing}")
    return not missing


def sweep(runs: Path) -> None:
    """Stop and remove what runs left whose owner is gone; a folder with containers waits until Docker answers again."""
    if not runs.is_dir():
        return
    for folder in runs.iterdir():
        if folder.name.isdigit() and not psutil.pid_exists(int(folder.name)):
            if (folder / REMEMBERED).exists() and containers.what_is_missing():
                continue
            remove(folder)


def remove(folder: Path) -> None:
    """Stop every process and container that a folder remembers, then remove it."""
    for pid_file in sorted(folder.rglob("*.pid"), reverse=True):  # node before epmd
        stop_left_over(pid_file, timeout_seconds=0)  # the data goes as well: no need for an orderly end
    remembered = folder / REMEMBERED
    if remembered.exists():
        containers.remove(remembered.read_text().split())
    shutil.rmtree(folder, ignore_errors=True)
