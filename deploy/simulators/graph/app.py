"""Put the simulator together: Graph API, control API, the page that shows what everybody sees."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from deploy.simulators.graph import control_api, graph_api
from deploy.simulators.graph.network import Network
from deploy.simulators.graph.settings import Settings
from deploy.simulators.serving import simulator_app
from shared.clock import Clock, now

STATIC: Final = Path(__file__).with_name("static")


def build(settings: Settings, clock: Clock = now) -> tuple[FastAPI, Network]:
    """Return the app and the network behind it. Starts nothing before the app's lifespan does."""
    network = Network(settings, clock)
    app = simulator_app(
        "Graph API simulator",
        STATIC,
        network,
        start=network.messenger.start,
        keeping=lambda: network.kept.keeping(lambda: (network.world,), lambda: network.feed.sequence),
        stop=network.messenger.stop,
        pages=("/", "/p/{post_id}"),
    )
    graph_api.install_errors(app)
    app.include_router(control_api.router(network))
    app.include_router(graph_api.router(network))
    return app, network
