"""Intake's pages at the desk: the audit log."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit

TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    _ = deps  # chats have no pages yet
    audit.install(app, units.audit, units.note, Pages(TEMPLATES), "permohonan")
