"""Intake's pages at the desk: chats with citizens, requests that village registrars file, and the audit log."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.intake.desk import chat_acts, chats, village_form, villages
from services.intake.desk.room import DeskRoom
from services.intake.desk.search import IntakeSearch
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit, search

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    room = DeskRoom(deps, units, pages)
    audit.install(app, units.audit, units.note, pages, "permohonan")
    search.install(app, "permohonan", IntakeSearch(room).find, pages, units.note, deps.clock)
    app.include_router(chats.router(room))
    app.include_router(chat_acts.router(room))
    app.include_router(village_form.router(room))  # before the address of one request, which would take `ajukan` for a receipt
    app.include_router(villages.router(room))
