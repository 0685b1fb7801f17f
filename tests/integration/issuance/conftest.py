"""A demo authority, and renderers that print with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.issuance import api
from services.issuance.adapters.demo_ca import DemoFiles, ensure_demo_ca
from services.issuance.adapters.renderer.pool import Pool
from services.issuance.adapters.renderer.process import ChildRenderer
from services.issuance.domain import claim as claims
from services.issuance.domain.claim import Approval
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.products.spec import RenderInput
from services.issuance.domain.render_input import compose
from services.issuance.settings import Settings
from services.issuance.wiring import TEMPLATES, assemble, read_office
from shared.child.process import ChildLimits
from shared.clock import WIB, now
from shared.health import Health
from shared.web import create_app
from tests.integration.issuance.desk_app import OpenBrowser, desk_app
from tests.integration.issuance.office import Desk
from tests.support.approvals import AT, approval, origin
from tests.support.harness import Clock, api_client, http_of
from tests.support.sessions import SessionIssuer, browser_of

ROOMY = ChildLimits(order_seconds=20, start_seconds=60, memory_mib=768, orders_per_life=1000)
CHECK_URL = "https://cek.contoh.invalid/v/AbCdEfGhIjKlMnOpQrStUv"


@pytest.fixture
def database(kept_database: str) -> str:
    """One for all tests of this folder, emptied for each."""
    return kept_database


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return ensure_demo_ca(tmp_path_factory.mktemp("ca"), now=now() - timedelta(seconds=1))


MakePress = Callable[..., ChildRenderer]
Press = Callable[[str, Mapping[str, Any], datetime], bytes]
"""Prints: the product, its sheet, when it was made."""


def _setup(demo: DemoFiles, templates: Path = TEMPLATES) -> dict[str, Any]:
    return {
        "templates": str(templates),
        "products": list(PRODUCTS),
        "certificate": str(demo.certificate),
        "key": str(demo.key),
        "chain": str(demo.ca),
        "location": "Kabupaten Madiun",
        "genuine": False,
    }


def _renderer(demo: DemoFiles, limits: ChildLimits = ROOMY, templates: Path = TEMPLATES, **other: Any) -> ChildRenderer:
    return ChildRenderer({**_setup(demo, templates), **other}, limits)


@pytest.fixture
async def pool(demo: DemoFiles) -> AsyncIterator[Pool]:
    """Up to two renderers."""
    pool = Pool(_setup(demo), ROOMY, 2)
    yield pool
    await pool.close()


@pytest.fixture
async def make_renderer(demo: DemoFiles) -> AsyncIterator[MakePress]:
    made: list[ChildRenderer] = []

    def make(limits: ChildLimits = ROOMY, templates: Path = TEMPLATES, **other: Any) -> ChildRenderer:
        made.append(_renderer(demo, limits, templates, **other))
        return made[-1]

    yield make
    for renderer in made:
        await renderer.close()


@pytest.fixture(scope="session")
def press(demo: DemoFiles) -> Iterator[Press]:
    """One renderer for all tests that only look, in a loop of its own beside those of the tests: it takes a second to start."""
    with ThreadPoolExecutor(1) as aside, asyncio.Runner() as loop:
        renderer = aside.submit(_renderer, demo).result()

        async def render(product: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
            return bytes((await renderer.render(product, sheet, made_at=made_at)).content)

        yield lambda product, sheet, made_at: aside.submit(loop.run, render(product, sheet, made_at)).result()
        aside.submit(loop.run, renderer.close()).result()


@pytest.fixture(scope="session")
def printed(press: Press) -> Mapping[str, bytes]:
    """One signed sheet of each product."""
    return {product: press(product, sheet_of(approval(product)), AT) for product in PRODUCTS}


def sheet_of(approval: Approval, *, number: str = "3519-KK-24112026-0001", check_url: str = CHECK_URL) -> RenderInput:
    """The sheet of its first document."""
    numbers = [number] * len(approval.orders)
    document, *_ = claims.claim(approval, PRODUCTS, numbers, new_token=lambda: "t", origin=origin(), at=AT)
    office = read_office(TEMPLATES / "office.toml")
    spec = PRODUCTS[document.product]
    return compose(document, spec, office=office, check_url=check_url, issued_on=AT.astimezone(WIB).date())


@pytest.fixture
def settings(demo: DemoFiles, mongo_url: str, database: str) -> Settings:
    clients = [api_client("reader", "documents:read"), api_client("admin", "documents:read", "admin"), api_client("other", "files:read")]
    values = {
        "amqp_url": "amqp://nobody@127.0.0.1:1/",
        "mongo_url": mongo_url,
        "mongo_database": database,
        "port": 0,
        "api_keys": clients,
        "signer_dir": demo.ca.parent,
        "check_base_url": "https://cek.contoh.invalid/",
        "renderer_poll_seconds": 0.1,
    }
    return Settings.model_validate(values)


@pytest.fixture
async def desk(settings: Settings, database: str) -> AsyncIterator[Desk]:
    clock = Clock()
    parts = assemble(settings, clock)
    await parts.prepare(database)
    yield Desk(parts.mongo, database, clock, parts.units, parts)
    await parts.renderer.close()
    await parts.mongo.close()


@pytest.fixture
def app(desk: Desk, settings: Settings) -> FastAPI:
    app = create_app(settings, Health(), title="test", public=api.PUBLIC)
    api.install(app, desk.parts.units, desk.parts.deps, settings)
    return app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with http_of(app) as client:
        yield client


@pytest.fixture
def issuer() -> SessionIssuer:
    return SessionIssuer()


@pytest.fixture
def desk_pages(desk: Desk, settings: Settings, issuer: SessionIssuer) -> FastAPI:
    return desk_app(desk, settings, issuer)


@pytest.fixture
async def browser(desk_pages: FastAPI, desk: Desk, issuer: SessionIssuer) -> AsyncIterator[OpenBrowser]:
    """Browsers of people with these roles; of a section head where none is named."""
    opened: list[httpx.AsyncClient] = []

    def make(*roles: str) -> httpx.AsyncClient:
        opened.append(browser_of(desk_pages, issuer, *(roles or ("section_head",)), at=desk.clock()))
        return opened[-1]

    yield make
    for client in opened:
        await client.aclose()
