"""Put the simulator together: Graph API, control API, the page that shows what everybody sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from deploy.simulators.graph import control_api, graph_api
from deploy.simulators.graph.network import Network
from deploy.simulators.graph.settings import Settings
from shared.clock import Clock, now
from shared.web import docs

STATIC: Final = Path(__file__).with_name("static")


def build(settings: Settings, clock: Clock = now) -> tuple[FastAPI, Network]:
    """Return the app and the network behind it. Starts nothing before the app's lifespan does."""
    network = Network(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        network.messenger.start()
        try:
            async with network.kept.keeping(lambda: (network.world,), lambda: network.feed.sequence):
                yield
        finally:
            network.close()
            await network.messenger.stop()

    app = FastAPI(title="Graph API simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    docs.install(app)
    graph_api.install_errors(app)

    @app.get("/", include_in_schema=False)
    @app.get("/p/{post_id}", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/livez", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(control_api.router(network))
    app.include_router(graph_api.router(network))
    return app, network
