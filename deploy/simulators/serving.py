"""What the simulators' apps have in common, and uvicorn that ends their open streams when told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from shared.web import docs

GRACE_SECONDS: Final = 2  # requests that hang on purpose must not hold the process


class Closing(Protocol):
    """What must end before the server can: the feed, requests that hang on purpose."""

    def close(self) -> None:
        """End now."""
        ...


def simulator_app(
    title: str,
    static: Path,
    closing: Closing,
    *,
    start: Callable[[], None],
    keeping: Callable[[], AbstractAsyncContextManager[None]],
    stop: Callable[[], Awaitable[None]],
    pages: Sequence[str] = ("/",),
) -> FastAPI:
    """Return an app with its files, and its page under each of `pages`. `keeping` holds its state from one run to the next."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        start()
        try:
            async with keeping():
                yield
        finally:
            closing.close()
            await stop()

    async def page() -> FileResponse:
        return FileResponse(static / "index.html", headers={"Cache-Control": "no-cache"})

    app = FastAPI(title=title, lifespan=lifespan, docs_url=None, redoc_url=None)
    docs.install(app)
    for path in pages:
        app.add_api_route(path, page, include_in_schema=False)

    @app.get("/livez", include_in_schema=False)
    @app.get("/readyz", include_in_schema=False)  # it waits for nobody
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    app.mount("/static", StaticFiles(directory=static), name="static")
    return app


class Server(uvicorn.Server):
    """uvicorn that closes streams on the signal, not after waiting for them."""

    def __init__(self, app: FastAPI, closing: Closing, *, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,  # paths of calls are no business of a log: they may name people
                timeout_graceful_shutdown=GRACE_SECONDS,
                timeout_keep_alive=75,
            ),
        )
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then stop as uvicorn does.

        Here and not on the signal: that comes between any two steps of the loop, even of one that begins to wait for a queue.
        """
        self._closing.close()
        await super().shutdown(sockets)

    def stop(self) -> None:
        """Stop without a signal (tests)."""
        self.should_exit = True


async def hang(request: Request, closing: asyncio.Event, *, at_most_seconds: float) -> None:
    """Give no answer until the caller goes away, the process stops or the time is up."""
    gone = asyncio.ensure_future(_disconnected(request))
    ending = asyncio.ensure_future(closing.wait())
    try:
        await asyncio.wait({gone, ending}, timeout=at_most_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        ending.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
