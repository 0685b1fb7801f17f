"""A TCP proxy that misbehaves on command: cuts with a reset, hangs without one, delays, loses what the server says."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit, urlunsplit

CHUNK_BYTES = 64 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST instead of FIN


@dataclass(eq=False)
class _Pipe:
    """One client's connection and the one behind it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    deaf: bool = False
    pumps: list[asyncio.Task[None]] = field(default_factory=list)


class Proxy:
    """Stands between a client and a server. Every fault is off until it is asked for, and `heal` ends all of them."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener: asyncio.Server | None = None
        self._pipes: set[_Pipe] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._deaf = False
        self._delay_seconds = 0.0
        self.connections = 0
        """How many were ever accepted and passed on."""

    @classmethod
    @asynccontextmanager
    async def before(cls, url: str) -> AsyncIterator[Self]:
        """A running proxy in front of the server of ``url``."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        proxy = cls(parts.hostname, parts.port)
        await proxy.start()
        try:
            yield proxy
        finally:
            await proxy.stop()

    async def start(self) -> None:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    @property
    def open_connections(self) -> int:
        return len(self._pipes)

    def url(self, url: str) -> str:
        """The same address, through the proxy."""
        parts = urlsplit(url)
        credentials, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{self.port}"))

    def reset(self) -> None:
        """Cut every connection with RST; new ones are welcome."""
        for pipe in list(self._pipes):
            self._cut(pipe)

    def cut(self) -> None:
        """Cut every connection with RST, and every new one, until `heal`."""
        self._refusing = True
        self.reset()

    def hang(self) -> None:
        """Pass nothing on in either direction and close nothing, until `heal`. New connections are accepted and hang as well."""
        self._flowing.clear()

    def delay(self, seconds: float) -> None:
        """Hold every chunk for so long, in each direction, until `heal`."""
        self._delay_seconds = seconds

    def drop_downstream(self) -> None:
        """Throw away what the server says from now on.

        A connection that lost bytes stays deaf after `heal`: the rest would make no sense.
        """
        self._deaf = True

    def heal(self) -> None:
        """End every fault. What hung flows on."""
        self._refusing = False
        self._deaf = False
        self._delay_seconds = 0.0
        self._flowing.set()

    async def stop(self) -> None:
        self.cut()
        if self._listener is not None:
            self._listener.close()
        pumps = [pump for pipe in self._pipes for pump in pipe.pumps]
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _reset(writer)
            return
        try:
            behind, server = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)
            return
        self.connections += 1
        pipe = _Pipe(writer, server)
        self._pipes.add(pipe)
        pipe.pumps = [
            asyncio.create_task(self._pump(pipe, reader, server, downstream=False)),
            asyncio.create_task(self._pump(pipe, behind, writer, downstream=True)),
        ]
        await asyncio.wait(pipe.pumps, return_when=asyncio.FIRST_COMPLETED)
        self._close(pipe)

    async def _pump(self, pipe: _Pipe, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, downstream: bool) -> None:
        try:
            while data := await source.read(CHUNK_BYTES):
                await self._flowing.wait()
                if self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                if downstream and (self._deaf or pipe.deaf):
                    pipe.deaf = True
                    continue
                sink.write(data)
                await sink.drain()
        except OSError:
            pass

    def _cut(self, pipe: _Pipe) -> None:
        _reset(pipe.client)
        _reset(pipe.server)
        self._close(pipe)

    def _close(self, pipe: _Pipe) -> None:
        self._pipes.discard(pipe)
        for pump in pipe.pumps:
            pump.cancel()
        pipe.client.close()
        pipe.server.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
