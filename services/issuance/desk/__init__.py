"""Issuance's pages at the desk: the register of documents."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.issuance.desk import documents
from services.issuance.desk.search import DocumentSearch
from services.issuance.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit, search

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    app.include_router(documents.router(deps, pages))
    audit.install(app, units.audit, units.note, pages, "dokumen")
    search.install(app, "dokumen", DocumentSearch(deps).find, pages, units.note, deps.clock)
