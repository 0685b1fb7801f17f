"""A page of the desk: a template of a service in the shell's layout, with who looks at it, what stands at the side and the form token."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.clock import now
from shared.web.desk import navigation, words
from shared.web.desk.assets import DeskAssets
from shared.web.desk.forms import FIELD, form_token
from shared.web.desk.session import RENEW, SIGN_OUT, StaffMember
from shared.web.desk.sought import PATH as SEARCH
from shared.web.desk.sought import owners_for

ASSETS: Final = "/desk/aset"
_HERE: Final = Path(__file__).parent
_ERRORS: Final = "errors.toml"
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "img-src 'self' data: blob:; "  # data: the arrows in Tabler's stylesheet; blob: a photo before it is sent
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with less, browsers would not say which page sent a form
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
"""Of every page: it loads from its own origin alone, is framed by nobody and kept by nobody."""


@cache
def assets() -> DeskAssets:
    """Return the files that pages load, read once.

    Raises:
        FileNotFoundError: the libraries are not installed.
    """
    return DeskAssets()


class Pages:
    """The pages of one service: its own templates, and those of the shell."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: the service's `desk/templates`. What it says about errors stands in `errors.toml` beside that folder."""
        folders = [_HERE / "templates"] if folder is None else [folder, _HERE / "templates"]
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(each) for each in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # who changes a template starts the service again
        )
        self._environment.globals |= {"icon": icon, "asset": asset, "query": _query}
        self._environment.filters |= {
            "count": words.count,
            "decimal": words.decimal,
            "difference": words.difference,
            "moment": words.moment,
            "masked_name": words.masked_name,
            "masked_number": words.masked_number,
            "masked_phone": words.masked_phone,
        }
        self._errors = _sentences(_HERE / "data" / _ERRORS, *((folder.parent / _ERRORS,) if folder else ()))

    def show(
        self, request: Request, template: str, member: StaffMember | None = None, *, status: int = HTTPStatus.OK, **values: Any
    ) -> HTMLResponse:
        """Return the page, or the part of one that htmx asked for. `member`: who looks at it; None: nobody is signed in."""
        return HTMLResponse(self.render(request, template, member, **values), int(status), headers=dict(HEADERS))

    def render(self, request: Request, template: str, member: StaffMember | None = None, **values: Any) -> str:
        """Return the text of it."""
        groups = navigation.visible_to(member) if member else ()
        moment = now()
        return self._environment.get_template(template).render(
            **{
                "member": member,
                "groups": groups,
                "at_hand": navigation.at_hand(groups),
                "path": request.url.path,
                "now": moment,
                "short": lambda at: words.short_moment(at, moment),
                "left": lambda until: words.time_left(until, moment),
                "form": _form_field(member.session_id) if member else "",
                "form_token": form_token(member.session_id) if member else "",
                "sign_out": SIGN_OUT,
                "renew": RENEW,
                "search_address": SEARCH,
                "may_search": member is not None and bool(owners_for(member)),
                "whole": "hx-request" not in request.headers,
            }
            | values
        )

    def sentence(self, status: int, code: str) -> Mapping[str, str]:
        """Return title and text of a problem."""
        known = self._errors["status"].get(str(status)) or self._errors["status"]["500"]
        return self._errors["code"].get(code, known)


@lru_cache(maxsize=1024)  # a list draws some in every row; the texts beside them are templates' own words, a few hundred
def icon(name: str, text: str = "") -> Markup:
    """Return a picture from the sprite; `text`: what a screen reader says where no word stands beside it.

    Raises:
        KeyError: no template names it as `icon("…")`, so the sprite does not have it.
    """
    files = assets()
    if name not in files.icons:
        raise KeyError(f"icon {name}: not in the sprite")
    said = Markup('<span class="vh">{}</span>').format(text) if text else ""
    return Markup('<svg class="ic" aria-hidden="true"><use href="{}/{}#{}"/></svg>{}').format(ASSETS, files.name("icons.svg"), name, said)


def asset(name: str) -> str:
    """Return the address of `desk.css` and the like."""
    return f"{ASSETS}/{assets().name(name)}"


def visitor_field(secret: str) -> Markup:
    """Return the form token of somebody who is not signed in yet (`forms.VISITOR_FORM`)."""
    return _form_field(secret)


def _form_field(secret: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token(secret))


def address(path: str, **values: Any) -> str:
    """Return the address of a page with what is set of its filter."""
    return path + _query(**values).rstrip("?")


def _query(**values: Any) -> str:
    """Return `?a=1&b=2` of what is set."""
    found = urlencode({name: _plain(value) for name, value in values.items() if value not in (None, "")}, doseq=True)
    return f"?{found}" if found else "?"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _sentences(*files: Path) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {"code": {}, "status": {}}
    for file in files:
        if file.exists():
            document = tomllib.loads(file.read_text(encoding="utf-8"))
            for kind, known in found.items():
                known.update(document.get(kind, {}))
    return found
