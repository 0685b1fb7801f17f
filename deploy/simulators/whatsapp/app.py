"""Put the WhatsApp simulator together: Graph API, control API, chat page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from deploy.simulators.serving import simulator_app
from deploy.simulators.whatsapp import cloud_api, control_api, disturbing_api, samples_api
from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.settings import Settings
from shared.clock import Clock, now

STATIC: Final = Path(__file__).with_name("static")


def build(settings: Settings, clock: Clock = now) -> tuple[FastAPI, Carrier]:
    """Return the app and the network behind it. Starts nothing before the app's lifespan does."""
    carrier = Carrier(settings, clock)
    app = simulator_app(
        "WhatsApp Cloud API simulator",
        STATIC,
        carrier,
        start=carrier.postman.start,
        keeping=lambda: carrier.kept.keeping(carrier.everything, lambda: carrier.feed.sequence),
        stop=carrier.postman.stop,
    )
    cloud_api.install_errors(app, carrier)
    for api in (control_api, disturbing_api, samples_api):
        app.include_router(api.router(carrier))
    app.include_router(cloud_api.router(carrier))
    return app, carrier
