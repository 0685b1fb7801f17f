"""Ports of this machine: is one free, who holds it, give me a free one."""

import contextlib
import socket

import psutil

HOST = "127.0.0.1"


class PortTakenError(Exception):
    """A port that we need is held by somebody else."""

    def __init__(self, port: int, setting: str) -> None:
        super().__init__(f"port {port} ({setting}) is taken by {holder(port)}: stop it, or set {setting} to a free port")
        self.port = port
        self.setting = setting


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port in TIME_WAIT is free
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(port: int, setting: str) -> None:
    """Pass where the port is free.

    Raises:
        PortTakenError: names the port, the setting that moves it and, where the system tells, the process.
    """
    if not is_free(port):
        raise PortTakenError(port, setting)


def holder(port: int) -> str:
    """Describe who listens on the port, for a message to a person."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another process"


def free_ports(count: int) -> tuple[int, ...]:
    """Pick ports that were free a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return tuple(probe.getsockname()[1] for probe in probes)
