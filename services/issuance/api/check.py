"""The public page behind the QR code: genuine and valid or not, for anybody with a phone; and `/v`, which says how to look.

What was issued is told with its number, date and masked name, and whether it is still valid; what was not is no more than its state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.issuance.domain.document import Document
from services.issuance.ports import Deps
from shared.clock import WIB
from shared.reference.catalogue import catalogue
from shared.settings import PageSettings
from shared.values import PersonName
from shared.web.public import PublicPages

PATH: Final = "/v/{token}"
HOW: Final = "/v"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bit in base64url, as `shared.ids.new_token` makes it


def router(deps: Deps, settings: PageSettings) -> APIRouter:
    """Return the routes, with that of the files that their pages load."""
    pages = PublicPages(_TEMPLATES, settings, home=settings.public_url.rstrip("/"))
    names = {product.id: product.document for product in catalogue().products.values()}
    routes = APIRouter()
    routes.include_router(pages.router())

    @routes.get(HOW, response_class=HTMLResponse, tags=["public"], summary="How is a document checked?")
    async def how() -> HTMLResponse:
        return pages.show("how_to_check.html", kept=True, here=HOW, checked_at=deps.check_base_url)

    @routes.get(PATH, response_class=HTMLResponse, tags=["public"], summary="Is this document genuine?")
    async def check(token: str) -> HTMLResponse:
        document = await deps.document_reader.find_by_token(token) if _TOKEN.fullmatch(token) else None
        answer = _verdict(pages, names, document)
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        answer.headers["Referrer-Policy"] = "no-referrer"  # the address is the secret
        return answer

    return routes


def _verdict(pages: PublicPages, names: Mapping[str, str], document: Document | None) -> HTMLResponse:
    """Return what is known of a document; 404 where nothing was issued."""
    is_issued = document is not None and document.issued_at is not None
    return pages.show(
        "check.html",
        status=HTTPStatus.OK if is_issued else HTTPStatus.NOT_FOUND,
        here=HOW,
        verdict=document.state if document else "unknown",
        document=document if is_issued else None,
        product=names.get(document.product, document.product) if document else "",
        issued_on=_day(document.claimed_at) if document else None,
        ended_on=_day(document.superseded_at or document.revoked_at) if document else None,
        masked_name=PersonName(document.holder_name).masked if document else "",
    )


def _day(at: datetime | None) -> date | None:
    return at.astimezone(WIB).date() if at else None
