"""A demo authority, and presses that print with it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.issuance.adapters.demo_ca import DemoFiles, ensure_demo_ca
from services.issuance.adapters.press import Press, PressLimits
from services.issuance.domain import document as documents
from services.issuance.domain import sheet
from services.issuance.domain.document import Approval
from services.issuance.settings import Settings
from services.issuance.wiring import TEMPLATES, assemble, read_office
from shared.clock import WIB, now
from shared.settings import ApiClient
from tests.integration.issuance.office import Clock, Desk
from tests.support.approvals import AT, origin

ROOMY = PressLimits(sheet_seconds=20, start_seconds=60, memory_mib=768, sheets_per_life=1000)
CHECK_URL = "https://cek.contoh.invalid/v/AbCdEfGhIjKlMnOpQrStUv"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return ensure_demo_ca(tmp_path_factory.mktemp("ca"), now=now() - timedelta(seconds=1))


MakePress = Callable[..., Press]


@pytest.fixture
async def make_press(demo: DemoFiles) -> AsyncIterator[MakePress]:
    made: list[Press] = []

    def make(limits: PressLimits = ROOMY, templates: Path = TEMPLATES, **other: Any) -> Press:
        setup = {
            "templates": str(templates),
            "products": list(sheet.PRODUCTS),
            "certificate": str(demo.certificate),
            "key": str(demo.key),
            "chain": str(demo.ca),
            "location": "Kabupaten Madiun",
            "genuine": False,
        }
        made.append(Press({**setup, **other}, limits))
        return made[-1]

    yield make
    for press in made:
        await press.close()


def sheet_of(approval: Approval, *, number: str = "3519-KK-24112026-0001", check_url: str = CHECK_URL) -> sheet.Sheet:
    claimed = documents.claim(approval, number=number, allocated_kk=None, token="t", origin=origin(), at=AT)
    office = read_office(TEMPLATES / "office.toml")
    return sheet.compose(claimed, office=office, check_url=check_url, issued_on=AT.astimezone(WIB).date())


KEYS = {
    "reader": ("baca-dokumen", {"documents:read"}),
    "admin": ("atur-dokumen", {"documents:read", "admin"}),
    "other": ("lain", {"files:read"}),
}


@pytest.fixture
def settings(demo: DemoFiles, mongo_url: str, database: str) -> Settings:
    clients = [
        ApiClient(name=name, sha256=hashlib.sha256(key.encode()).hexdigest(), scopes=frozenset(scopes))
        for name, (key, scopes) in KEYS.items()
    ]
    return Settings(
        amqp_url="amqp://nobody@127.0.0.1:1/",
        mongo_url=mongo_url,
        mongo_database=database,
        port=0,
        api_keys=clients,
        signer_dir=demo.ca.parent,
        check_base_url="https://cek.contoh.invalid/",
        press_poll_seconds=0.1,
    )


@pytest.fixture
async def desk(settings: Settings, database: str) -> AsyncIterator[Desk]:
    clock = Clock()
    parts = assemble(settings, clock)
    await parts.prepare(database)
    yield Desk(parts, database, clock)
    await parts.press.close()
    await parts.mongo.close()
