"""A service of almost nothing, for tests of what every process does.

Environment: TINY_FLAG (a file that must exist before it is prepared), TINY_FAIL (`end` or `raise`: how the worker misbehaves once
TINY_FAIL_FLAG exists), TINY_UNREADY (the worker says that it is not ready).
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fastapi import Request
from fastapi.responses import PlainTextResponse

from shared.health import Check, Health
from shared.mongo import DatabaseUnavailable
from shared.process import BackgroundJob, Service, Stop, main
from shared.settings import ServiceSettings
from shared.web import Client, FastAPI, create_app, require

STALL_SECONDS = 3  # longer than a request may take before it is called slow
LONG_BYTES = 16 * 1024 * 1024  # more than any socket holds


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _there(setting: str) -> bool:
    return Path(os.environ[setting]).exists()


async def worker(stop: Stop) -> None:
    while not stop.is_set():
        if _there("TINY_FAIL_FLAG"):
            if os.environ["TINY_FAIL"] == "raise":
                raise RuntimeError("broken 3519010101850001")
            return
        await asyncio.sleep(0.01)
    say("worker stopped")


def add_routes(app: FastAPI) -> None:
    """What callers may try to be slow at."""

    @app.post("/told")
    async def told(request: Request) -> int:
        return len(await request.body())

    @app.post("/upload")
    async def upload(request: Request, _: Client = require("files:write")) -> int:
        return len(await request.body())

    @app.get("/stall")
    async def stall() -> None:
        say("stalls")
        time.sleep(STALL_SECONDS)  # noqa: ASYNC251 - holds up the whole process: that is the point

    @app.get("/long")
    async def long() -> PlainTextResponse:
        return PlainTextResponse("x" * LONG_BYTES)


def build(settings: ServiceSettings) -> Service:
    health = Health()
    app = create_app(settings, health, title="tiny", public={"/slow", "/told", "/long", "/stall"})
    begun = asyncio.Event()

    @app.get("/slow")
    async def slow(seconds: float = 0.5) -> str:
        say("slow began")
        begun.set()
        await asyncio.sleep(seconds)
        say("slow ended")
        return "done"

    add_routes(app)

    async def prepare() -> None:
        if not _there("TINY_FLAG"):
            raise DatabaseUnavailable("database_unavailable", "not there")
        say("prepared")

    async def relay(stop: Stop) -> None:
        await stop.wait()
        say("relay stopped")

    async def worker_check() -> Check:
        return Check(ok="TINY_UNREADY" not in os.environ, reason="worker_late")

    async def close() -> None:
        say("closed")

    return Service(
        "tiny", health, app, prepare, (BackgroundJob("worker", worker, {"worker": worker_check}),), BackgroundJob("relay", relay), (close,)
    )


def hello(words: Sequence[str]) -> int:
    say("hello " + " ".join(words))
    return 7


if __name__ == "__main__":
    main("tiny", ServiceSettings, build, {"hello": hello})
