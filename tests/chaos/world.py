"""What the databases and queues hold once a run is over, read as plain data: nothing of a service's own code takes part in its judging."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from shared.clock import now
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.errors import BrokerUnavailable, ConnectionLost
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.layout.model import LADDER, retry_queue
from shared.messaging.operations import reconciliation
from shared.messaging.operations.service_api import ServiceApi, ServiceUnreachable
from shared.messaging.operations.stuck_item import StuckItem
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.messaging.operations.stuck_work import StuckWork
from shared.mongo import DatabaseUnavailable, Mongo
from tests.support.eventually import eventually

Doc = dict[str, Any]

READ: Final[Mapping[tuple[str, str], tuple[Doc, Doc | None]]] = {
    ("intake", "requests"): (
        {},
        dict.fromkeys(("receipt", "state", "channel", "products", "case_id", "document_numbers", "timeline", "seq"), 1)
        | {"origin.address": 1, "origin.reference": 1},
    ),
    ("intake", "cases"): ({}, {"requests": 1, "decision.decision_id": 1}),
    ("intake", "webhook_log"): (
        {"$or": [{"kind": "message"}, {"state": {"$nin": ["handled", "kept"]}}]},
        {"state": 1, "kind": 1, "reason": 1},
    ),
    ("intake", "parked"): ({}, None),
    ("intake", "funnel_steps"): ({}, dict.fromkeys(("series", "step", "day", "count", "is_new"), 1)),
    ("intake", "funnel_state"): ({}, {"generation": 1}),
    ("intake", "funnel_cells"): ({}, {"columns": 1}),
    ("verification", "cases"): ({}, {"state": 1, "service": 1, "documents": 1, "task_id": 1, "seq": 1}),
    ("verification", "requests"): ({}, {"case_id": 1, "seq": 1}),
    ("verification", "tasks"): ({}, {"state": 1, "request_id": 1, "case_id": 1, "outcome": 1, "seq": 1}),
    ("verification", "families"): ({}, {"members.nik": 1, "members.closed_on": 1, "closed_on": 1, "pending": 1}),
    ("verification", "register_history"): ({}, {"request_id": 1, "case_id": 1}),
    ("verification", "parked"): ({}, None),
    ("issuance", "documents"): ({}, dict.fromkeys(("content", "contact", "holder_name", "replaces", "token"), 0)),
    ("issuance", "counters"): ({}, None),
    ("issuance", "parked"): ({}, None),
    ("notifier", "jobs"): (
        {},
        dict.fromkeys(
            ("state", "kind", "channel", "request_id", "maybe_duplicate", "provider_ids", "reason", "note", "message.shape", "seq"), 1
        ),
    ),
    ("notifier", "parked"): ({}, None),
}
"""What is read of which collection of which service: the query and the fields, without persons where they are not needed."""

LOOK_SECONDS: Final = 60.0  # for looking at servers that may be slow to answer

OUT_OF_REACH: Final = (ConnectionLost, BrokerUnavailable, DatabaseUnavailable, PyMongoError, ServiceUnreachable)
"""What reading raises while a server is away or too busy to answer in time: look again."""

OUTBOX_FIELDS: Final = ("aggregate", "seq", "type", "state", "created_at", "sent_at", "code", "note", "correlation_id")
DOCUMENT_ISSUED: Final = "issuance.document_issued.v1"
DOCUMENT_VOIDED: Final = "issuance.document_voided.v1"


@dataclass(slots=True)
class Waiting:
    """One thing that waits for an operator, as `admin list` shows it."""

    address: str
    type: str
    code: str


@dataclass(slots=True)
class World:
    """Everything that was read, at one moment of a quiet system.

    `rows`: documents by (service, collection), as they lie. `outbox`: rows by service; those that announce a document carry it as `data`.
    `bytes`: sha256 of what GridFS holds, by file id.
    `balance`: conservation as `shared.messaging.operations.reconciliation` gives it; None = not read.
    """

    at: datetime
    rows: dict[tuple[str, str], list[Doc]] = field(default_factory=dict)
    outbox: dict[str, list[Doc]] = field(default_factory=dict)
    bytes: dict[str, str] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    balance: Doc | None = None

    def of(self, service: str, collection: str) -> list[Doc]:
        """Documents of one collection."""
        return self.rows.get((service, collection), [])


def read(mongo_url: str, databases: Mapping[str, str]) -> World:
    """Read the databases. Blocks for as long as that takes (some 50,000 rows a second)."""
    world = World(now())
    with MongoClient[Doc](mongo_url, tz_aware=True) as client:
        opened = {service: client.get_database(name, read_concern=ReadConcern("majority")) for service, name in databases.items()}
        for (service, collection), (query, wanted) in READ.items():
            world.rows[service, collection] = list(opened[service][collection].find(query, wanted))
        for service, database in opened.items():
            world.outbox[service] = [_row(row) for row in _outbox(database)]
        world.bytes = dict(_files(opened["issuance"]))
    return world


def _outbox(database: Database[Doc]) -> Iterator[Doc]:
    fields = dict.fromkeys(OUTBOX_FIELDS, 1)
    yield from database["outbox"].find({"type": {"$ne": DOCUMENT_ISSUED}}, fields)
    yield from database["outbox"].find({"type": DOCUMENT_ISSUED}, fields | {"body": 1})


def _row(row: Doc) -> Doc:
    body = row.pop("body", None)
    if body is not None:
        data = orjson.loads(body)["data"]
        row["data"] = {name: value for name, value in data.items() if name != "personal"}
    return row


def _files(database: Database[Doc]) -> Iterator[tuple[str, str]]:
    for file in database["pdf.files"].find({}, {"filename": 1}):
        digest = hashlib.sha256()
        for chunk in database["pdf.chunks"].find({"files_id": file["_id"]}).sort("n", 1):
            digest.update(chunk["data"])
        yield str(file["filename"]), digest.hexdigest()


class Office:
    """The operator's side: what waits, the balance, and sending again."""

    def __init__(self, mongo_url: str, amqp_url: str, databases: Mapping[str, str], services: ServiceApi) -> None:
        where = endpoint(amqp_url)
        self._databases = dict(databases)
        self._mongo = Mongo.connect(mongo_url, app_name="judge")
        self._publisher = Publisher(where, "judge")
        self._letters = QueueBrowser(where)
        self._services = services
        self._messages = StuckMessages(self._mongo, self._databases, self._letters, self._publisher.publish, now)
        self.stuck = StuckWork(self._messages, services, tuple(self._databases))

    async def look(self, world: World, settle_seconds: float = reconciliation.SETTLE_SECONDS) -> None:
        """Add what waits and the balance; again where a server is slow to answer.

        Raises:
            AssertionError: it could not be read for as long as everything had to settle.
        """
        await eventually(lambda: self._look(world, settle_seconds), LOOK_SECONDS, ignoring=OUT_OF_REACH)

    async def _look(self, world: World, settle_seconds: float) -> bool:
        world.waiting = [Waiting(entry.address, entry.type, entry.code) for entry in await self.waiting()]
        world.balance = reconciliation.as_data(
            await reconciliation.settle(self._mongo, self._databases, self._letters, self._messages, settle_seconds)
        )
        return True

    async def waiting(self) -> tuple[StuckItem, ...]:
        """Everything that waits.

        Raises:
            ServiceUnreachable: a service could not be asked, so nobody knows.
        """
        found = await self.stuck.waiting()
        if found.unreachable:
            raise found.unreachable[0]
        return found.items

    async def queued(self) -> int:
        """Messages that wait in the services' own queues or on the retry ladder."""
        queues = [queue for service in self._databases for queue in (service, *(retry_queue(service, step) for step in LADDER))]
        return sum([await self._letters.depth(queue) for queue in queues])

    async def close(self) -> None:
        """Close all connections."""
        await self._services.close()
        await self._publisher.close()
        await self._mongo.close()
