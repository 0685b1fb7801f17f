"""The service as it is wired: from a message on the broker to the messages it leads to, in role `all` without its HTTP side."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pamqp.commands import Basic

from services.verification.adapters.registry_csv import write_families
from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.register import Family
from services.verification.settings import Settings
from services.verification.wiring import build, registry
from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker import wire
from shared.messaging.broker.channel import BrokerChannel, connect, endpoint
from shared.messaging.broker.wire import Outgoing
from shared.messaging.layout import model as layout
from shared.messaging.operations import accounting
from shared.mongo import Mongo
from shared.process import Service
from tests.support import families as people
from tests.support.amqp import properties
from tests.support.eventually import eventually
from tests.support.harness import delivery_of
from tests.support.submissions import request_submitted
from tests.support.vhosts import as_user

TYPE = "intake.request_submitted.v1"


def submitted(**changes: Any) -> Outgoing:
    submission = people.lost_card(request_id=new_id(), **changes)
    delivery = delivery_of(request_submitted(submission), submission.request_id)
    return Outgoing(layout.EVENTS, TYPE, delivery.message_id, TYPE, delivery.body, submission.request_id, {wire.TRACEPARENT: "00-a-b-01"})


async def put(session: BrokerChannel, message: Outgoing) -> None:
    await session.channel.basic_publish(
        message.body, exchange=message.exchange, routing_key=message.routing_key, properties=properties(message, "intake")
    )


async def take(session: BrokerChannel, queue: str) -> dict[str, Any] | None:
    message = await session.channel.basic_get(queue, no_ack=True)
    return orjson.loads(message.body) if isinstance(message.delivery, Basic.GetOk) else None


@pytest.fixture
async def broker(amqp_url: str) -> AsyncIterator[BrokerChannel]:
    await topology.declare(amqp_url, layout.product())
    session = await connect(endpoint(amqp_url), "test")
    yield session
    await session.close()


@pytest.fixture
async def intake(broker: BrokerChannel, amqp_url: str) -> AsyncIterator[BrokerChannel]:  # noqa: ARG001 - the exchanges are there
    """Who tells verification of requests."""
    session = await connect(endpoint(as_user(amqp_url, "intake")), "test")
    yield session
    await session.close()


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    await service.prepare()
    service.health.started = True
    stop = asyncio.Event()
    parts = [asyncio.ensure_future(job.run(stop)) for job in (*service.workers, service.relay)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*parts), 60)
        for close in service.close:
            await close()


async def test_a_message_leads_to_the_next_services_and_the_console(
    broker: BrokerChannel,
    intake: BrokerChannel,
    amqp_url: str,
    mongo_url: str,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    families = list(sample_families(3, 7))
    load(families, tmp_path, monkeypatch, mongo_url, database)
    service = build(Settings(amqp_url=as_user(amqp_url, "verification"), mongo_url=mongo_url, mongo_database=database))
    async with running(service):
        await put(intake, submitted(nik=families[0].head.nik, kk_number=families[0].kk_number))
        await put(intake, submitted(nik="3519080101700009", kk_number="3519081611239999"))
        approved = await eventually(lambda: take(broker, "issuance"))
        opened = await eventually(lambda: take(broker, "console.main"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://test") as client:

            async def ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await eventually(ready)
    assert approved["type"] == "verification.request_approved.v1"
    assert approved["data"]["personal"]["documents"][0]["content"]["members"][0]["nik"] == families[0].head.nik
    assert opened["type"] == "verification.task_opened.v1"
    assert await counted(mongo_url, database) == accounting.Tally(accepted=2, finished=1, parked=0, in_flight=1)


def load(families: list[Family], folder: Path, monkeypatch: pytest.MonkeyPatch, mongo_url: str, database: str) -> None:
    path = folder / "register.csv"
    write_families(path, families)
    monkeypatch.setenv("MONGO_URL", mongo_url)
    monkeypatch.setenv("MONGO_DATABASE", database)
    with ThreadPoolExecutor(1) as threads:  # the command opens an event loop of its own
        assert threads.submit(registry, ["import", str(path)]).result() == 0


async def counted(mongo_url: str, database: str) -> accounting.Tally:
    mongo = Mongo.connect(mongo_url)
    try:
        return (await accounting.take(mongo, database))["cases"]
    finally:
        await mongo.close()


def test_importing_again_only_where_nothing_is(
    mongo_url: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load(list(sample_families(5, 7)), tmp_path, monkeypatch, mongo_url, database)
    assert "5 families loaded" in capsys.readouterr().out
    assert registry(["import", "--if-empty", str(tmp_path / "register.csv")]) == 0
    assert "loaded already" in capsys.readouterr().out


def test_a_register_with_a_wrong_line_is_not_loaded_at_all(
    mongo_url: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "register.csv"
    write_families(path, sample_families(5, 7))
    text = path.read_text(encoding="utf-8").replace("KEPALA KELUARGA", "KEPALA", 1)
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MONGO_URL", mongo_url)
    monkeypatch.setenv("MONGO_DATABASE", database)
    assert registry(["import", str(path)]) == 1
    assert "line 2, relation: term_unknown" in capsys.readouterr().err
    path.write_text(text.replace("KEPALA,", "KEPALA KELUARGA,", 1), encoding="utf-8")
    assert registry(["import", "--if-empty", str(path)]) == 0
    assert "5 families loaded" in capsys.readouterr().out


def test_thousands_of_families_are_loaded(
    mongo_url: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load(list(sample_families(2_500, 7)), tmp_path, monkeypatch, mongo_url, database)
    assert "2500 families loaded" in capsys.readouterr().out
