"""Verification over a real database: units of work as the consumer runs them, and the desk as an officer's console calls it."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from services.verification import api, consumers
from services.verification.adapters.intake_files import IntakeFiles
from services.verification.domain.register import Family
from services.verification.domain.submission import Submission
from services.verification.ports import Deps, Tx
from services.verification.settings import Settings
from services.verification.store import INDEXES, MongoTaskReader, MongoTx, RegistryStore
from shared.contracts.envelope import Envelope, Event
from shared.contracts.registry import encode
from shared.health import Health
from shared.ids import new_id, new_traceparent
from shared.messaging.delivery import Delivery, Outcome, routing
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Mongo
from shared.reference.catalogue import catalogue
from shared.reference.working_hours import WorkingHours
from shared.web import create_app
from tests.support.documented import documented
from tests.unit.verification.people import NOW, TODAY
from tests.unit.verification.wire import request_submitted

SCOPES = {
    "officer-1": {"tasks:read", "tasks:decide"},
    "officer-2": {"tasks:read", "tasks:decide"},
    "reader": {"tasks:read"},
    "adapter": {"requests:write"},
}
PHOTO = b"\xff\xd8\xff\xe0 a photo"


class Watch:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


def delivery_of(event: Event, subject: str, correlation_id: str = "") -> Delivery:
    """A message as it comes off the queue."""
    publisher, _, version = event.type.split(".")
    envelope = Envelope(
        id=new_id(),
        type=event.type,
        version=int(version[1:]),
        source=publisher,
        subject=subject,
        sequence=1,
        occurred_at=NOW,
        correlation_id=correlation_id or subject,
        traceparent=new_traceparent(),
        data=event.model_dump(mode="json"),
    )
    return Delivery(body=encode(envelope), message_id=envelope.id, type=event.type)


@dataclass
class Office:
    """The service without its broker."""

    mongo: Mongo
    database: str
    units: UnitOfWorkRunner[Tx]
    deps: Deps
    registry: RegistryStore
    watch: Watch
    app: FastAPI
    intake: dict[str, Any]

    async def take_in(self, *submissions: Submission) -> Sequence[Outcome]:
        """Handle requests in one batch, as the consumer would."""
        deliveries = [
            delivery_of(request_submitted(submission), submission.request_id, submission.case_id or "") for submission in submissions
        ]
        return await self.deliver(*deliveries)

    async def deliver(self, *deliveries: Delivery) -> Sequence[Outcome]:
        return await self.units.run_batch(deliveries, routing(consumers.routes(self.deps)))

    async def told(self, event_type: str = "") -> list[Mapping[str, Any]]:
        """Envelopes in the outbox, oldest first."""
        rows = await self.mongo.collection(self.database, "outbox").find({}).sort("_id", 1).to_list(None)
        envelopes = [orjson.loads(row["body"]) for row in rows]
        return [envelope for envelope in envelopes if envelope["type"].split(".")[1].startswith(event_type)]

    async def documents(self, collection: str) -> list[dict[str, Any]]:
        return await self.mongo.collection(self.database, collection).find({}).to_list(None)

    def client(self, officer: str = "officer-1") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer key-of-{officer}"} if officer else {}
        transport, hooks = httpx.ASGITransport(self.app), documented(self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://desk", headers=headers, event_hooks=hooks)

    async def load(self, *families: Family) -> None:
        await self.registry.load(families, on=TODAY)

    def automatic(self, **allowed: bool) -> None:
        """Change the setting, as a restart with another environment would."""
        self.deps = replace(self.deps, catalogue=catalogue().adjusted(automatic=allowed))


def _settings() -> Settings:
    keys = [
        {"name": name, "sha256": hashlib.sha256(f"key-of-{name}".encode()).hexdigest(), "scopes": sorted(scopes)}
        for name, scopes in SCOPES.items()
    ]
    return Settings(amqp_url="amqp://unused", mongo_url="mongodb://unused", api_keys=keys)


def _intake(answers: dict[str, Any]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        answers["asked"] = (request.url.path, request.headers["authorization"])
        if answers.get("error") is not None:
            raise answers["error"]
        return httpx.Response(answers.get("status", 200), content=PHOTO, headers={"content-type": "image/jpeg"})

    return httpx.MockTransport(answer)


@pytest.fixture
async def office(mongo_url: str, database: str) -> AsyncIterator[Office]:
    mongo = Mongo.connect(mongo_url)
    watch, intake = Watch(), dict[str, Any]()
    registry = RegistryStore(mongo, database)
    files = IntakeFiles("http://intake", "intake-key", timeout_seconds=2, transport=_intake(intake))
    deps = Deps(
        clock=watch,
        new_id=new_id,
        catalogue=catalogue(),
        hours=WorkingHours(),
        claim_lease=timedelta(minutes=20),
        files=files,
        task_reader=MongoTaskReader(mongo, database),
    )

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    units = UnitOfWorkRunner(mongo=mongo, database=database, service="verification", make_tx=make_tx, clock=watch)
    await units.prepare()
    await mongo.prepare(database, INDEXES)
    app = create_app(_settings(), Health(), title="test")
    api.install(app, units, deps)
    yield Office(mongo, database, units, deps, registry, watch, app, intake)
    await files.close()
    await mongo.close()
