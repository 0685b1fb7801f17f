"""The API document, made of what the routes are: their scopes, the headers they demand, and every problem with its codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from shared.web.problems import MEDIA_TYPE
from shared.web.refusals import CODES, FIELD_CODES, Demand, Refusals, refuses

ALWAYS: Final[Refusals] = (
    refuses(408, "request_too_slow")
    | refuses(500, "internal_error")
    | refuses(503, "audit_unavailable", "busy", "contended", "database_unavailable", "storage_low", "too_many_slow")
)
"""What every route may answer: a request that does not arrive, a full house, a lost race five times over, no database, no audit log."""

_WITH_BODY: Final = refuses(413, "body_too_large")
_PROBLEM: Final[Mapping[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. Decide on `code`, which is stable; `detail` is for people.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:adminduk:problem:request_refused"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "about": {
            "description": "What stands in the way, where a program can use it: of task_claimed `claimed_by` and `until`",
            "type": "object",
            "additionalProperties": {"type": "string"},
        },
        "errors": {
            "description": "What is wrong, field by field",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string", "examples": ["documents[0].file_id"]},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_HEADERS: Final[Mapping[int, Mapping[str, Any]]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    503: {"Retry-After": {"description": "Seconds to wait before the next try", "schema": {"type": "integer"}}},
}
_UNUSED: Final = ("HTTPValidationError", "ValidationError")  # FastAPI's own error body, which we never send


def install(app: FastAPI, *, port: int) -> None:
    """Make `app.openapi()` return the complete document. `port` is the service's usual one."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, port)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend it


def demands(dependant: Dependant) -> Iterator[Demand]:
    """Yield what the dependencies of a route demand."""
    demand = getattr(dependant.call, "demand", None)
    if isinstance(demand, Demand):
        yield demand
    for inner in dependant.dependencies:
        yield from demands(inner)


def _document(app: FastAPI, port: int) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, routes=app.routes, servers=_servers(port))
    components = made.setdefault("components", {})
    schemes: dict[str, Any] = {}
    components["securitySchemes"] = schemes
    schemas = components.setdefault("schemas", {})
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if not isinstance(dependant, Dependant) or route.path not in made["paths"]:
            continue
        found = list(demands(dependant))
        schemes |= {demand.scheme: dict(demand.definition) for demand in found if demand.scheme}
        for method in route.methods or ():
            _complete(made["paths"][route.path][method.lower()], found, parses_body=bool(dependant.body_params))
    return made


def _servers(port: int) -> list[dict[str, str | Any]]:
    address = {"default": f"http://127.0.0.1:{port}", "description": "Where the office runs it; the default is a local run (`make run`)"}
    return [{"url": "{address}", "variables": {"address": address}}]


def _complete(operation: dict[str, Any], found: list[Demand], *, parses_body: bool) -> None:
    """Write what FastAPI can't know into one operation."""
    validation = _of_validation(operation, parses_body=parses_body)
    asked = dict.fromkeys((demand.scheme, demand.scope) for demand in found if demand.scheme)
    security = [{scheme: [scope] if scope else []} for scheme, scope in asked]
    operation["security"] = security  # [] says: nobody is asked
    headers = {name: text for demand in found for name, text in demand.headers.items()}
    if headers:
        operation.setdefault("parameters", []).extend(
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        )
    answers = operation["responses"]
    said = [{status: answer for status, answer in answers.items() if CODES in answer}, *(demand.refusals for demand in found)]
    said += [validation, _WITH_BODY if "requestBody" in operation else {}, ALWAYS]
    answers.pop("422", None)
    for status in sorted({int(status) for refusals in said for status in refusals}):
        of_status = [refusals[key] for refusals in said for key in (status, str(status)) if key in refusals]
        answers[str(status)] = _answer(status, _all(of_status, CODES), _all(of_status, FIELD_CODES))


def _of_validation(operation: Mapping[str, Any], *, parses_body: bool) -> Refusals:
    """Return what FastAPI answers by itself where something can be wrong. A plain text can't be."""
    found: Refusals = refuses(400, "json_malformed") if parses_body else {}
    if parses_body or not all(_is_plain(one["schema"]) for one in operation.get("parameters", ())):
        found |= refuses(422, "fields_invalid", "content_unfit")
    return found


def _is_plain(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("anyOf", [{name: value for name, value in schema.items() if name not in {"title", "description"}}])
    return all(kind in ({"type": "string"}, {"type": "null"}) for kind in kinds)


def _all(answers: list[dict[str, Any]], name: str) -> list[str]:
    return sorted({code for answer in answers for code in answer.get(name, ())})


def _answer(status: int, codes: list[str], field_codes: list[str]) -> dict[str, Any]:
    text = f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}"
    if field_codes:
        text += f". In `errors`: {', '.join(f'`{code}`' for code in field_codes)}, and the codes of formats"
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "object", "properties": {"code": {"enum": codes}}}]}
    found: dict[str, Any] = {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}, CODES: codes}
    if field_codes:
        found[FIELD_CODES] = field_codes
    if status in _HEADERS:
        found["headers"] = dict(_HEADERS[status])
    return found
