"""Issuance's pages at the desk: the register of documents, one document with its end by hand, and the board of cards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI

from services.issuance.desk import card_acts, card_export, cards, document_page, documents, number_page, overview
from services.issuance.desk.room import IssuanceRoom
from services.issuance.desk.search import IssuanceSearch
from services.issuance.ports import Deps, DocumentPictures, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.reference.catalogue import catalogue
from shared.web.desk import Pages, audit, search
from shared.web.stuck import StuckSource
from shared.web.stuck import pages as stuck

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, pdf: DocumentPictures) -> None:
    """Add the pages to the app; the shell must be in it."""
    room = IssuanceRoom(deps, units, Pages(TEMPLATES), pdf)
    app.include_router(documents.router(room))
    app.include_router(number_page.router(room))
    app.include_router(document_page.router(room))
    app.include_router(card_acts.router(room))
    app.include_router(card_export.router(room))  # before what takes an id: `unduh` is none
    app.include_router(cards.router(room))
    audit.install(app, units.audit, units.note, room.pages, "dokumen")
    search.install(app, "dokumen", IssuanceSearch(deps).find, room.pages, units.note, deps.clock)
    summary = APIRouter(include_in_schema=False)
    overview.gallery(deps).install(summary, room.pages)
    app.include_router(summary)


def install_stuck(app: FastAPI, source: StuckSource, personal: frozenset[str], refusals: Sequence[str]) -> None:
    """Add what was given up here to the page of stuck work. `personal`: names of fields that tell of persons."""
    stuck.install(app, stuck.StuckRoom("dokumen", source, personal, _product_name, refusals), Pages(TEMPLATES))


def _product_name(product: str) -> str:
    found = catalogue().products.get(product)
    return found.name if found else product
