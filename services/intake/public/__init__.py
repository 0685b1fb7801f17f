"""Intake's pages for everybody: the way in, each service with what it needs, the state of a request, the office's figures, the survey."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.intake.ports import Deps, Tx
from services.intake.public import figures, source, start, status, survey
from services.intake.public.room import PublicRoom
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.settings import PageSettings
from shared.web.public import ASSET_PATH, PublicPages

TEMPLATES: Final = Path(__file__).parent / "templates"
PATHS: Final = frozenset({ASSET_PATH}) | start.PATHS | source.PATHS | status.PATHS | figures.PATHS | survey.PATHS
"""Routes that ask nobody."""


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, settings: PageSettings) -> None:
    """Add the pages to the app."""
    pages = PublicPages(TEMPLATES, settings)
    room = PublicRoom(deps, pages, deps.cards.of, deps.cards.groups, settings.public_url.rstrip("/"))
    app.include_router(pages.router())
    for part in (start, source, status, figures):
        app.include_router(part.router(room))
    app.include_router(start.programs_router(room))
    app.include_router(survey.router(deps, units, pages))
