"""The register is down for ten simulated minutes under load: paused, told, resumed, clocks stopped, nothing lost.

Requests come over RabbitMQ all the time, into the consumer as it is wired; the register is asked through a proxy that is cut. The clock is
moved by the test. The figures are printed (`-s`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import httpx
import orjson
import pytest
from pamqp.commands import Basic

from services.verification import consumers
from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.register import Family
from services.verification.jobs import LatenessJob, RegisterJob
from services.verification.ports import Tx
from services.verification.settings import Settings
from services.verification.store import MongoTx, RegistryStore
from shared.messaging import topology
from shared.messaging.broker.channel import BrokerChannel, connect, endpoint
from shared.messaging.host import MessagingHost
from shared.messaging.layout import model as layout
from shared.messaging.transaction.runner import UnitOfWork
from shared.metrics import render
from shared.mongo import Mongo
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import decision, ok, refused
from tests.integration.verification.test_queue import asked
from tests.integration.verification.test_service import put, submitted
from tests.integration.verification.work_desk import browser_of, officer, work_app
from tests.support import families as people
from tests.support.eventually import eventually
from tests.support.families import NOW
from tests.support.proxy import Proxy
from tests.support.sessions import SessionIssuer
from tests.support.vhosts import as_user

MINUTES = 10
A_MINUTE = 8  # requests
HELD = 5  # tasks that officers have when it begins
LEFT = timedelta(minutes=5)  # until their promise: half of the outage
FAILURES = 3  # probes in a row


@dataclass
class Traffic:
    """Requests of people of these families, published as intake does, and what came of them."""

    session: BrokerChannel
    families: list[Family]
    office: Office
    sent: int = 0
    approved: set[str] = field(default_factory=set)
    refused_approvals: int = 0

    async def flow(self, count: int) -> None:
        """Publish so many, and wait until each is stored."""
        for family in islice(self.families, self.sent, self.sent + count):
            await put(self.session, submitted(nik=family.head.nik, kk_number=family.kk_number))
        self.sent += count
        await eventually(self._all_stored)

    async def _all_stored(self) -> bool:
        return len(await self.office.rows("cases")) == self.sent + HELD

    async def take_approved(self, queue: BrokerChannel) -> int:
        """Read what went on to issuance; how many requests were approved in all."""
        while isinstance((message := await queue.channel.basic_get("issuance", no_ack=True)).delivery, Basic.GetOk):
            told = orjson.loads(message.body)
            assert told["type"] == "verification.request_approved.v1"
            self.approved.add(told["data"]["request_id"])
        return len(self.approved)


@pytest.fixture
async def traffic(office: Office, amqp_url: str) -> AsyncIterator[Traffic]:
    await topology.declare(amqp_url, layout.product())
    families = list(sample_families(A_MINUTE * (MINUTES + 2), 7))
    await office.load(people.family(), *families)
    session = await connect(endpoint(as_user(amqp_url, "intake")), "test")
    yield Traffic(session, families, office)
    await session.close()


@pytest.fixture
async def issuance(traffic: Traffic, amqp_url: str) -> AsyncIterator[BrokerChannel]:
    assert traffic.sent == 0
    session = await connect(endpoint(amqp_url), "test")
    yield session
    await session.close()


@pytest.fixture
async def register(office: Office, mongo_url: str) -> AsyncIterator[Proxy]:
    """The way to the register."""
    async with Proxy.before(mongo_url) as proxy:
        mongo = Mongo.connect(re.sub(r"replicaSet=\w+", "directConnection=true", proxy.url(mongo_url)), operation_timeout_ms=1_000)
        office.deps = replace(office.deps, register_answers=RegistryStore(mongo, office.database).answers)
        office.queue()
        yield proxy
        await mongo.close()


@asynccontextmanager
async def consuming(office: Office, amqp_url: str, mongo_url: str) -> AsyncIterator[None]:
    """Consumer and relay as the service has them, by the test's clock."""
    settings = Settings(amqp_url=as_user(amqp_url, "verification"), mongo_url=mongo_url, mongo_database=office.database)
    host = MessagingHost(settings, "verification")

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, office.registry)

    consumer = host.consumer(host.units(make_tx, office.clock), consumers.routes(office.deps))
    stop = asyncio.Event()
    running = [asyncio.ensure_future(part.run(stop)) for part in (consumer, host.relay)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*running), 60)
        await host.close()


async def turns(job: RegisterJob, count: int = 1) -> None:
    for _ in range(count):
        while await job.turn() == 0:
            pass


async def try_to_approve(desk: httpx.AsyncClient, task: str, traffic: Traffic) -> None:
    seen = await ok(desk.post(f"/v1/tasks/{task}/claim"))
    answer = await refused(desk.post(f"/v1/tasks/{task}/decision", json=decision("approve", seen["version"])))
    assert answer == (409, "register_paused")
    traffic.refused_approvals += 1


@pytest.mark.timeout(600)
async def test_ten_minutes_without_the_register_under_load(
    office: Office, register: Proxy, traffic: Traffic, issuance: BrokerChannel, amqp_url: str, mongo_url: str
) -> None:
    tasks = await office.tasks_of(*(asked(promised_at=NOW + LEFT) for _ in range(HELD)))
    await LatenessJob(office.deps, office.units).turn()
    told_before = len(await office.told("task_overdue"))
    job, other = (RegisterJob(office.deps, office.units, failures=FAILURES) for _ in range(2))
    async with consuming(office, amqp_url, mongo_url), office.client() as desk:
        await turns(job)
        await traffic.flow(A_MINUTE)
        await eventually(lambda: approved(traffic, issuance, A_MINUTE))
        register.cut()
        await turns(job, FAILURES)
        assert office.deps.gate.is_paused
        for minute in range(MINUTES):
            await traffic.flow(A_MINUTE)
            office.clock.forward(minutes=1)
            await turns(job)
            await try_to_approve(desk, tasks[minute % HELD], traffic)
            await LatenessJob(office.deps, office.units).turn()
        paused = await said(office, desk)
        waiting = await counted(office)
        assert waiting == {"approved": A_MINUTE, "opened": A_MINUTE * MINUTES, "in_review": HELD}
        assert await traffic.take_approved(issuance) == A_MINUTE, "nothing was approved blindly"
        register.heal()
        await eventually(lambda: resumed(office, job, other))
        await traffic.flow(A_MINUTE)
        await eventually(lambda: approved(traffic, issuance, traffic.sent))
        assert await due(office, tasks) == {NOW + LEFT + timedelta(minutes=MINUTES)}, "what was left is left"
        assert await later(office) == ["2026-11-24T02:15:00Z"] * HELD, "each sender is told the time that is true now, once"
        for task in tasks:
            seen = await ok(desk.get(f"/v1/tasks/{task}"))
            await ok(desk.post(f"/v1/tasks/{task}/decision", json=decision("approve", seen["version"])))
        await eventually(lambda: approved(traffic, issuance, traffic.sent + HELD))
    assert await counted(office) == {"approved": traffic.sent + HELD}
    assert await office.rows("parked") == []
    print(  # noqa: T201 - the figures of the show
        f"\nregister down {MINUTES} min ({FAILURES} probes until paused): {traffic.sent} requests over RabbitMQ, "
        f"{waiting['opened']} came meanwhile and waited, {traffic.refused_approvals} approvals refused, "
        f"{len(await office.told('task_overdue')) - told_before} called late; {HELD} clocks moved by {MINUTES} min and their senders told; "
        f"afterwards {len(traffic.approved)} of {traffic.sent + HELD} approved, 0 lost, 0 parked; {paused}"
    )


async def due(office: Office, tasks: list[str]) -> set[datetime]:
    return {row["due_at"] for row in await office.rows("tasks", {"_id": {"$in": tasks}})}


async def later(office: Office) -> list[str]:
    """The times that senders were told instead of those they were promised."""
    return [told["promised_at"] for told in await office.told_data("promise_moved")]


async def approved(traffic: Traffic, queue: BrokerChannel, count: int) -> bool:
    return await traffic.take_approved(queue) == count


async def resumed(office: Office, *jobs: RegisterJob) -> bool:
    """Two processes look again; the driver finds its way back by itself."""
    await asyncio.gather(*(turns(job) for job in jobs))
    state = await office.deps.pause_reader.current()
    return not office.deps.gate.is_paused and state.ended == () and "opened" not in await counted(office)


async def counted(office: Office) -> dict[str, int]:
    states: dict[str, int] = {}
    for case in await office.rows("cases"):
        states[case["state"]] = states.get(case["state"], 0) + 1
    return states


async def said(office: Office, desk: httpx.AsyncClient) -> str:
    """Everybody is told: programs by the summary, machines by the metric, people on the pages of work."""
    summary: dict[str, Any] = await ok(desk.get("/v1/queue/summary"))
    assert (summary["register_pause"]["by"], summary["register_pause"]["paused_since"]) == ("probe", "2026-11-24T02:00:00Z")
    assert b"\nregister_paused 1.0\n" in render()
    issuer = SessionIssuer()
    async with browser_of(work_app(office, issuer), issuer, officer(office, issuer)) as client:
        for path in ("/desk/pekerjaan", "/desk/register"):
            page = (await client.get(path)).text
            assert "semua jam berhenti" in page.lower() or "Semua jam pelayanan berhenti" in page
            assert "Register tidak menjawab" in page
    return "told by API, metric and pages"
