"""What comes in over HTTP: documents for services and officers, the check page for everybody."""

from fastapi import FastAPI

from services.issuance.api import check, documents, stuck
from services.issuance.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner

PUBLIC = frozenset({check.PATH})


def mount(app: FastAPI, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
    """Add every route."""
    app.include_router(documents.router(deps, units))
    app.include_router(check.router(deps))
    app.include_router(stuck.router(deps, units))
