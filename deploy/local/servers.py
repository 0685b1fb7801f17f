"""Private servers for `make run` and the tests: a RabbitMQ node and a one-node MongoDB replica set, as plain processes.

Neither touches a server that the machine may already run: each has its own ports, its own folder and its own port mapper. Calls block;
from a running event loop use ``asyncio.to_thread``.
"""

import os
import shutil
import socket
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from subprocess import run
from typing import Final
from urllib.parse import quote

from deploy import mongodb
from deploy.local.broker_api import USER, RabbitApi
from deploy.local.keys import keep_secret
from deploy.local.ports import HOST, free_ports, require_free
from deploy.local.processes import CannotStartError, Process, stop_left_over

# Debian's /usr/sbin/rabbitmq-server insists on root or the rabbitmq user and on /var; the script behind it does not.
RABBITMQ_PATHS: Final = (
    "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "/usr/local/sbin/rabbitmq-server",
    "/opt/rabbitmq/sbin/rabbitmq-server",
    "/opt/homebrew/sbin/rabbitmq-server",
)
BOOT_TIMEOUT_SECONDS: Final = 90  # a node boots in 4 s; a machine that also compiles and tests takes many times that
KEYFILE_BYTES: Final = 192  # of random: what every member of a set knows, 256 characters as text
PASSWORD_BYTES: Final = 24  # 192 bit


class MissingServerError(Exception):
    """A server program is not on this machine; the message says what to do."""


def find_rabbitmq(configured: str = "") -> Path:
    """Find the program that starts RabbitMQ: the one that is configured, else `RABBITMQ_SERVER`, else in the usual places.

    Raises:
        MissingServerError: says how to get one, or how to do without.
    """
    on_path = shutil.which("rabbitmq-server")
    configured = configured or os.environ.get("RABBITMQ_SERVER", "")
    candidates = [configured] if configured else [*RABBITMQ_PATHS, *([on_path] if on_path else [])]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return Path(candidate)
    raise MissingServerError(
        "RabbitMQ is not installed here. Either\n"
        "  sudo apt-get install rabbitmq-server    (Debian, Ubuntu; the system service is not needed)\n"
        "or use servers that already run:\n"
        "  docker run -d -p 5672:5672 -p 15672:15672 rabbitmq:3-management\n"
        "  AMQP_URL=amqp://guest:guest@127.0.0.1:5672/ make run\n"
        "(MONGO_URL=mongodb://... does the same for MongoDB, which must be a replica set.)"
    )


def find_mongod() -> Path:
    """Find the mongod that comes with the extra ``local``, else one on PATH.

    Raises:
        MissingServerError: neither is there.
    """
    for folder in sys.path:
        bundled = Path(folder) / "fiftyone" / "db" / "bin" / "mongod"
        if bundled.is_file():
            if not os.access(bundled, os.X_OK):  # wheels do not keep the executable bit
                bundled.chmod(0o755)
            return bundled
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    raise MissingServerError(
        "mongod is not here: install the extra 'local' (make setup), or use a replica set that already runs: MONGO_URL=mongodb://..."
    )


class RabbitNode:
    """A private RabbitMQ node. State survives stop, kill and restart; start it again on the same folder to find it."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        api_port: int,
        dist_port: int,
        epmd_port: int,
        program: str = "",
        port_settings: Sequence[str] = ("RABBITMQ_PORT", "RABBITMQ_API_PORT", "RABBITMQ_DIST_PORT", "RABBITMQ_EPMD_PORT"),
    ) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.api_port = api_port
        self._ports = tuple(zip((port, api_port, dist_port, epmd_port), port_settings, strict=True))
        self._program = find_rabbitmq(program)
        self._env = self._environment(dist_port, epmd_port)
        # The mapper runs as our child: the one that RabbitMQ would start by itself is a daemon that outlives everything.
        self._epmd = Process(
            "epmd",
            [_epmd(), "-port", str(epmd_port), "-address", HOST],
            pid_file=self.folder / "epmd.pid",
            log=self.folder / "log" / "epmd.log",
            env=self._env,
        )
        self._node = Process(
            "RabbitMQ", [str(self._program)], pid_file=self.folder / "node.pid", log=self.folder / "log" / "console.log", env=self._env
        )

    @classmethod
    def private(cls, folder: Path) -> "RabbitNode":
        """Make a node on free ports, for a test that stops or kills it."""
        port, api_port, dist_port, epmd_port = free_ports(4)
        return cls(folder, port=port, api_port=api_port, dist_port=dist_port, epmd_port=epmd_port)

    @property
    def api_url(self) -> str:
        """The management API and pages, with user and password."""
        return f"http://{USER}:{USER}@{HOST}:{self.api_port}"

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._node.running

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._node.exit_code

    @property
    def pid(self) -> int:
        """The pid of the Erlang machine itself, to send it signals."""
        return self._node.pid

    def url(self, vhost: str = "/") -> str:
        """The address of one virtual host."""
        return f"amqp://{USER}:{USER}@{HOST}:{self.port}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Start the node and wait until it takes AMQP connections. Nothing happens when it runs.

        Raises:
            PortTakenError: one of its ports is taken; the message names port, setting and holder.
            CannotStartError: it ended or did not become ready; carries the end of its log.
        """
        if self.running:
            return
        self.stop()
        for port, setting in self._ports:
            require_free(port, setting)
        self._write_config()
        self._epmd.start()
        self._node.start()
        self._node.wait_ready(self._listens, BOOT_TIMEOUT_SECONDS)

    def stop(self) -> None:
        """End the node in order."""
        self._node.stop(timeout_seconds=30)
        self._epmd.kill()
        for name in ("node.pid", "epmd.pid"):
            stop_left_over(self.folder / name)

    def kill(self) -> None:
        """End the node as a power cut would."""
        self._node.kill()
        self._epmd.kill()

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    @property
    def ctl_command(self) -> tuple[str, ...]:
        """``rabbitmqctl`` of this node with what it needs to find it, for who starts it itself."""
        return ("env", *(f"{name}={value}" for name, value in self._env.items()), str(self._program.with_name("rabbitmqctl")))

    def ctl(self, *arguments: str) -> str:
        """Run ``rabbitmqctl`` on this node, such as ``ctl("set_vm_memory_high_watermark", "0")``; returns what it printed.

        Raises:
            CannotStartError: it failed; carries what it said.
        """
        done = run(
            [str(self._program.with_name("rabbitmqctl")), "--quiet", *arguments],
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode != 0:
            raise CannotStartError(f"rabbitmqctl {arguments[0]}: {done.stderr or done.stdout}")
        return done.stdout

    def _listens(self) -> bool:
        return RabbitApi(self.api_url).listens_on(self.port)

    def _environment(self, dist_port: int, epmd_port: int) -> dict[str, str]:
        keep = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return keep | {
            "HOME": str(self.folder),  # where the Erlang cookie is made
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "ERL_CRASH_DUMP_SECONDS": "0",
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": f"adminduk{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "rabbitmq-env.conf"),  # not there on purpose: /etc is not for us
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "true",  # the script then execs the Erlang machine, so that our signals reach it and not a shell
        }

    def _write_config(self) -> None:
        for folder in ("data", "log"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"management.tcp.ip = {HOST}\n"
            f"management.tcp.port = {self.api_port}\n"
            "log.file.level = info\n"
            "disk_free_limit.absolute = 50MB\n"
            "raft.wal_max_size_bytes = 33554432\n"  # the default of 512 MB is kept in memory
        )


class MongoNode:
    """A private mongod as a replica set of one, which is what transactions and change streams need; nobody gets in without a password."""

    def __init__(self, folder: Path, *, port: int, test_commands: bool = False, expires: bool = True) -> None:
        """``test_commands`` lets tests inject faults (``failCommand``); ``expires`` is whether rows go when their time has come."""
        self.folder = folder.resolve()
        self.port = port
        program = [
            str(find_mongod()),
            *mongodb.FLAGS,
            *("--port", str(port), "--bind_ip", HOST, "--nounixsocket"),
            *("--dbpath", str(self.folder / "data"), "--oplogSize", "128"),
            *("--keyFile", str(self._keyfile), "--wiredTigerCacheSizeGB", "0.25"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),  # a set of one has nobody to hand over to
            *(("--setParameter", "enableTestCommands=1") if test_commands else ()),
            *(() if expires else mongodb.WITHOUT_EXPIRY),
        ]
        self._process = Process(
            "MongoDB", mongodb.filtered(program), pid_file=self.folder / "node.pid", log=self.folder / "log" / "mongod.log"
        )

    @classmethod
    def private(cls, folder: Path, *, test_commands: bool = False, expires: bool = True) -> "MongoNode":
        """Make a node on a free port, for a test that stops or kills it."""
        (port,) = free_ports(1)
        return cls(folder, port=port, test_commands=test_commands, expires=expires)

    @property
    def url(self) -> str:
        """The address for an administrator."""
        password = keep_secret(self.folder / "administrator-password", token_urlsafe(PASSWORD_BYTES))
        return mongodb.url_for(self._door, mongodb.ADMINISTRATOR, password, "admin")

    @property
    def log(self) -> Path:
        """What mongod says."""
        return self._process.log

    @property
    def _door(self) -> str:
        """The address without a user."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    @property
    def _keyfile(self) -> Path:
        return self.folder / "keyfile"

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._process.running

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.exit_code

    @property
    def pid(self) -> int:
        """The pid of mongod, to send it signals."""
        return self._process.pid

    def start(self) -> None:
        """Start the node and wait until it is a writable primary. Nothing happens when it runs.

        Raises:
            PortTakenError: its port is taken; the message names port, setting and holder.
            CannotStartError: it ended or did not become ready; carries the end of its log.
        """
        if self.running:
            return
        self.stop()
        require_free(self.port, "MONGO_PORT")
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        keep_secret(self._keyfile, b64encode(token_bytes(KEYFILE_BYTES)).decode())
        self._process.start()
        self._process.wait_ready(lambda: _accepts(self.port), BOOT_TIMEOUT_SECONDS)
        try:
            mongodb.make_primary(self.url, f"{HOST}:{self.port}", BOOT_TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise CannotStartError(f"{error}\n{self._process.tail()}") from error

    def stop(self) -> None:
        """End the node in order."""
        self._process.stop()
        stop_left_over(self.folder / "node.pid")

    def kill(self) -> None:
        """End the node as a power cut would."""
        self._process.kill()

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _epmd() -> str:
    found = shutil.which("epmd")
    if found is None:
        raise MissingServerError("epmd (part of Erlang) is not on PATH: install the package erlang-base")
    return found
