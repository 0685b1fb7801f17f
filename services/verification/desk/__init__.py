"""Verification's pages at the desk: work, the audit log, and those of people who work here (`accounts`)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.verification.desk import (
    assigning,
    decisions,
    green,
    hand_over,
    overview,
    papers,
    register,
    sheet_pages,
    side_by_side,
    work_list,
)
from services.verification.desk.search import VerificationSearch
from services.verification.desk.work_room import WorkRoom
from services.verification.ports import Deps, PdfPages, Tx
from services.verification.ports.staff import StaffReader
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.reference.catalogue import Catalogue
from shared.web.desk import Pages, audit, search
from shared.web.stuck import StuckSource
from shared.web.stuck import pages as stuck

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, staff: StaffReader, pdf: PdfPages) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    room = WorkRoom(units, deps, staff, pages, pdf)
    app.include_router(work_list.router(room))  # before what takes an id: `berikutnya` is none
    app.include_router(hand_over.router(room))
    app.include_router(green.router(room))
    app.include_router(assigning.router(room))
    app.include_router(decisions.router(room))
    app.include_router(sheet_pages.router(room))
    app.include_router(papers.router(room))
    app.include_router(side_by_side.router(room))
    app.include_router(overview.router(room))
    app.include_router(register.router(room))
    audit.install(app, units.audit, units.note, pages, "verifikasi", is_first=True)
    search.install(app, "verifikasi", VerificationSearch(room).find, pages, units.note, deps.clock)


def install_stuck(app: FastAPI, source: StuckSource, personal: frozenset[str], refusals: Sequence[str], catalogue: Catalogue) -> None:
    """Add what was given up here to the page of stuck work. `personal`: names of fields that tell of persons."""

    def service_name(service: str) -> str:
        found = catalogue.find(service)
        return found.name if found else service

    stuck.install(app, stuck.StuckRoom("verifikasi", source, personal, service_name, refusals), Pages(TEMPLATES))
