"""What comes in over HTTP: documents for services and officers, the check page for everybody."""

from fastapi import FastAPI

from services.issuance.api import check, documents, stuck
from services.issuance.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner

PUBLIC = frozenset({check.PATH})


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the routes to the app."""
    app.include_router(documents.router(units, deps))
    app.include_router(check.router(deps))
    app.include_router(stuck.router(units, deps))
