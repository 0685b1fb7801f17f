"""`/docs`: the API document as a page, from this origin alone. Swagger UI comes from npm by the lock file (docs/adr/0021)."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse

from shared.web.libraries import FOR_A_YEAR, LIBRARIES, hashed_name
from shared.web.problems import problem

PAGE_PATH: Final = "/docs"
ASSET_PATH: Final = "/docs/assets/{name}"
_HERE: Final = Path(__file__).parent
LIBRARY_FILES: Final = {
    "library_script": "swagger-ui-dist/swagger-ui-bundle.js",
    "library_style": "swagger-ui-dist/swagger-ui.css",
    "icon": "swagger-ui-dist/favicon-32x32.png",
}
_OWN: Final = {"script": "start.js", "style": "start.css"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; "  # data: the arrows and locks in Swagger UI's stylesheet
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


class Assets:
    """The files of the page, each under a name that changes with its content."""

    def __init__(self, libraries: Path) -> None:
        self._paths = {role: libraries / path for role, path in LIBRARY_FILES.items()} | {role: _HERE / path for role, path in _OWN.items()}
        self._names: dict[str, str] = {}
        self._files: dict[str, Path] = {}

    def names(self) -> dict[str, str]:
        """Return the served name of each role in the page. Read at the first call that finds all of them.

        Raises:
            FileNotFoundError: a library is not installed.
        """
        if not self._names:
            named = {role: hashed_name(path.name, path.read_bytes()) for role, path in self._paths.items()}
            self._files = {named[role]: path for role, path in self._paths.items()}
            self._names = named
        return self._names

    def find(self, name: str) -> Path | None:
        """Return the file under a served name.

        Raises:
            FileNotFoundError: a library is not installed.
        """
        self.names()
        return self._files.get(name)


def install(app: FastAPI, libraries: Path = LIBRARIES) -> None:
    """Give the app its `/docs`. Make the app with `docs_url=None, redoc_url=None`: FastAPI's own pages load from other hosts."""
    assets = Assets(libraries)
    template = Template((_HERE / "page.html").read_text(encoding="utf-8"))

    @app.get(PAGE_PATH, include_in_schema=False)
    async def page() -> Response:
        try:
            names = assets.names()
        except FileNotFoundError:
            return _missing()
        return HTMLResponse(template.substitute(names, title=escape(app.title)), headers=_PAGE_HEADERS)

    @app.get(ASSET_PATH, include_in_schema=False)
    async def asset(name: str) -> Response:
        try:
            found = assets.find(name)
        except FileNotFoundError:
            return _missing()
        if found is None:
            return problem(HTTPStatus.NOT_FOUND, "not_found", "No such file.")
        return FileResponse(found, headers=FOR_A_YEAR)


def _missing() -> Response:
    said = "The libraries of this page are not installed: `make setup` brings them. The document itself is /openapi.json."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "docs_not_installed", said)
