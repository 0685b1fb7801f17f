"""The API documents say what the routes do: who may call, what must be sent, which problem may come back."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.intake.domain import court, decisions, submission
from services.intake.domain.rulings import children, divorce, every_kind, marriage, names
from shared.reference.court_findings import CourtFinding
from shared.reference.forms import choices, form
from shared.reference.roles import permissions
from tests.architecture.source import ROOT
from tests.architecture.test_routes import PUBLIC, apps  # noqa: F401 - a fixture
from tests.support.documented import documented

OF_A_KEY = {"key_missing", "key_unknown", "session_missing", "session_invalid", "session_over"}
WITHOUT_SCOPES = {"whatsapp-signature", "meta-signature", "standard-webhooks", "session-token"}
"""A signature over the body, and the session of whoever calls: what they may do is not asked."""
JSON = {"content-type": "application/json"}
CODE_AT = {"FieldProblem": 1, "Malformed": 0, "NotHere": 0, "Unclear": 0}  # which argument of each is the code

Operation = tuple[str, str, dict[str, Any]]


def operations(app: FastAPI) -> Iterator[Operation]:
    """Method, path and description of everything in the document."""
    for path, of_path in app.openapi()["paths"].items():
        for method, operation in of_path.items():
            yield method.upper(), path, operation


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


async def test_every_operation_says_who_may_call_it(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    for name, app in apps.items():
        schemes = app.openapi()["components"]["securitySchemes"]
        for method, path, operation in operations(app):
            if (method, path) in PUBLIC[name]:
                assert operation["security"] == []
                assert not set(operation["responses"].get("401", {}).get("x-codes", ())) & OF_A_KEY, f"{method} {path}"
                continue
            (asked,) = operation["security"]
            ((scheme, scopes),) = asked.items()
            assert scheme in schemes
            assert (set(scopes) <= set(permissions()) and len(scopes) == 1) or (scheme in WITHOUT_SCOPES and scopes == [])
            assert "401" in operation["responses"], f"{method} {path}"
            assert ("403" in operation["responses"]) or scheme in WITHOUT_SCOPES


async def test_every_error_is_a_problem_whose_codes_are_listed(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    for app in apps.values():
        for method, path, operation in operations(app):
            errors = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
            assert {"500", "503"} <= set(errors), f"{method} {path}"
            for status, answer in errors.items():
                ((media_type, content),) = answer["content"].items()
                assert media_type == "application/problem+json", f"{method} {path} {status}"
                reference, listed = content["schema"]["allOf"]
                assert reference["$ref"] == "#/components/schemas/Problem"
                assert listed["properties"]["code"]["enum"] == answer["x-codes"] != []
            assert "Retry-After" in errors["503"]["headers"]
        assert "HTTPValidationError" not in json.dumps(app.openapi()), "an error body that is never sent"
        assert app.openapi()["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "code"]


def resolved(document: Any, reference: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to in a document; None: nothing."""
    found = document
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found


async def test_every_reference_leads_somewhere(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    """Or no program can be made of the document."""
    for name, app in apps.items():
        document = app.openapi()
        references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
        assert references
        assert [each for each in references if resolved(document, each) is None] == [], name


async def test_headers_that_must_be_sent_are_required(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    found = {
        (method, path): {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header" and one["required"]}
        for method, path, operation in operations(apps["intake"])
    }
    assert {where: names for where, names in found.items() if names} == {
        ("POST", "/v1/requests"): {"Idempotency-Key"},
        ("PUT", "/v1/requests/{receipt}"): {"Idempotency-Key"},
        ("POST", "/v1/court/decisions"): {"webhook-id", "webhook-timestamp", "webhook-signature"},
        ("POST", "/v1/webhooks/whatsapp"): {"X-Hub-Signature-256"},
    }


async def test_every_list_is_paged_in_one_way(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    """`limit` and `after` in, `next` out, in every service."""
    paged = 0
    for app in apps.values():
        document = app.openapi()
        for method, path, operation in operations(app):
            asked = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
            assert not asked & {"before", "cursor", "page", "offset", "skip"}, f"{method} {path}"
            if "limit" in asked:
                paged += 1
                shape = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
                assert "after" in asked, f"{method} {path}"
                assert "next" in document["components"]["schemas"][shape]["properties"], f"{method} {path}"
    assert paged >= 4, "nothing is read"


async def test_a_server_is_named(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    addresses = {name: app.openapi()["servers"][0]["variables"]["address"]["default"] for name, app in apps.items()}
    ports = {"intake": 8101, "verification": 8102, "issuance": 8103, "notifier": 8104}
    assert addresses == {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


async def test_what_everybody_can_get_wrong_is_answered_as_documented(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    """No key, a key of nobody, a body that is too large: the hook holds each answer against the document."""
    for name, app in apps.items():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", event_hooks=documented(app)) as client:
            for method, path, operation in operations(app):
                nobody = await client.request(method, filled(path), headers={"authorization": "Bearer nobody"})
                if "401" in operation["responses"] and (method, path) not in PUBLIC[name]:
                    assert nobody.status_code == 401
                if "requestBody" in operation:
                    large = await client.request(method, filled(path), content=b"x" * 12_000_000, headers=JSON)
                    assert large.status_code == 413


async def test_what_is_answered_before_a_route_is_reached_is_documented_too(apps: dict[str, FastAPI]) -> None:  # noqa: F811 - the fixture
    """Every code that `shared.web` writes itself: slow callers, a full house, no database, what can't be read."""
    written = {
        argument.value
        for module in (ROOT / "shared" / "web").glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"problem", "_cut"}
        for argument in node.args[1:2]
        if isinstance(argument, ast.Constant)
    }
    assert {"busy", "request_too_slow", "database_unavailable", "internal_error", "json_malformed"} <= written, "nothing is read"
    listed = {
        code
        for app in apps.values()
        for _, _, operation in operations(app)
        for answer in operation["responses"].values()
        for code in answer.get("x-codes", ())
    }
    assert written <= listed


@pytest.mark.parametrize(
    ("listed", "modules"),
    [
        (decisions.PROBLEMS, (court, decisions, children, divorce, every_kind, marriage, names)),
        (submission.PROBLEMS, (submission, form, choices)),
    ],
    ids=("a decision of the court", "a request of an adapter"),
)
def test_the_listed_codes_of_fields_are_those_that_the_rules_give(listed: tuple[str, ...], modules: tuple[Any, ...]) -> None:
    codes = [
        part
        for module in modules
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and (place := CODE_AT.get(getattr(node.func, "id", ""))) is not None
        for part in ast.walk(node.args[place])
    ]
    written = {part.value for part in codes if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    named = [part.attr for part in codes if isinstance(part, ast.Attribute)]
    written |= {finding.value for finding in CourtFinding if finding.name in named}
    assert written, "nothing is read"
    assert written == set(listed), "PROBLEMS is what the API document lists"
