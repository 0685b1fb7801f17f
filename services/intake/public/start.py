"""The start page, a page for each service, and what programs read: robots.txt and the sitemap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from services.intake.domain.cards import at_the_office
from services.intake.public.room import PublicRoom
from shared.reference.service_files import office_place
from shared.web.qr import qr_svg

START: Final = "/"
SERVICE: Final = "/layanan/{code}"
NOWHERE: Final = "/tidak-ada"
"""What the front door asks for where nobody has an address."""
ROBOTS: Final = "/robots.txt"
SITEMAP: Final = "/sitemap.xml"
_CLOSED: Final = ("/desk", "/v1/", "/m/", "/v/")
"""What is nobody's to list: pages of officers, the API, addresses that count visits or open documents."""
PICTURE: Final = "/gambar/{name}"
QR: Final = "/gambar/qr/{service}"
_OF_ALL: Final = "pakdeon"
PATHS: Final = frozenset({START, SERVICE, PICTURE, QR, NOWHERE, ROBOTS, SITEMAP})
_PICTURE_HEADERS: Final = {
    "Cache-Control": "public, max-age=86400",
    "X-Content-Type-Options": "nosniff",
}  # a day: texts change with releases


def router(room: PublicRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages, menu = room.pages, room.deps.menu
    office_only = at_the_office(menu, room.deps.texts)

    @routes.get(START)
    async def start(s: str = "") -> HTMLResponse:
        code = await room.known_code(s)
        return pages.show("start.html", kept=not code, here=START, code=code, groups=room.groups, office_only=office_only)

    @routes.get(SERVICE)
    async def service(code: str, s: str = "") -> HTMLResponse:
        card = room.cards.get(code)
        if card is None:
            return pages.not_found()
        source = await room.known_code(s)
        return pages.show("service.html", kept=not source, card=card, code=source, where="Kabupaten Madiun")

    @routes.get(PICTURE)
    async def picture(name: str) -> Response:
        text = _shared(room, name.removesuffix(".png")) if name.endswith(".png") else None
        if text is None:
            return pages.not_found()
        return Response(await room.deps.reports.png("share", text), media_type="image/png", headers=_PICTURE_HEADERS)

    @routes.get(QR)
    async def qr(service: str, s: str = "") -> Response:
        sentence = room.sentence_of(service.removesuffix(".svg").removeprefix(_OF_ALL))
        link = pages.wa_link(room.with_code(sentence, await room.known_code(s))) if sentence else ""
        return Response(qr_svg(link), media_type="image/svg+xml", headers=_PICTURE_HEADERS) if link else pages.not_found()

    return routes


def programs_router(room: PublicRoom) -> APIRouter:
    """Return the routes that programs ask, and the one of addresses that there are not."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(NOWHERE)
    async def nowhere() -> HTMLResponse:
        return room.pages.not_found()

    @routes.get(ROBOTS)
    async def robots() -> PlainTextResponse:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), f"Sitemap: {room.site}{SITEMAP}", ""]
        return PlainTextResponse("\n".join(lines))

    @routes.get(SITEMAP)
    async def sitemap() -> Response:
        paths = [START, "/status", "/v", "/statistik", *(SERVICE.replace("{code}", code) for code in room.cards)]
        rows = "".join(f"<url><loc>{room.site}{path}</loc></url>" for path in paths)
        body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
        return Response(body, media_type="application/xml")

    return routes


def _shared(room: PublicRoom, name: str) -> Mapping[str, str] | None:
    """Return what the picture of a shared link says; None where there is no such page."""
    foot = f"WhatsApp {room.pages.number}" if room.pages.number else office_place().name
    if name == _OF_ALL:
        return _picture_text("Urus KK, akta, dan KTP dari rumah lewat WhatsApp", "Kirim foto syaratnya, hasilnya kami kirim.", foot)
    card = room.cards.get(name)
    if card is None:
        return None
    if card.days is None:
        return _picture_text(f"{card.name}: pilih harinya lewat WhatsApp", "Dikerjakan di kantor, pada hari yang Anda pilih.", foot)
    return _picture_text(
        f"{card.name} lewat WhatsApp", f"Dari rumah. Selesai paling lama {card.days} hari kerja setelah syarat lengkap.", foot
    )


def _picture_text(headline: str, line: str, foot: str) -> Mapping[str, str]:
    return {"headline": headline, "line": line, "foot": foot}
