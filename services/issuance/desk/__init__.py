"""Issuance's pages at the desk: the register of documents."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI

from services.issuance.desk import documents, overview
from services.issuance.desk.search import DocumentSearch
from services.issuance.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.reference.catalogue import catalogue
from shared.web.desk import Pages, audit, search
from shared.web.stuck import StuckSource
from shared.web.stuck import pages as stuck

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    app.include_router(documents.router(deps, pages))
    summary = APIRouter(include_in_schema=False)
    overview.gallery(deps).install(summary, pages)
    app.include_router(summary)
    audit.install(app, units.audit, units.note, pages, "dokumen")
    search.install(app, "dokumen", DocumentSearch(deps).find, pages, units.note, deps.clock)


def install_stuck(app: FastAPI, source: StuckSource, personal: frozenset[str], refusals: Sequence[str]) -> None:
    """Add what was given up here to the page of stuck work. `personal`: names of fields that tell of persons."""
    stuck.install(app, stuck.StuckRoom("dokumen", source, personal, _product_name, refusals), Pages(TEMPLATES))


def _product_name(product: str) -> str:
    found = catalogue().products.get(product)
    return found.name if found else product
