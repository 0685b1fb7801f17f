"""Every route asks who is calling, or is listed as public on purpose."""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from deploy.keys import load_keys
from deploy.local.parts import SERVICES, Addresses, parts
from deploy.local.settings import LocalSettings
from shared.process import Service
from shared.reference.roles import permissions
from shared.settings import ServiceSettings
from shared.web.app import DOCUMENTATION, OPERATIONS
from shared.web.desk import shell
from shared.web.openapi import demands

PUBLIC = {
    "intake": {
        ("GET", "/v1/webhooks/whatsapp"),  # the handshake: guarded by the verify token, which is part of the address
        *(("GET", path) for path in ("/", "/layanan/{code}", "/m/{code}", "/status")),  # pages for everybody: nothing on them is anybody's
        *(("GET", f"/statistik{path}") for path in ("", "/{district}", "/angka.csv", "/desa.csv")),  # counts alone, small ones hidden
        *(
            ("GET", path)
            for path in ("/tidak-ada", "/robots.txt", "/sitemap.xml", "/gambar/{name}", "/gambar/qr/{service}", "/aset/{name}")
        ),
        ("POST", "/status"),  # asked with a receipt and the end of a phone number; tries are counted
        *((method, "/survei/{token}") for method in ("GET", "POST")),  # whoever was asked: the token is in their chat alone
        ("GET", "/survei/{token}/semua"),
        ("POST", "/survei/{token}/pengaduan"),
    },
    "verification": {  # whoever comes there has yet to say who they are, and what is published
        ("GET", "/.well-known/jwks.json"),
        *((method, path) for method in ("GET", "POST") for path in ("/desk/masuk", "/desk/masuk/kode", "/desk/undangan")),
        *(("POST", path) for path in ("/desk/undangan/sandi", "/desk/undangan/kode", "/v1/sessions")),
    },
    "issuance": {  # anybody who holds a document may ask whether it is genuine, and how that is asked
        *(("GET", path) for path in ("/v", "/v/{token}", "/aset/{name}")),
    },
    "notifier": {
        ("GET", "/v1/webhooks/meta"),  # the handshake, as WhatsApp's
        ("GET", "/kiriman/{file_id}.jpg"),  # what was approved to be shown to everybody; Instagram fetches it without a key
    },
}
SHELL = {("GET", path) for path in shell.PUBLIC}  # the files that pages load, of services that have pages
INSTEAD_OF_A_KEY = {
    *("whatsapp-signature", "meta-signature", "standard-webhooks"),  # these authenticate the raw bytes
    *("session", "session-token"),  # a page for whoever is signed in, the session of a program
}


@pytest.fixture
async def apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, FastAPI]:
    """Each service as it is put together for a local run; nothing of it is started and no server is needed."""
    addresses = Addresses(dict.fromkeys(SERVICES, "amqp://127.0.0.1:1/"), dict.fromkeys(SERVICES, "mongodb://127.0.0.1:1/?replicaSet=rs0"))
    built: dict[str, FastAPI] = {}
    for part in parts(LocalSettings(), load_keys(tmp_path), addresses, tmp_path):
        if part.name in SERVICES:
            for name, value in part.environment.items():
                monkeypatch.setenv(name, value)
            settings: type[ServiceSettings] = import_module(f"services.{part.name}.settings").Settings
            build: Callable[[Any], Service] = import_module(f"services.{part.name}.wiring").build
            service = build(settings())  # from the environment
            built[part.name] = service.app
            for close in service.close:
                await close()
    return built


def scopes(dependant: Dependant) -> Iterator[str]:
    """What the dependencies of a route demand: a scope of the key, or a signature."""
    yield from (demand.scope or demand.scheme for demand in demands(dependant) if demand.scheme)


def routes(app: FastAPI) -> Iterator[tuple[str, str, set[str]]]:
    """Method, path and demanded scopes of every route, those of included routers too."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)  # a page or a mounted folder of files has none: it asks nobody
        demanded = set(scopes(dependant)) if isinstance(dependant, Dependant) else set()
        for method in route.methods or {"GET"}:
            yield method, route.path or "", demanded


async def test_every_route_is_authenticated_or_listed_as_public(apps: dict[str, FastAPI]) -> None:
    assert set(apps) == set(SERVICES)
    everywhere = OPERATIONS | DOCUMENTATION
    for name, app in apps.items():
        open_routes = {
            (method, path) for method, path, demanded in routes(app) if not demanded and path not in everywhere and method != "HEAD"
        }
        assert open_routes - SHELL == PUBLIC[name], f"{name}: list it in PUBLIC with the reason, or authenticate it"
        assert {path for _, path in open_routes} <= app.state.public


async def test_every_scope_is_one_of_the_table(apps: dict[str, FastAPI]) -> None:
    demanded = {scope for app in apps.values() for _, _, found in routes(app) for scope in found}
    assert demanded - INSTEAD_OF_A_KEY <= set(permissions()), "a scope nobody can be given: shared/reference/data/roles.toml"


async def test_what_is_public_exists(apps: dict[str, FastAPI]) -> None:
    for name, app in apps.items():
        paths = {path for _, path, _ in routes(app)}
        assert app.state.public - OPERATIONS - DOCUMENTATION <= paths, f"{name} lists a public path that is no route"


async def test_nobody_gets_in_without_a_key(apps: dict[str, FastAPI]) -> None:
    """What the routes say they demand is what they do."""
    for name, app in apps.items():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            for method, path, demanded in routes(app):
                if demanded:
                    answer = await client.request(method, re.sub(r"\{[^}]*\}", "x", path), headers={"Idempotency-Key": "k"})
                    assert answer.status_code == httpx.codes.UNAUTHORIZED, f"{name} {method} {path}"
                    assert answer.headers["content-type"] == "application/problem+json"
