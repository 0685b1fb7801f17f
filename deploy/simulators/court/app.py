"""Put the court simulator together: callbacks, control API, the clerk's page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from deploy.simulators.court import api
from deploy.simulators.court.courtroom import Courtroom
from deploy.simulators.court.settings import Settings
from deploy.simulators.serving import simulator_app
from shared.clock import Clock, now

STATIC: Final = Path(__file__).with_name("static")


def build(settings: Settings, clock: Clock = now) -> tuple[FastAPI, Courtroom]:
    """Return the app and the court behind it. Starts nothing before the app's lifespan does."""
    court = Courtroom(settings, clock)
    app = simulator_app(
        "Religious Court simulator",
        STATIC,
        court,
        start=court.resume,
        keeping=lambda: court.kept.keeping(lambda: court.desk.decisions, lambda: court.feed.sequence),
        stop=court.sender.stop,
    )
    app.include_router(api.router(court))
    return app, court
