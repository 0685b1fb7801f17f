"""The public page behind the QR code: genuine or not, for anybody with a phone. No script, no cookie, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.issuance.domain.document import Document, DocumentState
from services.issuance.ports import Deps
from shared.clock import WIB
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
        document = await deps.document_reader.find_by_token(token) if _TOKEN.fullmatch(token) else None
        return page.show(document if document is not None and document.state is DocumentState.ISSUED else None)

    return routes


class _Page:
    """Renders, with headers that let the page do nothing but be read."""

    def __init__(self, office: str) -> None:
        environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._template = environment.get_template("check.html")
        self._office = office
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
        """Return the verdict; 404 where there is nothing to vouch for."""
        html = self._template.render(
            document=document,
            office=self._office,
            style=self._style,
            issued_on=document.claimed_at.astimezone(WIB).date() if document else None,
            masked_name=PersonName(document.holder_name).masked if document else "",
        )
        return HTMLResponse(html, HTTPStatus.OK if document else HTTPStatus.NOT_FOUND, headers=self._headers)
