"""Issuance's pages on an app of their own, and browsers of people who are signed in."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from fastapi import FastAPI

from services.issuance import desk as pages
from services.issuance.settings import Settings
from shared.health import Health
from shared.pdf_pages import PdfiumPages
from shared.web import create_app
from shared.web.desk import shell
from tests.integration.issuance.office import Desk
from tests.support.sessions import SessionIssuer

OpenBrowser = Callable[..., httpx.AsyncClient]


def desk_app(desk: Desk, settings: Settings, issuer: SessionIssuer) -> FastAPI:
    """The pages of a running issuance."""
    made = create_app(settings, Health(), title="test")
    shell.install(made, settings, Health(), issuer.read, pages.TEMPLATES, desk.clock)
    pages.install(made, desk.parts.units, desk.parts.deps, PdfiumPages())

    @made.get("/desk/{page}/jumlah", include_in_schema=False)
    async def counted_elsewhere(page: str) -> dict[str, object]:
        """Answer for the other services, which count at the side of every page."""
        return {"page": page, "waiting": 0, "urgent": False}

    return made
