"""A private MongoDB for `make run` and the tests, as a plain process: a replica set of one.

It touches no server that the machine may already run: it has its own ports and its own folder. Calls block; from a running event loop use
``asyncio.to_thread``.
"""

import socket
from base64 import b64encode
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Final

from deploy import mongodb
from deploy.keys import keep_secret
from deploy.local.ports import HOST, free_ports, require_free
from deploy.local.processes import CannotStartError, Process, stop_left_over
from deploy.local.programs import find_mongod

START_TIMEOUT_SECONDS: Final = 90  # it starts in 1 s; a machine that also compiles and tests takes many times that
KEYFILE_BYTES: Final = 192  # of random: what every member of a set knows, 256 characters as text
PASSWORD_BYTES: Final = 24  # 192 bit


class MongoNode:
    """A private mongod as a replica set of one, which is what transactions and change streams need; nobody gets in without a password."""

    def __init__(self, folder: Path, *, port: int, test_commands: bool = False, expires: bool = True, is_member: bool = False) -> None:
        """Describe it.

        Args:
            folder: Its data, its log and its secrets.
            port: Where it listens.
            test_commands: Lets tests inject faults (``failCommand``).
            expires: Whether rows go when their time has come.
            is_member: Of a larger set, which others put together.
        """
        self.folder = folder.resolve()
        self.port = port
        self._is_member = is_member
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
        """What every member of a set knows."""
        return self.folder / "keyfile"

    def share(self, password: str, key: str) -> None:
        """Take the administrator's password and the members' key from a larger set, before the first start."""
        keep_secret(self.folder / "administrator-password", password)
        keep_secret(self._keyfile, key)

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
        """Start the node and wait until it is a writable primary; a member of a larger set, until it listens. Nothing happens when it runs.

        Raises:
            PortTakenError: its port is taken; the message names port, setting and holder.
            CannotStartError: it ended or did not become ready; carries the end of its log.
        """
        if self.running:
            return
        self.stop()
        require_free({"MONGO_PORT": self.port})
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        keep_secret(self._keyfile, b64encode(token_bytes(KEYFILE_BYTES)).decode())
        self._process.start()
        self._process.wait_ready(lambda: _accepts(self.port), START_TIMEOUT_SECONDS)
        if self._is_member:
            return
        try:
            mongodb.make_primary(self.url, f"{HOST}:{self.port}", START_TIMEOUT_SECONDS)
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
