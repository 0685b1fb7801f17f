"""Verification over a real database: units of work as the consumer runs them, and the desk as an officer's console calls it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.verification import api, consumers
from services.verification.adapters.intake_files import IntakeFiles
from services.verification.domain.register import Family
from services.verification.domain.services import RULES
from services.verification.domain.submission import Submission
from services.verification.jobs import DecisionJob
from services.verification.ports import Deps, Tx
from services.verification.ports.staff import StaffReader
from services.verification.settings import Settings
from services.verification.store import (
    INDEXES,
    MongoCaseReader,
    MongoHistoryReader,
    MongoOverviewReader,
    MongoPauseReader,
    MongoQueueReader,
    MongoStaffReader,
    MongoTaskReader,
    MongoTx,
    RegistryStore,
)
from shared.health import Health
from shared.ids import new_id
from shared.messaging.delivery import AnyEventRoute, Outcome
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Mongo
from shared.reference.catalogue import catalogue
from shared.reference.working_hours import WorkingHours
from shared.web import create_app
from tests.support.families import NOW, TODAY
from tests.support.harness import Clock, Harness, api_client, http_of
from tests.support.submissions import document_issued, request_submitted

SCOPES = {
    "officer-1": {"tasks:read", "tasks:decide"},
    "officer-2": {"tasks:read", "tasks:decide"},
    "head": {"tasks:read", "tasks:decide", "tasks:approve_second", "tasks:assign"},
    "other-head": {"tasks:read", "tasks:decide", "tasks:approve_second", "tasks:assign"},
    "rina": {"tasks:read", "tasks:decide"},
    "reader": {"tasks:read"},
    "adapter": {"requests:write"},
    "admin": {"admin"},
}
PHOTO = b"\xff\xd8\xff\xe0 a photo"


@dataclass
class Office(Harness):
    """Verification and its desk."""

    deps: Deps
    registry: RegistryStore
    app: FastAPI
    intake: dict[str, Any]

    def routes(self) -> Sequence[AnyEventRoute[Any]]:
        return consumers.routes(self.deps)

    async def take_in(self, *submissions: Submission) -> Sequence[Outcome]:
        """Handle requests in one batch, as the consumer would."""
        return await self.deliver(
            *(
                self.delivery(request_submitted(each), subject=each.request_id, correlation_id=each.case_id or each.request_id)
                for each in submissions
            )
        )

    async def issue(self, submission: Submission, *keys: str, number: str = "3519-KK-24112026-0001") -> Sequence[Outcome]:
        """Hand over that these documents of a request were issued, in one batch."""
        events = [document_issued(submission, key, number=number) for key in keys or ("kk",)]
        return await self.deliver(*(self.delivery(event, subject=event.document_id) for event in events))

    def client(self, officer: str = "officer-1") -> httpx.AsyncClient:
        return http_of(self.app, officer)

    async def load(self, *families: Family) -> None:
        await self.registry.load(families, on=TODAY)

    def queue(self, **limits: Any) -> None:
        """Change limits of the queue, as a restart with another environment would. Clients that are open ask the old one."""
        self.deps = replace(self.deps, queue=replace(self.deps.queue, **limits))
        self.app = _served(self.units, self.deps, MongoStaffReader(self.mongo, self.database))

    async def tasks_of(self, *submissions: Submission) -> list[str]:
        """Take requests in that go to officers; return their tasks in the same order."""
        await self.take_in(*submissions)
        ids = {task["request_id"]: task["_id"] for task in await self.rows("tasks")}
        return [ids[submission.request_id] for submission in submissions]

    async def decisions_take_effect(self) -> None:
        """Do what the job does again and again."""
        while await DecisionJob(self.deps, self.units).turn() == 0:
            pass

    def automatic(self, **allowed: bool) -> None:
        """Change the setting, as a restart with another environment would."""
        self.deps = replace(self.deps, catalogue=catalogue().adjusted(automatic=allowed))


def _settings() -> Settings:
    keys = [api_client(name, *scopes) for name, scopes in SCOPES.items()]
    return Settings.model_validate({"amqp_url": "amqp://unused", "mongo_url": "mongodb://unused", "api_keys": keys})


def _intake(answers: dict[str, Any]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        answers["asked"] = (request.url.path, request.headers["authorization"])
        if answers.get("error") is not None:
            raise answers["error"]
        content, kind = answers.get("files", {}).get(request.url.path.rpartition("/")[2], (PHOTO, "image/jpeg"))
        return httpx.Response(answers.get("status", 200), content=content, headers={"content-type": kind})

    return httpx.MockTransport(answer)


def _served(units: UnitOfWorkRunner[Tx], deps: Deps, staff: StaffReader) -> FastAPI:
    app = create_app(_settings(), Health(), title="test")
    api.install(app, units, deps, staff)
    return app


@pytest.fixture
def database(kept_database: str) -> str:
    """One for all tests of this folder, emptied for each."""
    return kept_database


@pytest.fixture
async def office(mongo_url: str, database: str) -> AsyncIterator[Office]:
    async with open_office(mongo_url, database, Clock(NOW)) as opened:
        yield opened


@asynccontextmanager
async def open_office(mongo_url: str, database: str, clock: Clock) -> AsyncIterator[Office]:
    """Verification at the time of this clock."""
    mongo, intake = Mongo.connect(mongo_url), dict[str, Any]()
    registry = RegistryStore(mongo, database)
    files = IntakeFiles("http://intake", "intake-key", timeout_seconds=2, transport=_intake(intake))
    deps = Deps(
        clock=clock,
        new_id=new_id,
        catalogue=catalogue(),
        hours=WorkingHours(),
        claim_lease=timedelta(minutes=20),
        files=files,
        task_reader=MongoTaskReader(mongo, database),
        queue_reader=MongoQueueReader(mongo, database),
        overview_reader=MongoOverviewReader(mongo, database),
        case_reader=MongoCaseReader(mongo, database),
        pause_reader=MongoPauseReader(mongo, database),
        register_answers=registry.answers,
        history_reader=MongoHistoryReader(mongo, database),
        rules=RULES,
        reserved_for=timedelta(hours=4),
    )

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    units = UnitOfWorkRunner(mongo=mongo, database=database, service="verification", make_tx=make_tx, clock=clock)
    try:
        await units.prepare()
        await mongo.prepare(database, INDEXES)
        yield Office(mongo, database, clock, units, deps, registry, _served(units, deps, MongoStaffReader(mongo, database)), intake)
    finally:
        await files.close()
        await mongo.close()
