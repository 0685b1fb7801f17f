"""Holds every problem that an app answers against its own API document, so that the document can't be less than the truth."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import httpx
from fastapi import FastAPI

from shared.web.refusals import CODES, FIELD_CODES

OF_NO_ROUTE = frozenset({"route_unknown", "method_not_allowed"})
OF_FORMATS = re.compile(r"^(nik|kk|name|phone|receipt|case_number|text|date|choice|yes_no|number)_")
"""Codes of malformed values; the document points to them instead of naming each."""

_documents: dict[tuple[str, ...], dict[str, Any]] = {}

Hooks = dict[str, list[Callable[[httpx.Response], Awaitable[None]]]]


def documented(app: FastAPI) -> Hooks:
    """Event hooks for an `httpx.AsyncClient` of the app: a problem that the document does not have fails the test that got it."""

    async def hold(response: httpx.Response) -> None:
        if response.headers.get("content-type") != "application/problem+json":
            return
        await response.aread()
        body = response.json()
        if body["code"] in OF_NO_ROUTE:
            return
        answer = _operation(app, response.request)["responses"].get(str(response.status_code), {})
        where = f"{response.request.method} {response.request.url.path}: {response.status_code}"
        assert body["code"] in answer.get(CODES, ()), f"{where} `{body['code']}` is not in the API document"
        errors = body.get("errors", ())
        if answer.get(FIELD_CODES) and body["code"] != "fields_invalid":
            unsaid = {error["code"] for error in errors} - set(_named(answer[FIELD_CODES], errors))
            assert not {code for code in unsaid if not OF_FORMATS.match(code)}, f"{where}: fields {unsaid} are not in the API document"

    return {"response": [hold]}


def _operation(app: FastAPI, request: httpx.Request) -> Any:
    for path, operations in _paths(app).items():
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))
        if re.fullmatch(pattern, request.url.path) and request.method.lower() in operations:
            return operations[request.method.lower()]
    raise AssertionError(f"{request.method} {request.url.path} is not in the API document")


def _paths(app: FastAPI) -> dict[str, Any]:
    """The document's operations by path: written once for all apps of a service, whose routes are the same."""
    routes = (app.title, *(getattr(route, "path", "") for route in app.routes))
    if routes not in _documents:
        _documents[routes] = app.openapi()["paths"]
    return _documents[routes]


def _named(listed: Sequence[str], errors: Sequence[Any]) -> Iterator[str]:
    """The listed codes, and those of the errors that one with a blank in it stands for: `document_missing_<kind>`."""
    patterns = [re.sub("<[a-z]+>", "[a-z0-9_]+", code) for code in listed]
    for error in errors:
        if any(re.fullmatch(pattern, error["code"]) for pattern in patterns):
            yield error["code"]
