"""Put the court simulator together: callbacks, control API, the clerk's page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from deploy.simulators.court import api
from deploy.simulators.court.courtroom import Courtroom
from deploy.simulators.court.settings import Settings
from shared.clock import Clock, now
from shared.web import docs

STATIC: Final = Path(__file__).with_name("static")


def build(settings: Settings, clock: Clock = now) -> tuple[FastAPI, Courtroom]:
    """Return the app and the court behind it. Starts nothing before the app's lifespan does."""
    court = Courtroom(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        court.resume()
        try:
            async with court.kept.keeping(lambda: court.desk.decisions, lambda: court.feed.sequence):
                yield
        finally:
            court.close()
            await court.sender.stop()

    app = FastAPI(title="Religious Court simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    docs.install(app)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/livez", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(api.router(court))
    return app, court
