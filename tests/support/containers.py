"""RabbitMQ and MongoDB in containers, for machines where Docker answers and the images are present.

testcontainers' own ``MongoDbContainer`` is not used: it makes no replica set (no transactions, no change streams), forces
authentication, and its wait pattern matches the temporary server that the image's entrypoint runs first (trap 18).
"""

import gc
import os
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from secrets import token_urlsafe
from typing import Final
from urllib.parse import quote

import docker
from docker.errors import DockerException, ImageNotFound, NotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy import mongodb
from deploy.local.broker_api import USER, RabbitApi
from deploy.local.ports import HOST
from deploy.waiting import wait_until

BROKER_IMAGE: Final = os.environ.get("TEST_RABBITMQ_IMAGE", "rabbitmq:3.13-management")
DATABASE_IMAGE: Final = os.environ.get("TEST_MONGO_IMAGE", "mongo:7.0")
START_TIMEOUT_SECONDS: Final = 90
MONGOD_COMMAND: Final = ("mongod", *mongodb.FLAGS, "--bind_ip_all", "--setParameter", "enableTestCommands=1", *mongodb.WITHOUT_EXPIRY)
KEYFILE: Final = "/tmp/keyfile"  # noqa: S108 - inside a container of its own
WITH_KEYFILE: Final = f"head -c 96 /dev/urandom | base64 -w 0 >{KEYFILE}; chmod 0400 {KEYFILE}; chown mongodb {KEYFILE}; "
"""What the shell does before the image's own entry point: a set whose users need passwords needs a key, too."""
MONGOD_MEMBER: Final = "localhost:27017"  # how the set knows itself inside the container; clients connect directly

testcontainers_config.ryuk_disabled = True  # the run removes its containers itself, and the reaper's image is one more to fetch


class BrokerContainer:
    """A RabbitMQ in a container, with the same face as `deploy.local.broker.RabbitNode`. Its ports survive a restart."""

    def __init__(self, port: int, api_port: int) -> None:
        self.port = port
        self.api_port = api_port
        self._started = False
        self._box = DockerContainer(BROKER_IMAGE).with_bind_ports(5672, port).with_bind_ports(15672, api_port)

    @property
    def container_id(self) -> str:
        """How Docker names it."""
        return str(self._box.get_container_id())

    @property
    def api_url(self) -> str:
        """The management API, with user and password."""
        return f"http://{USER}:{USER}@{HOST}:{self.api_port}"

    @property
    def running(self) -> bool:
        """Whether the container runs."""
        self._box.reload()
        return bool(self._box.status == "running")

    def url(self, vhost: str = "/") -> str:
        """The address of one virtual host."""
        return f"amqp://{USER}:{USER}@{HOST}:{self.port}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Start it, the first time or again, and wait until it takes connections."""
        if not self._started:
            self._box.start()
            self._started = True
        elif not self.running:
            self._box.get_wrapped_container().start()
        wait_until(lambda: RabbitApi(self.api_url).listens_on(5672), START_TIMEOUT_SECONDS, "RabbitMQ in its container")

    def stop(self) -> None:
        """End it in order."""
        self._box.get_wrapped_container().stop(timeout=30)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._box.get_wrapped_container().kill()

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    @property
    def ctl_command(self) -> tuple[str, ...]:
        """``rabbitmqctl`` in it, for who starts it itself."""
        return ("docker", "exec", "-i", "--user", "rabbitmq", self.container_id, "rabbitmqctl")

    def ctl(self, *arguments: str) -> str:
        """Run ``rabbitmqctl`` in it; returns what it printed."""
        code, output = self._box.get_wrapped_container().exec_run(
            ["rabbitmqctl", "--quiet", *arguments],
            user="rabbitmq",  # whose Erlang cookie it is
        )
        if code != 0:
            raise RuntimeError(f"rabbitmqctl {arguments[0]}: {output.decode(errors='replace')}")
        return str(output.decode())


class DatabaseContainer:
    """A mongod in a container, as a replica set of one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._password = token_urlsafe()
        self.box = (
            DockerContainer(DATABASE_IMAGE)
            .with_env("MONGO_INITDB_ROOT_USERNAME", mongodb.ADMINISTRATOR)
            .with_env("MONGO_INITDB_ROOT_PASSWORD", self._password)
            .with_command(["bash", "-c", f"{WITH_KEYFILE} exec docker-entrypoint.sh {' '.join(MONGOD_COMMAND)} --keyFile {KEYFILE}"])
            .with_bind_ports(27017, port)
        )

    @property
    def container_id(self) -> str:
        """How Docker names it."""
        return str(self.box.get_container_id())

    @property
    def url(self) -> str:
        """The address for an administrator: direct, because the member's own name is one only the container knows."""
        return mongodb.url_for(f"mongodb://{HOST}:{self.port}/?directConnection=true", mongodb.ADMINISTRATOR, self._password, "admin")

    def start(self) -> None:
        """Start it and wait for a writable primary, which the entrypoint's temporary server never is."""
        self.box.start()
        mongodb.make_primary(self.url, MONGOD_MEMBER, START_TIMEOUT_SECONDS)


def start_broker(ports: Sequence[int]) -> BrokerContainer:
    """Start a broker on two host ports: AMQP and management API."""
    box = BrokerContainer(ports[0], ports[1])
    box.start()
    return box


def start_database(ports: Sequence[int]) -> DatabaseContainer:
    """Start a database on one host port."""
    box = DatabaseContainer(ports[0])
    box.start()
    return box


def what_is_missing() -> str:
    """Say why containers can't be had here; empty where they can. Images are never pulled: a test run needs no network."""
    try:
        return _what_is_missing()
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()  # docker leaves its socket to the collector where nobody answers, and some test would be blamed for it


def _what_is_missing() -> str:
    try:
        client = docker.from_env(timeout=5)
    except DockerException:
        return "Docker does not answer"
    try:
        for image in (BROKER_IMAGE, DATABASE_IMAGE):
            try:
                client.images.get(image)
            except ImageNotFound:
                return f"the image {image} is not here (docker pull {image})"
            except (DockerException, OSError):
                return "Docker does not answer"
    finally:
        client.close()
    return ""


def remove(container_ids: Iterable[str]) -> None:
    """Remove containers by id; one that is gone is no error."""
    client = docker.from_env()
    try:
        for container_id in container_ids:
            with suppress(NotFound):
                client.containers.get(container_id).remove(force=True, v=True)
    finally:
        client.close()
