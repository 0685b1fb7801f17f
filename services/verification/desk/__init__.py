"""Verification's pages at the desk: the audit log, and those of people who work here (`accounts`)."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.verification.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    _ = deps  # tasks have no pages yet
    audit.install(app, units.audit, units.note, Pages(TEMPLATES), "verifikasi", is_first=True)
