"""Ports of this machine: is one free, who holds it, give me a free one."""

import contextlib
import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil

HOST = "127.0.0.1"
PORTS: Final = range(20_000, 32_000)


class PortTakenError(Exception):
    """Ports that we need are held by somebody else: a line for each."""

    def __init__(self, taken: Mapping[str, int]) -> None:
        super().__init__(
            "\n".join(
                f"port {port} ({setting}) is taken by {holder(port)}: stop it, or set {setting} to a free port"
                for setting, port in taken.items()
            )
        )


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port in TIME_WAIT is free
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: Mapping[str, int]) -> None:
    """Pass where all of these ports are free. `ports`: by the setting that moves each.

    Raises:
        PortTakenError: names each that is not, its setting and, where the system tells, the process.
    """
    if taken := {setting: port for setting, port in ports.items() if not is_free(port)}:
        raise PortTakenError(taken)


def holder(port: int) -> str:
    """Describe who listens on the port, for a message to a person."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another process"


def free_ports(count: int) -> tuple[int, ...]:
    """Pick ports that are free, all different, and given to no other process of this user while ours lives.

    They lie below the range that the system takes from for outgoing connections: such a connection could hold one before its server starts.

    Raises:
        OSError: there are not so many.
    """
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == count:
            break
        if _claim(port) and is_free(port):
            found.append(port)
    if len(found) < count:
        raise OSError(f"no {count} free ports between {PORTS.start} and {PORTS.stop}")
    return tuple(found)


def _claim(port: int) -> bool:
    """Lock the port's file; the lock ends with this process, whose descriptor stays open."""
    folder = Path(tempfile.gettempdir()) / f"adminduk-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    claim = os.open(folder / str(port), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(claim)
        return False
    return True
