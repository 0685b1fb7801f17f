"""Puts intake's routes on the app that every service has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI

from services.intake.api import court, documents, files, people, requests, stuck, whatsapp
from services.intake.ports import Deps, Tx
from shared.health import Health
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.settings import ServiceSettings
from shared.web import InFlightRequests, create_app

_OVERHEAD_BYTES: Final = 1024  # the file limit is the store's to judge, with its own code; the body limit stands just behind it


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with.

    `wake`: there is something in the webhook log; `in_flight`: what background work gives way to; `database_lost`: see `create_app`.
    """

    deps: Deps
    units: UnitOfWorkRunner[Tx]
    wake: Callable[[], None]
    whatsapp: whatsapp.Secrets
    courts: court.Signatures
    file_max_bytes: int
    in_flight: InFlightRequests
    database_lost: Callable[[], bool]


def create(settings: ServiceSettings, health: Health, parts: Parts) -> FastAPI:
    """The HTTP side of intake."""
    app = create_app(
        settings,
        health,
        title="Intake",
        database_lost=parts.database_lost,
        public=(whatsapp.PATH,),
        larger_bodies=((files.PATH, parts.file_max_bytes + _OVERHEAD_BYTES),),
        in_flight=parts.in_flight,
    )
    app.include_router(whatsapp.routes(parts.deps, parts.wake, parts.whatsapp))
    app.include_router(court.routes(parts.deps, parts.units, parts.courts))
    app.include_router(requests.routes(parts.deps, parts.units))
    app.include_router(people.routes(parts.deps, parts.units))
    app.include_router(documents.routes(parts.deps, parts.units))
    app.include_router(files.routes(parts.deps, parts.file_max_bytes))
    app.include_router(stuck.routes(parts.deps, parts.units, parts.wake))
    return app
