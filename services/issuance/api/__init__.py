"""What comes in over HTTP: documents for services and officers, the check page for everybody."""

from fastapi import FastAPI

from services.issuance.api import check, documents, stuck
from services.issuance.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.settings import PageSettings
from shared.web.public import ASSET_PATH

PUBLIC = frozenset({check.PATH, check.HOW, ASSET_PATH})


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, settings: PageSettings) -> None:
    """Add the routes to the app."""
    app.include_router(documents.router(units, deps))
    app.include_router(check.router(deps, settings))
    app.include_router(stuck.router(units, deps))
