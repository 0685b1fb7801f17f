"""A page for everybody: a template of a service in the shared shape, with headers that let it do nothing but be read and send a form.

No script, no cookie, nothing from elsewhere. The stylesheet and the picture of the tab are served by each service that has such pages,
under names that hold their hashes: the front door may ask any.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.reference.calendar import written_week
from shared.reference.service_files import office_place
from shared.settings import PageSettings
from shared.web.desk.words import count, decimal
from shared.web.libraries import FOR_A_YEAR, hashed_name
from shared.web.problems import problem
from shared.web.public import words

ASSET_PATH: Final = "/aset/{name}"
_HERE: Final = Path(__file__).parent
_TYPES: Final[Mapping[str, str]] = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_KEPT_SECONDS: Final = 300  # how long a page that is the same for everybody may be kept by browsers and proxies
_SHORT_NUMBER: Final = 4  # digits of a group of a phone number


def static_files() -> dict[str, tuple[bytes, str]]:
    """Return what these pages load, by served name: content and media type."""
    contents = {path.name: _shortened(path.read_bytes()) for path in sorted((_HERE / "static").iterdir())}
    return {hashed_name(name, content): (content, _TYPES[Path(name).suffix]) for name, content in contents.items()}


def _plain_name(served: str) -> str:
    """Return `public.css` of `public.0a1b2c3d4e5f.css`."""
    name, _, kind = served.split(".")
    return f"{name}.{kind}"


class PublicPages:
    """The pages of one service: its own templates, and the shape that all have."""

    def __init__(self, folder: Path, settings: PageSettings, home: str = "") -> None:
        """`folder`: the service's templates of public pages. `home`: where those of other services are; "": beside them."""
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(_HERE / "templates")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # who changes a template starts the service again
        )
        self._icons = icon_shapes()
        self._digits = settings.whatsapp_number
        self.number = written_number(settings.whatsapp_number)
        """Our number as people write it; "" where none is told."""
        self._assets = static_files()
        names = {_plain_name(served): served for served in self._assets}
        self._environment.globals |= {
            "icon": self._icon,
            "wa": self.wa_link,
            "asset": lambda name: ASSET_PATH.replace("{name}", names[name]),
            "base": home,
            "site": settings.public_url.rstrip("/"),
            "whatsapp": self.number,
            "place": office_place().name,
            "street": settings.office_address.strip(),
            "hours": written_week().split(", "),
        }
        self._environment.filters |= {"count": count, "decimal": decimal, "moment": words.moment, "day": words.day}

    def show(self, template: str, *, status: int = HTTPStatus.OK, kept: bool = False, **values: Any) -> HTMLResponse:
        """Return a page. `kept`: it is the same for everybody, and may be kept for some minutes."""
        html = self._environment.get_template(template).render(**values)
        caching = f"public, max-age={_KEPT_SECONDS}" if kept else "no-store"
        return HTMLResponse(html, int(status), headers={**_HEADERS, "Cache-Control": caching})

    def not_found(self) -> HTMLResponse:
        """Return the page of an address that there is not."""
        return self.show("not_found.html", status=HTTPStatus.NOT_FOUND)

    def router(self) -> APIRouter:
        """Return the route of the files that pages load."""
        routes = APIRouter()

        @routes.get(ASSET_PATH, include_in_schema=False)
        async def asset(name: str) -> Response:
            found = self._assets.get(name)
            if found is None:
                return problem(HTTPStatus.NOT_FOUND, "not_found", "No such file.")
            content, media_type = found
            return Response(content, media_type=media_type, headers=dict(FOR_A_YEAR))

        return routes

    def wa_link(self, text: str) -> str:
        """Return the address that opens a chat with us where this text is written already; "" where no number is told."""
        return f"https://wa.me/{self._digits}?text={quote(text, safe='')}" if self._digits else ""

    def _icon(self, name: str) -> Markup:
        drawn = Markup(self._icons[name])  # noqa: S704 - our own file, nothing of a caller's
        return Markup('<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(drawn)


@cache
def icon_shapes() -> Mapping[str, str]:
    """Return the icons by name: what stands within an SVG of 24 by 24."""
    return MappingProxyType(tomllib.loads((_HERE / "data" / "icons.toml").read_text(encoding="utf-8")))


def written_number(number: str) -> str:
    """Return a number as people write it: `628113519000` becomes `0811-3519-000`."""
    local = "0" + number.removeprefix("62") if number.startswith("62") else number
    return "-".join(local[start : start + _SHORT_NUMBER] for start in range(0, len(local), _SHORT_NUMBER))


def _shortened(content: bytes) -> bytes:
    return re.sub(rb"/\*.*?\*/|\n", b"", content)
