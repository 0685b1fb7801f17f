"""Put the WhatsApp simulator together: Graph API, control API, chat page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from deploy.simulators.whatsapp import cloud_api, control_api, disturbing_api, samples_api
from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.settings import Settings
from shared.clock import Clock, now
from shared.web import docs

STATIC: Final = Path(__file__).with_name("static")


def build(settings: Settings, clock: Clock = now) -> tuple[FastAPI, Carrier]:
    """Return the app and the network behind it. Starts nothing before the app's lifespan does."""
    carrier = Carrier(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        carrier.postman.start()
        try:
            async with carrier.kept.keeping(carrier.everything, lambda: carrier.feed.sequence):
                yield
        finally:
            carrier.close()
            await carrier.postman.stop()

    app = FastAPI(title="WhatsApp Cloud API simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    docs.install(app)
    cloud_api.install_errors(app, carrier)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/livez", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for api in (control_api, disturbing_api, samples_api):
        app.include_router(api.router(carrier))
    app.include_router(cloud_api.router(carrier))
    return app, carrier
