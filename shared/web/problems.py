"""One error body for every route: RFC 9457 problem details with a stable `code`, and `errors` that name the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from shared import logs
from shared.errors import AppError, BadInput, DomainError, FieldProblem, Transient
from shared.mongo import DriverError, is_unavailable
from shared.values import Malformed

MEDIA_TYPE: Final = "application/problem+json"
_TYPE_BASE: Final = "urn:adminduk:problem:"
_HTTP_CODES: Final = {
    HTTPStatus.NOT_FOUND: "route_unknown",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}

_log = logs.get("web")


def problem(
    status: int,
    code: str,
    detail: str = "",
    errors: Sequence[FieldProblem] = (),
    headers: dict[str, str] | None = None,
    about: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Shape an error. `detail` is for people; clients decide on `code`; `about` has what stands in the way."""
    body: dict[str, Any] = {"type": _TYPE_BASE + code, "title": HTTPStatus(status).phrase, "status": status, "code": code}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [{"field": error.field, "code": error.code, "detail": error.detail} for error in errors]
    if about:
        body["about"] = dict(about)
    return JSONResponse(body, status, media_type=MEDIA_TYPE, headers=headers)


def database_unavailable() -> JSONResponse:
    """Return the answer while MongoDB can't be reached."""
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database_unavailable",
        "The database does not answer; nothing was accepted. Try again.",
        headers={"Retry-After": "2"},
    )


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(Malformed, _malformed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _unfit)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DriverError, _database)


async def _app_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - how FastAPI types handlers
    headers: dict[str, str] = {}
    if isinstance(error, Transient):
        headers["Retry-After"] = str(max(1, round(error.after_seconds or 1)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    about = error.about if isinstance(error, DomainError) else None
    return problem(error.status, error.code, error.detail, error.problems if isinstance(error, BadInput) else (), headers, about)


async def _malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Malformed)  # noqa: S101 - as above
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    code = _HTTP_CODES.get(HTTPStatus(error.status_code), f"http_{error.status_code}")
    return problem(error.status_code, code, headers=dict(error.headers or {}))


async def _database(_request: Request, error: Exception) -> Response:
    if not is_unavailable(error):
        raise error
    _log.warning("database.unavailable", reason=type(error).__name__)
    return database_unavailable()


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return problem(HTTPStatus.BAD_REQUEST, "json_malformed", "The body is not JSON.")
    errors = [FieldProblem(field_path(item["loc"]), _code(item), _text(item)) for item in found]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "fields_invalid", "One or more fields break their format.", errors)


async def _unfit(_request: Request, error: Exception) -> Response:
    """What was accepted does not fit into a contract of ours: the same again would fail again, so it is no 500. Somebody must mend it."""
    assert isinstance(error, ValidationError)  # noqa: S101 - as above
    found = error.errors(include_url=False, include_input=False, include_context=False)
    errors = [FieldProblem(field_path(item["loc"]), str(item["type"])) for item in found]
    _log.error("contract.refused", contract=error.title, fields=[problem.field for problem in errors])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "content_unfit", "This can't be handled as it is; the office is told.", errors)


def field_path(location: Sequence[str | int]) -> str:
    """Turn pydantic's location into `attachments[0].kind`; the leading body, query, path or header is left out."""
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text or "body"


def _code(item: Any) -> str:
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, Malformed):
        return cause.code
    return str(item["type"])


def _text(item: Any) -> str:
    # pydantic's text never repeats the input for built-in types; a ValueError of ours carries only its code.
    return str(item["msg"])
