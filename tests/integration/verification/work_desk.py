"""The pages of work in an app, and browsers of the people who use them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
from fastapi import FastAPI

from services.verification import desk
from services.verification.settings import Settings
from services.verification.store import MongoStaffReader
from shared.health import Health
from shared.pdf_pages import PdfiumPages
from shared.web import create_app
from shared.web.desk import StaffMember, shell
from shared.web.desk.forms import HEADER, form_token
from tests.integration.verification.conftest import Office
from tests.support.sessions import ORIGIN, SessionIssuer

NAMES = {"rina": "Rina Widyastuti", "budi": "Budi Santoso", "sari": "Sari Kusumawati"}


def work_app(office: Office, issuer: SessionIssuer, *, secure: bool = True) -> FastAPI:
    """Verification's pages on the office's database."""
    settings = Settings.model_validate(
        {"amqp_url": "amqp://unused", "mongo_url": "mongodb://unused", "api_keys": [], "desk_secure": secure}
    )
    app = create_app(settings, Health(), title="test")
    shell.install(app, settings, Health(), issuer.read, desk.TEMPLATES, office.clock)
    desk.install(app, office.units, office.deps, MongoStaffReader(office.mongo, office.database), PdfiumPages())

    @app.get("/desk/macet/{page}/jumlah", include_in_schema=False)
    @app.get("/desk/{page}/jumlah", include_in_schema=False)
    async def counted_elsewhere(page: str) -> dict[str, object]:
        """Answer for the other services, which count at the side of every page."""
        return {"page": page, "waiting": 0, "urgent": False}

    return app


def officer(office: Office, issuer: SessionIssuer, login: str = "rina", *roles: str, **other: Any) -> StaffMember:
    """Somebody who is signed in; a verifier where no role is named."""
    member = issuer.member(*(roles or ("verifier",)), name=NAMES[login], at=office.clock(), **other)
    return replace(member, staff_id=login)


def browser_of(app: FastAPI, issuer: SessionIssuer, member: StaffMember) -> httpx.AsyncClient:
    """Their browser; what it sends comes from a page of ours."""
    headers = {"Accept": "text/html", "Origin": ORIGIN, HEADER: form_token(member.session_id)}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers)
    client.cookies.set("__Host-desk", issuer.token(member))
    return client
