"""The notifier's pages at the desk: what was sent, and how far it came."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.notifier.desk import messages
from services.notifier.desk.search import MessageSearch
from services.notifier.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit, search

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    app.include_router(messages.router(deps, pages))
    audit.install(app, units.audit, units.note, pages, "pesan")
    search.install(app, "pesan", MessageSearch(deps).find, pages, units.note, deps.clock)
