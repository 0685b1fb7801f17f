"""The shell in an app: who is at the desk, the files that pages load, `/desk` itself, and problems as pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock, now
from shared.health import Health
from shared.settings import ServiceSettings
from shared.web.desk import navigation, watching
from shared.web.desk.pages import ASSETS, HEADERS, Pages, assets
from shared.web.desk.session import SessionCheck, SessionKeys, SignInNeeded, StaffMember, signed_in, to_sign_in, wants_page
from shared.web.libraries import FOR_A_YEAR
from shared.web.problems import MEDIA_TYPE, problem

PREFIX: Final = "/desk"
ASSET_PATH: Final = ASSETS + "/{name}"
PUBLIC: Final = frozenset({ASSET_PATH})
"""Routes of the shell that ask nobody."""


def install(
    app: FastAPI,
    settings: ServiceSettings,
    health: Health,
    read_keys: Callable[[], Awaitable[Mapping[str, Any]]],
    folder: Path | None = None,
    clock: Clock = now,
) -> None:
    """Put the shell into a service's app; its pages come after it (`services/<service>/desk`).

    Args:
        app: Of `create_app`.
        settings: Whether cookies are for TLS alone, and how many pages may listen.
        health: Tells when the process stops.
        read_keys: Gives the keys of sessions (`session.SessionKeys`).
        folder: The service's `desk/templates`.
        clock: By which a session ends.
    """
    app.state.session_check = SessionCheck(SessionKeys(read_keys), clock, settings.desk_secure)
    app.state.public = app.state.public | PUBLIC
    app.state.most_streams = settings.desk_streams
    app.state.is_stopping = lambda: health.stopping
    pages = Pages(folder)
    app.add_exception_handler(SignInNeeded, to_sign_in)
    app.add_middleware(ProblemPages, pages=pages)

    watching.install(app, settings.prometheus_url, pages, clock)

    @app.get(PREFIX, include_in_schema=False)
    async def start(request: Request, member: Annotated[StaffMember, signed_in()]) -> Response:
        path = navigation.start_of(member)
        if path is None:
            return pages.show(request, "nothing_open.html", member)
        return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})

    @app.get(ASSET_PATH, include_in_schema=False)
    async def asset(name: str) -> Response:
        try:
            found = assets().find(name)
        except FileNotFoundError:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "desk_not_installed", "`make setup` brings the libraries of the pages.")
        if found is None:
            return problem(HTTPStatus.NOT_FOUND, "not_found", "No such file.")
        return Response(found.content, media_type=found.media_type, headers=dict(FOR_A_YEAR))


class ProblemPages:
    """Every problem under /desk as a page, or as a note where htmx asked: the one place, whoever refused, from the router to a full house.

    What asks for neither, a script of ours or a test, gets the problem as it is.
    """

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == PREFIX or path.startswith(f"{PREFIX}/")):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        htmx = "hx-request" in request.headers
        if htmx or wants_page(request):
            await self._app(scope, receive, _Translation(self._pages, request, send, htmx=htmx).send)
        else:
            await self._app(scope, receive, send)


class _Translation:
    """One answer on its way: a problem is held back until it is whole, anything else goes through."""

    def __init__(self, pages: Pages, request: Request, send: Send, *, htmx: bool) -> None:
        self._pages = pages
        self._request = request
        self._send = send
        self._htmx = htmx
        self._held: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Pass on a message of the app."""
        if message["type"] == "http.response.start" and dict(message["headers"]).get(b"content-type", b"").startswith(MEDIA_TYPE.encode()):
            self._held = message
            return
        if self._held is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._tell(self._held)

    async def _tell(self, start: Message) -> None:
        status: int = start["status"]
        code = str(orjson.loads(self._body)["code"])
        headers = [each for each in start["headers"] if each[0].lower() not in {b"content-type", b"content-length"}]
        trace = str(self._request.scope.get("state", {}).get("traceparent", "")).split("-")
        values = {"status": status, "code": code, "trace": trace[1] if len(trace) > 1 else "", **self._pages.sentence(status, code)}
        member: StaffMember | None = getattr(self._request.state, "staff", None)
        try:
            text = self._pages.render(self._request, "note.html" if self._htmx else "error.html", member, **values)
        except FileNotFoundError:  # the libraries are not installed: nothing can be drawn
            text = f"{values['title']}. {values['text']}"
        body = text.encode()
        added = {**HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        if self._htmx:
            added |= {"HX-Retarget": "#kabar", "HX-Reswap": "innerHTML"}
        headers += [(name.lower().encode(), value.encode()) for name, value in added.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
