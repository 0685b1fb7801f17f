"""The front door sends every page and every call from outside to the service that has it, and to nobody what operators do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.parts import CADDYFILE, SERVICES
from deploy.local.ports import free_ports
from deploy.waiting import wait_until
from shared.web.desk.navigation import navigation, pages_of
from tests.architecture.test_routes import apps, routes
from tests.support.front_door import front_door

__all__ = ["apps"]
OPERATORS = re.compile(r"/v1/(stuck|jobs|sender)|/(livez|readyz|metrics|openapi.json|docs)")
"""What stays on the services' own ports."""
WATCHING = {f"/desk/pantauan{each}" for each in ("", "/jumlah", "/{board}", "/{board}/{panel}")}
EVERYWHERE = {"/desk", "/desk/cari", "/desk/macet", "/desk/masa-simpan", "/desk/aset/{name}", "/aset/{name}", *WATCHING}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Caddy by our file before four services that tell their names."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    with front_door(address, tmp_path_factory.mktemp("door")):
        wait_until(lambda: _is_ready(address), 60, "Caddy is ready")
        yield address


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/ready", trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def test_every_route_reaches_its_service_and_operators_routes_do_not(apps: dict[str, FastAPI], door: str) -> None:
    wrong = []
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        for name, app in apps.items():
            for method, path, _ in routes(app):
                if path in EVERYWHERE:
                    continue
                answer = await http.request(method, re.sub(r"\{[^}]*\}", "x", path))
                inside = answer.status_code == httpx.codes.OK
                expected = "" if OPERATORS.match(path) else name
                if (method != "HEAD" and inside and answer.text != expected) or inside is not bool(expected):
                    wrong.append(f"{method} {path} of {name}: {answer.text if inside else answer.status_code}")
    assert not wrong, "deploy/front_door/Caddyfile"


async def test_what_every_service_has_comes_from_one_that_is_up(door: str) -> None:
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        for path in EVERYWHERE:
            assert (await http.get(path.replace("{name}", "desk.css"))).text in SERVICES


async def test_the_bare_address_is_everybodys(door: str) -> None:
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.text) == (httpx.codes.OK, "intake")


async def test_whoever_mistypes_an_address_gets_a_page_and_a_program_does_not(door: str) -> None:
    """The page itself says 404: the services that stand in here say their names."""
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        page, call = await http.get("/layanann/kk"), await http.get("/v1/nothing")
    assert page.text == "intake"
    assert (call.status_code, call.text) == (httpx.codes.NOT_FOUND, "Halaman tidak ditemukan.")


async def test_every_page_at_the_side_is_a_route(apps: dict[str, FastAPI]) -> None:
    known = {path for app in apps.values() for method, path, _ in routes(app) if method == "GET"}
    for page in pages_of(navigation()):
        assert page.path in known
        assert set(page.counts) <= known


async def test_a_caller_does_not_say_who_called(door: str) -> None:
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        answer = await http.get("/desk/dokumen", headers={"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"})
    assert answer.headers["x-forwarded-for-seen"] == "127.0.0.1"


async def test_it_is_careful_for_services_that_say_nothing(door: str) -> None:
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        answer = await http.get("/desk/dokumen")
        too_large = await http.post("/v1/documents/x/void", content=b"x" * (5 * 1024 * 1024))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "caddy" not in answer.headers.get("server", "").lower()
    assert too_large.status_code in {httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.BAD_GATEWAY}, "2.6 says 502, later ones 413"


def test_compose_opens_the_same_door() -> None:
    compose = (CADDYFILE.parents[1] / "compose" / "compose.yaml").read_text()
    assert "../front_door:/etc/caddy:ro" in compose
    assert "import Caddyfile\n" in (CADDYFILE.parent / "compose.Caddyfile").read_text()
    assert set(re.findall(r"\{\$([A-Z_]+)", Path(CADDYFILE).read_text())) <= set(re.findall(r"^      ([A-Z_]+):", compose, re.MULTILINE))
