"""Serve an app over real HTTP inside the test's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.ending = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals stay with pytest

    async def main_loop(self) -> None:
        """Wait to be told, where uvicorn looks ten times a second."""
        await self.on_tick(0)
        self.up.set()
        await self.ending.wait()


def free_socket() -> tuple[socket.socket, str]:
    """A listening place on a free port, and its address, known before the app that needs it is built."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    return place, f"http://127.0.0.1:{place.getsockname()[1]}"


@contextlib.asynccontextmanager
async def serving(app: Any, *, place: socket.socket | None = None, before_stop: Callable[[], None] | None = None) -> AsyncIterator[str]:
    """Serve until the block ends. ``before_stop`` ends streams that would hold the server up."""
    if place is None:
        place, _ = free_socket()
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[place]))
    started = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        started.cancel()
        if before_stop is not None:
            before_stop()
        server.ending.set()
        await task
        place.close()
