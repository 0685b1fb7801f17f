"""After a restore no number is given twice: back up, issue, restore, issue. Also where nothing of what was issued had been copied."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.admin import keeping
from deploy.admin.changes import last_copied
from deploy.admin.marks import Reserve, read_marks, skip_numbers
from deploy.admin.restoring import restore_databases
from services.issuance.adapters.demo_ca import ensure_demo_ca
from services.issuance.settings import Settings
from services.issuance.wiring import assemble
from shared.clock import now
from tests.integration.admin.conftest import House
from tests.integration.issuance.office import Desk
from tests.support.approvals import AT, approval
from tests.support.harness import Clock

RESERVE = Reserve(documents=50, register=20)


@asynccontextmanager
async def issuing(house: House, database: str) -> AsyncIterator[Desk]:
    """Issuance on a database, without a broker."""
    ca = ensure_demo_ca(house.folder / "ca", now=now()).certificate.parent
    settings = Settings(amqp_url="amqp://127.0.0.1:1/", mongo_url=house.url, mongo_database=database, port=0, signer_dir=ca)
    parts = assemble(settings, Clock(AT))
    await parts.prepare(database)
    yield Desk(units=parts.units, clock=Clock(AT), parts=parts)
    await parts.mongo.close()


async def numbers(desk: Desk, kinds: tuple[str, ...] = ("kk", "kk", "kia")) -> list[str]:
    return [(await desk.document(await desk.claim(kind))).number for kind in kinds]
