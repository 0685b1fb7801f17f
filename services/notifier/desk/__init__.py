"""The notifier's pages at the desk: what was sent, and how far it came."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI

from services.notifier.desk import messages, overview
from services.notifier.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    app.include_router(messages.router(deps, pages))
    summary = APIRouter(include_in_schema=False)
    overview.gallery(deps).install(summary, pages)
    app.include_router(summary)
    audit.install(app, units.audit, units.note, pages, "pesan")
