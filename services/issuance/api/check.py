"""The public page behind the QR code: genuine and valid or not, for anybody with a phone. No script, no cookie, nothing loaded.

What was issued is told with its number, date and masked name, and whether it is still valid; what was not is no more than its state.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.issuance.domain.document import Document
from services.issuance.ports import Deps
from shared.clock import WIB
from shared.reference.catalogue import catalogue
from shared.values import PersonName

PATH: Final = "/v/{token}"
_TEMPLATES: Final = Path(__file__).parent.parent / "templates"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bit in base64url, as `shared.ids.new_token` makes it


def router(deps: Deps) -> APIRouter:
    """Return the one route."""
    page = _Page(deps.office.name)
    routes = APIRouter()

    @routes.get(PATH, response_class=HTMLResponse, tags=["public"], summary="Is this document genuine?")
    async def check(token: str) -> HTMLResponse:
        return page.show(await deps.document_reader.find_by_token(token) if _TOKEN.fullmatch(token) else None)

    return routes


class _Page:
    """Renders, with headers that let the page do nothing but be read."""

    def __init__(self, office: str) -> None:
        environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._template = environment.get_template("check.html")
        self._office = office
        self._names = {product.id: product.document for product in catalogue().products.values()}
        self._style = (_TEMPLATES / "check.css").read_text(encoding="utf-8")
        style_hash = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",  # the address is the secret
            "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }

    def show(self, document: Document | None) -> HTMLResponse:
        """Return the verdict; 404 where nothing was issued."""
        html = self._template.render(
            verdict=document.state if document else "unknown",
            document=document if document and document.issued_at else None,
            product=self._names.get(document.product, document.product) if document else "",
            office=self._office,
            style=self._style,
            issued_on=_day(document.claimed_at) if document else None,
            ended_on=_day(document.superseded_at or document.revoked_at) if document else None,
            masked_name=PersonName(document.holder_name).masked if document else "",
        )
        return HTMLResponse(html, HTTPStatus.OK if document and document.issued_at else HTTPStatus.NOT_FOUND, headers=self._headers)


def _day(at: datetime | None) -> date | None:
    return at.astimezone(WIB).date() if at else None
