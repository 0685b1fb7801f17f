"""Intake's pages for everybody."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.intake.ports import Deps, Tx
from services.intake.public import survey
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.settings import PublicSettings
from shared.web.public import ASSET_PATH, PublicPages

TEMPLATES: Final = Path(__file__).parent / "templates"
PATHS: Final = frozenset({ASSET_PATH}) | survey.PATHS
"""Routes that ask nobody."""


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, settings: PublicSettings) -> None:
    """Add the pages to the app."""
    pages = PublicPages(TEMPLATES, settings)
    app.include_router(pages.router())
    app.include_router(survey.router(deps, units, pages))
