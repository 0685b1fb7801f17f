"""Callers who send their request byte by byte, or never, from one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

DRIP_SECONDS = 0.3


@dataclass(eq=False)
class SlowCaller:
    """One connection: what it said at once, then a byte now and then; what it was told in the end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: bytes = b""
    ended: bool = False

    @property
    def status(self) -> int:
        """Of the answer; 0 for none."""
        return int(self.heard.split(b" ", 2)[1]) if self.heard.startswith(b"HTTP/1.1 ") else 0

    async def drip(self) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            while True:
                self.writer.write(b"x")
                await self.writer.drain()
                await asyncio.sleep(DRIP_SECONDS)

    async def listen(self) -> None:
        with suppress(ConnectionError):
            while piece := await self.reader.read(65536):
                self.heard += piece
        self.ended = True


@asynccontextmanager
async def slow_callers(port: int, count: int, begin: bytes, *, drip: bool = True) -> AsyncIterator[list[SlowCaller]]:
    """So many connections that each say `begin`, and then, with `drip`, one byte at a time."""
    callers = [SlowCaller(*(await asyncio.open_connection("127.0.0.1", port))) for _ in range(count)]
    tasks: list[asyncio.Task[None]] = []
    try:
        for caller in callers:
            caller.writer.write(begin)
            tasks.append(asyncio.create_task(caller.listen()))
            if drip:
                tasks.append(asyncio.create_task(caller.drip()))
        yield callers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for caller in callers:
            caller.writer.transport.abort()
        await asyncio.sleep(0)


def post(path: str, length: int, *headers: str) -> bytes:
    """The head of a request whose body is still to come."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", "Content-Type: application/json", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
