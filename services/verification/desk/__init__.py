"""Verification's pages at the desk: work."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.verification.desk import decisions, sheet_pages, work_list
from services.verification.desk.work_room import WorkRoom
from services.verification.ports import Deps, Tx
from services.verification.ports.staff import StaffReader
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages

TEMPLATES: Final = Path(__file__).parent / "templates"


def install_work(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, staff: StaffReader) -> None:
    """Add the pages of work to the app; the shell must be in it."""
    room = WorkRoom(units, deps, staff, Pages(TEMPLATES))
    app.include_router(work_list.router(room))  # before what takes an id: `berikutnya` is none
    app.include_router(decisions.router(room))
    app.include_router(sheet_pages.router(room))
