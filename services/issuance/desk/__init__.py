"""Issuance's pages at the desk: the register of documents, one document with its end by hand, and the board of cards."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.issuance.desk import card_acts, cards, document_page, documents, number_page
from services.issuance.desk.room import IssuanceRoom
from services.issuance.ports import Deps, DocumentPictures, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, pdf: DocumentPictures) -> None:
    """Add the pages to the app; the shell must be in it."""
    room = IssuanceRoom(deps, units, Pages(TEMPLATES), pdf)
    app.include_router(documents.router(deps, room.pages))
    app.include_router(number_page.router(room))
    app.include_router(document_page.router(room))
    app.include_router(card_acts.router(room))
    app.include_router(cards.router(room))
    audit.install(app, units.audit, units.note, room.pages, "dokumen")
