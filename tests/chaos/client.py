"""HTTP/1.1 by hand over kept connections: what asks must not take the cores from what is asked.

Understands what our own servers answer: a status line, headers with a content length, a body. Errors are those of httpx.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import orjson

from shared.clock import monotonic_seconds
from shared.ids import new_id

IDLE_SECONDS: Final = 3.0  # less than after what our servers close a connection that is not used
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_CLOSE: Final = b"connection: close"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status_code: int
    content: bytes

    @property
    def is_success(self) -> bool:
        """2xx."""
        return HTTPStatus.OK <= self.status_code < HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> Any:
        """The body, decoded."""
        return orjson.loads(self.content)

    def raise_for_status(self) -> None:
        """Nothing, when it is 2xx.

        Raises:
            httpx.HTTPError: it is not.
        """
        if not self.is_success:
            raise httpx.HTTPError(f"{self.status_code} {self.content[:200].decode(errors='replace')}")


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[Answer] | None = None
        self.free_since = 0.0
        self.last = False
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(_END)
        if end < 0 or self.waiting is None or self.waiting.done():
            return
        head = bytes(self._data[:end]).lower()
        _, _, after = head.partition(_LENGTH)
        whole = end + len(_END) + (int(after.split(b"\r\n", 1)[0]) if after else 0)
        if len(self._data) >= whole:
            self.last = _CLOSE in head
            answer = Answer(int(head[9:12]), bytes(self._data[end + len(_END) : whole]))
            del self._data[:whole]
            self.waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(httpx.ReadError(f"the server hung up: {exc!r}"))

    def write(self, request: bytes) -> None:
        """Send a request.

        Raises:
            httpx.ConnectError: the server hung up just now.
        """
        if self.transport is None:
            raise httpx.ConnectError("the server hung up")
        self.transport.write(request)

    def close(self) -> None:
        """Hang up."""
        if self.transport is not None:
            self.transport.abort()


class Client:
    """Connections by server, as many as requests are under way."""

    def __init__(self) -> None:
        self._free: dict[tuple[str, int], list[_Connection]] = {}

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,  # noqa: ASYNC109 - as httpx calls it
    ) -> Answer:
        """Ask and wait for the answer.

        Raises:
            httpx.TransportError: none came: not reached, hung up, or not in time.
        """
        where = urlsplit(url)
        body, kind = (content, {}) if json is None else (orjson.dumps(json), {"content-type": "application/json"})
        path = (where.path or "/") + (f"?{urlencode(params)}" if params else "")
        fields = {"host": where.netloc, "content-length": str(len(body)), **kind, **(headers or {})}
        head = "".join((f"{method} {path} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in fields.items()), "\r\n"))
        try:
            async with asyncio.timeout(timeout):
                return await self._send((where.hostname or "", where.port or 80), head.encode() + body)
        except TimeoutError:
            raise httpx.ReadTimeout(f"{method} {path}: no answer in {timeout:g} s") from None
        except OSError as error:
            raise httpx.ConnectError(f"{method} {path}: {error}") from None

    async def send_file(self, url: str, name: str, content: bytes, media_type: str) -> Answer:
        """Send a file as a page's form does."""
        edge = f"form-{new_id()}"
        head = f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\ncontent-type: {media_type}\r\n\r\n'
        headers = {"content-type": f"multipart/form-data; boundary={edge}"}
        return await self.request("POST", url, content=head.encode() + content + f"\r\n--{edge}--\r\n".encode(), headers=headers)

    def close(self) -> None:
        """Hang up everywhere."""
        for free in self._free.values():
            for connection in free:
                connection.close()
        self._free.clear()

    async def _send(self, server: tuple[str, int], request: bytes) -> Answer:
        free = self._free.setdefault(server, [])
        connection = _usable(free) or await _connect(server)
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        connection.waiting = waiting
        try:
            connection.write(request)
            answer = await waiting
        except BaseException:
            connection.close()  # whatever comes now is the answer to a question that nobody asks any more
            raise
        if connection.last:
            connection.close()
        else:
            connection.free_since = monotonic_seconds()
            free.append(connection)
        return answer


def _usable(free: list[_Connection]) -> _Connection | None:
    """The one that was used last, if the server can't have closed it meanwhile."""
    while free:
        connection = free.pop()
        if connection.transport is not None and monotonic_seconds() - connection.free_since < IDLE_SECONDS:
            return connection
        connection.close()
    return None


async def _connect(server: tuple[str, int]) -> _Connection:
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, *server)
    return connection
