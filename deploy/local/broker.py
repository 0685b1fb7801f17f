"""A private RabbitMQ node for `make run` and the tests, as plain processes: the node and its port mapper.

It touches no server that the machine may already run: it has its own ports and its own folder. Calls block; from a running event loop use
``asyncio.to_thread``.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from typing import Final
from urllib.parse import quote

from deploy.keys import keep_secret
from deploy.local.broker_api import USER, RabbitApi
from deploy.local.ports import HOST, free_ports, require_free
from deploy.local.processes import CannotStartError, Process, stop_left_over
from deploy.local.programs import find_epmd, find_rabbitmq
from deploy.rabbitmq import formation

BOOT_TIMEOUT_SECONDS: Final = 90  # a node boots in 4 s; a machine that also compiles and tests takes many times that


@dataclass(frozen=True)
class Seat:
    """A place in a cluster: the AMQP ports of all its nodes, the first of which makes it, and the secret they share.

    Its port mapper is the cluster's, for nodes find each other by one.
    """

    ports: tuple[int, ...]
    cookie: str


def node_name(port: int) -> str:
    """Return what a node is called that takes AMQP on a port."""
    return f"adminduk{port}@localhost"


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
        seat: Seat | None = None,
    ) -> None:
        self._metrics_port = 0
        self.folder = folder.resolve()
        self._seat = seat
        self.port = port
        self.api_port = api_port
        named = zip((port, api_port, dist_port, epmd_port), port_settings, strict=True)
        self._ports = tuple((port, setting) for port, setting in named if seat is None or port != epmd_port)
        self._program = find_rabbitmq(program)
        self._env = self._environment(dist_port, epmd_port)
        # The mapper runs as our child: the one that RabbitMQ would start by itself is a daemon that outlives everything.
        self._epmd = Process(
            "epmd",
            [find_epmd(), "-port", str(epmd_port), "-address", HOST],
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

    def tell_metrics_on(self, port: int) -> None:
        """Let Prometheus ask on a port, from the next start on; it costs some memory, so nobody else has it."""
        self._metrics_port = port

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
        """Return the address of one virtual host."""
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
        require_free({setting: port for port, setting in self._ports})
        self._write_config()
        if self._seat is None:
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
            "RABBITMQ_NODENAME": node_name(self.port),
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
        plugins = ["rabbitmq_management", *(["rabbitmq_prometheus"] if self._metrics_port else [])]
        (self.folder / "enabled_plugins").write_text(f"[{','.join(plugins)}].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"management.tcp.ip = {HOST}\n"
            f"management.tcp.port = {self.api_port}\n"
            "log.file.level = info\n"
            "disk_free_limit.absolute = 50MB\n"
            "raft.wal_max_size_bytes = 33554432\n"  # the default of 512 MB is kept in memory
            + (f"prometheus.tcp.ip = {HOST}\nprometheus.tcp.port = {self._metrics_port}\n" if self._metrics_port else "")
            + (formation([node_name(port) for port in self._seat.ports]) if self._seat else "")
        )
        if self._seat is not None:
            keep_secret(self.folder / ".erlang.cookie", self._seat.cookie)
