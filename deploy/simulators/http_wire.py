"""HTTP/1.1 by hand over kept connections: what asks must not take the cores from what is asked.

Understands what our own servers answer: a status line, headers with a content length, a body. A client library takes a millisecond of
CPU for each request, sixty times as much.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Self, cast
from urllib.parse import urlsplit

from shared.clock import monotonic_seconds

KEPT_SECONDS: Final = 3.0  # uvicorn hangs up on a connection that was not used for five
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_CLOSE: Final = b"connection: close"


class Broken(Exception):  # noqa: N818 - what the connection is
    """The server hung up in the middle."""


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.free_since = 0.0
        self.last = False
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are none by inheritance

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(_END_OF_HEAD)
        if end < 0 or self._waiting is None or self._waiting.done():
            return
        head = bytes(self._data[:end]).lower()
        _, _, after = head.partition(_LENGTH)
        whole = end + len(_END_OF_HEAD) + (int(after.split(b"\r\n", 1)[0]) if after else 0)
        if len(self._data) >= whole:
            self.last = _CLOSE in head
            body = bytes(self._data[end + len(_END_OF_HEAD) : whole])
            del self._data[:whole]
            self._waiting.set_result((int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Broken(f"the server hung up: {error!r}"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and wait for its answer."""
        if self.transport is None:
            raise Broken("the server hung up")
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self.transport is not None:
            self.transport.abort()


class Http:
    """Kept connections to one server; as many as requests are under way."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._secure = where.scheme == "https"
        self._server = where.hostname or "", where.port or (443 if self._secure else 80)
        self._free: list[_Connection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send the bytes of a request (as `request` makes them); status and body.

        Raises:
            Broken: the server hung up.
            OSError: it can't be reached.
        """
        connection = self._kept() or await self._connect()
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.close()  # whatever comes now is the answer to a question that nobody asks any more
            raise
        if connection.last:
            connection.close()
        else:
            connection.free_since = monotonic_seconds()
            self._free.append(connection)
        return answer

    def close(self) -> None:
        """Hang up."""
        for connection in self._free:
            connection.close()
        self._free.clear()

    def _kept(self) -> _Connection | None:
        """The connection that was used last, unless the server is about to hang up on it."""
        while self._free:
            connection = self._free.pop()
            if connection.transport is not None and monotonic_seconds() - connection.free_since < KEPT_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, *self._server, ssl=self._secure or None)
        return connection


def request(method: str, path: str, body: bytes, headers: Mapping[str, str], *, host: str = "bench") -> bytes:
    """The bytes of one request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"host: {host}",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + body
