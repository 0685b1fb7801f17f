"""What comes in over HTTP: what operators look at and decide. Scope `admin` throughout."""

from fastapi import FastAPI

from services.notifier.api import operating, stuck
from services.notifier.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the routes to the app."""
    app.include_router(operating.router(deps))
    app.include_router(stuck.router(units, deps))
