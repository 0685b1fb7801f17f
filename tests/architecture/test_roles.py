"""Every route with every role, and with every scope that a key can have: what the table says is what the check does.

`pytest -s tests/architecture/test_roles.py -k table` prints the table; `make docs` writes it to docs/desk/roles.md.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant

from shared.clock import now
from shared.errors import AppError
from shared.reference.roles import permissions, personal_permissions, roles
from shared.settings import ApiClient
from shared.web.auth import Authenticator
from shared.web.desk.forms import form_token
from shared.web.desk.session import SessionCheck, SessionKeys
from shared.web.guarded import BOTH, PEOPLE, GuardedRoute, guarded_routes, role_table
from tests.architecture.test_routes import apps
from tests.support.sessions import SessionIssuer

__all__ = ["apps"]
ISSUER = SessionIssuer()


def checks(dependant: Dependant) -> Iterator[Any]:
    """The dependencies of a route that ask who calls."""
    if getattr(getattr(dependant.call, "demand", None), "scheme", None):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from checks(inner)


async def refusal(app: FastAPI, route: GuardedRoute, headers: dict[str, str]) -> str:
    """The code with which the route's own check refuses this caller; empty: it lets them in."""
    scope = {
        "type": "http",
        "app": app,
        "method": route.method,
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    assert route.dependant is not None
    for check in checks(route.dependant):
        try:
            await check(Request(scope))
        except AppError as error:
            return error.code
    return ""


def as_person(role: str, *, bearer: bool) -> dict[str, str]:
    member = ISSUER.member(role, at=now() + timedelta(minutes=5))
    token = ISSUER.token(member)
    if bearer:
        return {"authorization": f"Bearer {token}"}
    return {"cookie": f"__Host-desk={token}", "host": "desk", "origin": "https://desk", "x-form-token": form_token(member.session_id)}


def as_program(app: FastAPI, scope: str) -> dict[str, str]:
    digest = hashlib.sha256(b"a key").hexdigest()
    app.state.authenticator = Authenticator([ApiClient(name="program", sha256=digest, scopes=frozenset({scope}))])
    return {"authorization": "Bearer a key"}


@pytest.fixture
def believing(apps: dict[str, FastAPI]) -> dict[str, FastAPI]:
    """The apps, which believe in our made-up sessions."""
    for app in apps.values():
        app.state.session_check = SessionCheck(SessionKeys(ISSUER.read), now, secure=True)
    return apps


async def test_every_route_is_opened_by_the_roles_that_have_its_permission_and_by_no_other(believing: dict[str, FastAPI]) -> None:
    wrong, asked = [], 0
    for name, app in believing.items():
        for route in guarded_routes(app):
            if route.demand is None or route.demand.scheme not in PEOPLE | {BOTH}:
                continue
            for role in roles().values():
                code = await refusal(app, route, as_person(role.code, bearer=route.demand.scheme != "session"))
                expected = "" if route.opens_to(role) else "scope_missing" if route.demand.scheme == BOTH else "permission_missing"
                asked += 1
                if code != expected:
                    wrong.append(f"{name} {route.method} {route.path} as {role.code}: {code or 'let in'}, not {expected or 'let in'}")
    assert wrong == []
    assert asked >= len(roles()) * 40


async def test_every_route_is_opened_by_the_scope_that_it_names_and_pages_by_none(believing: dict[str, FastAPI]) -> None:
    wrong = []
    for name, app in believing.items():
        for scope in permissions():
            headers = as_program(app, scope)
            for route in guarded_routes(app):
                if route.demand is None or route.demand.scheme not in PEOPLE | {BOTH}:
                    continue
                code = await refusal(app, route, headers)
                if (code == "") is not (route.demand.scheme == BOTH and route.demand.scope == scope):
                    wrong.append(f"{name} {route.method} {route.path} with {scope}: {code or 'let in'}")
    assert wrong == []


async def test_a_cookie_opens_no_api_and_a_token_in_a_header_no_page(believing: dict[str, FastAPI]) -> None:
    """So a page of another site can send nothing to the API in somebody's name."""
    for app in believing.values():
        for route in guarded_routes(app):
            if route.demand is not None and route.demand.scheme in PEOPLE | {BOTH}:
                headers = as_person("section_head", bearer=route.demand.scheme == "session")
                assert await refusal(app, route, headers) in {"key_missing", "session_missing"}, route.path


async def test_every_route_asks_or_is_marked_public(apps: dict[str, FastAPI]) -> None:
    for app in apps.values():
        assert {route.path for route in guarded_routes(app) if route.demand is None} <= app.state.public


async def test_the_table_is_printed(apps: dict[str, FastAPI]) -> None:
    head = ("service", "route", "permission", *roles())
    rows = [head, *(row for name, app in apps.items() for row in role_table(name, app))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))  # noqa: T201 - what it is for
    assert len(rows) > 60


def test_every_permission_is_somebodys_and_every_personal_one_is_in_the_table() -> None:
    given = {permission for role in roles().values() for permission in role.permissions}
    for_programs = ("requests:read", "requests:write", "requests:vouch", "files:", "pieces:")
    programs = {code for code in permissions() if code.startswith(for_programs)} | {"admin"}
    assert given | programs == set(permissions())
    assert personal_permissions() <= set(permissions())


def test_an_admin_sees_no_citizen_and_an_auditor_acts_never() -> None:
    assert not roles()["admin"].permissions & (personal_permissions() - {"stuck:read"})
    acting = {code for code in permissions() if code.partition(":")[2] not in {"read", "follow"}}
    assert not roles()["auditor"].permissions & acting
