"""HTTP/1.1 by hand over kept connections: a load generator must not cost what it measures.

Understands what our own servers answer: a status line, headers with a content length, a body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import urlsplit

from shared.clock import monotonic_seconds

_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class Broken(Exception):  # noqa: N818 - what the connection is
    """The server hung up in the middle."""


class _Protocol(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # of a TCP connection

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(_END_OF_HEAD)
        if end < 0:
            return
        head = self._data[:end].lower()
        at = head.find(_LENGTH)
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        whole = end + len(_END_OF_HEAD) + length
        if len(self._data) >= whole and self.waiting is not None:
            body, self._data = self._data[end + len(_END_OF_HEAD) : whole], self._data[whole:]
            waiting, self.waiting = self.waiting, None
            if not waiting.done():
                waiting.set_result((int(head[9:12]), body))

    def connection_lost(self, _error: Exception | None) -> None:
        self.transport = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(Broken())


KEPT_SECONDS: Final = 3.0  # uvicorn hangs up after five


class Http:
    """Kept connections to one server; as many as requests are under way."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port or 80
        self._free: list[tuple[float, _Protocol]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for _freed, connection in self._free:
            if connection.transport is not None:
                connection.transport.close()

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send the bytes of a request (as `request` makes them); status and body.

        Raises:
            Broken: the server hung up.
            OSError: it can't be reached.
        """
        connection = self._kept() or await self._connect()
        connection.waiting = asyncio.get_running_loop().create_future()
        assert connection.transport is not None
        connection.transport.write(request)
        answer = await connection.waiting
        self._free.append((monotonic_seconds(), connection))
        return answer

    def _kept(self) -> _Protocol | None:
        """The connection that was used last, unless the server is about to hang up on it."""
        while self._free:
            freed, connection = self._free.pop()
            if connection.transport is None:
                continue
            if monotonic_seconds() - freed < KEPT_SECONDS:
                return connection
            connection.transport.close()
        return None

    async def _connect(self) -> _Protocol:
        _, protocol = await asyncio.get_running_loop().create_connection(_Protocol, self._host, self._port)
        return protocol


def request(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of one request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: bench",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + body
