"""A service without an effect of its own is one file and its sentences: added while the code stays, and asked for by chat and by API."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from deploy.local import journeys
from deploy.local.applications import Application
from deploy.local.broker import RabbitNode
from deploy.local.database import MongoNode
from deploy.local.parts import SERVICES, SIMULATORS, Part
from deploy.local.ports import free_ports
from deploy.local.programs import MissingServerError
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.local.travel import Places
from shared.reference.catalogue import CivilService, read_service
from tests.journeys.counter import Counter
from tests.support.containers import BrokerContainer
from tests.support.pdf import text_of
from tests.support.servers import Run

ROOT: Final = Path(__file__).parents[2]
CODE: Final = "kk_cetak"
SERVICE: Final = """
name = "Cetak ulang Kartu Keluarga bertanda tangan elektronik"
about = "KK lama bertanda tangan basah diganti KK bertanda tangan elektronik, nomornya tetap"
group = "kk"
effect = "kk_hilang"
ready = true
subject = { of = "household" }
may_ask = ["self", "family"]
products = ["kk"]
review = { automatic = true }
promise_hours = 8
words = ["kk elektronik", "kk barcode"]

[[fields]]
name = "nik"
type = "nik"

[[fields]]
name = "kk_number"
type = "kk_number"

[[fields]]
name = "kk"
type = "document"
any_of = ["kk"]
"""
SENTENCES: Final = 'start = "Baik, kita mulai permohonan *{service}*. Selesai paling lama {hours} jam kerja, *gratis*."\n'


@dataclass(frozen=True)
class OneMore(Application):
    """An application for the service that the repository does not have."""

    @property
    def catalogued(self) -> CivilService:
        """The service, as its file has it."""
        return read_service(CODE, SERVICE, [])


@pytest.fixture(scope="module")
def servers(worker_id: str) -> Iterator[tuple[RabbitNode | BrokerContainer, MongoNode]]:
    """Servers of its own: a second system would give the users of the first one other passwords."""
    run = Run.open()
    try:
        node = run.private_broker(f"larger-broker-{worker_id}")
    except MissingServerError as error:
        pytest.skip(str(error))
    database = run.private_database(f"larger-database-{worker_id}")
    yield node, database
    node.kill()
    database.kill()


@pytest.fixture(scope="module")
def larger(servers: tuple[RabbitNode | BrokerContainer, MongoNode], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running system whose code is a copy of ours with one more file in the catalogue, and one with its sentences."""
    node, database = servers
    code = tmp_path_factory.mktemp("code")
    for package in ("services", "shared"):
        shutil.copytree(ROOT / package, code / package, ignore=shutil.ignore_patterns("__pycache__"))
    (code / "shared/reference/services" / f"{CODE}.toml").write_text(SERVICE, encoding="utf-8")
    (code / "services/intake/templates/forms" / f"{CODE}.toml").write_text(SENTENCES, encoding="utf-8")

    def adapt(part: Part) -> Part:
        own = {"PYTHONPATH": str(code), "PYTHONSAFEPATH": "1", "OPEN_SERVICES": json.dumps(["kk_hilang", CODE])}
        return replace(part, environment={**part.environment, **own}) if part.name in SERVICES else part

    node.start()
    database.start()
    names = [f"{name}_port" for name in (*SERVICES, *SIMULATORS)]
    settings = LocalSettings(
        undo_seconds=0,  # decisions take effect at once: what is looked at comes after them
        local_state=tmp_path_factory.mktemp("larger"),
        amqp_url=node.url("larger"),
        rabbitmq_api_url=node.api_url,
        mongo_url=database.url,
        **dict(zip(names, free_ports(len(names)), strict=True)),  # type: ignore[arg-type]  # all of them are ports
    )
    running = Stack(settings, adapt=adapt)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def _application(stack: Stack, number: int) -> OneMore:
    person = stack.people()["kk_hilang"][number]
    return OneMore(CODE, person["name"], {"nik": person["nik"], "kk_number": person["kk_number"]})


async def test_it_is_asked_for_by_chat(larger: Stack) -> None:
    application = _application(larger, 0)
    result = await journeys.by_chat(Places.of(larger.parts, larger.keys.clients["petugas-01"]), application, journeys.nothing)
    assert [paper.product for paper in result.papers] == ["kk"]
    assert application.answers["kk_number"] in text_of(result.papers[0].pdf)


async def test_it_is_asked_for_by_api(larger: Stack) -> None:
    application = _application(larger, 1)
    async with Counter(larger) as counter:
        assert (await counter.http.get(f"/v1/services/{CODE}")).json()["open"]
        receipt = (await counter.file(application))["receipt"]
        _, (sheet,) = await counter.fetch(receipt)
        assert application.answers["kk_number"] in sheet.text
