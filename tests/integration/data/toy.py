"""A toy service over the real database: tallies that messages add to, and that tell of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pymongo import IndexModel, monitoring

from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.registry import encode
from shared.contracts.verification_tasks import TaskClosed, TaskOutcome
from shared.errors import DomainError, Transient
from shared.ids import new_id, new_traceparent
from shared.messaging.delivery import AnyEventRoute, Delivery, EventRoute, Meta, Outcome, routing
from shared.messaging.transaction.inbox import message_key
from shared.messaging.transaction.outbox import RelayHandoff
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Doc, DocumentMapping, Mongo

SERVICE = "verification"


@dataclass(frozen=True)
class Tally:
    tally_id: str
    total: int = 0
    label: str | None = None


def _to_doc(tally: Tally) -> Doc:
    doc: Doc = {"total": tally.total}
    if tally.label is not None:
        doc["label"] = tally.label
    return doc


TALLIES: DocumentMapping[Tally] = DocumentMapping(
    "tallies", lambda tally: tally.tally_id, _to_doc, lambda doc: Tally(doc["_id"], doc["total"], doc.get("label"))
)
INDEXES = {"tallies": [IndexModel([("label", 1)], unique=True, partialFilterExpression={"label": {"$exists": True}})]}


@dataclass
class Tx:
    work: UnitOfWork

    async def add_one(self, tally_id: str) -> None:
        unit = self.work.unit
        tally = await unit.find(TALLIES, tally_id)
        if tally is None:
            unit.add(TALLIES, Tally(tally_id, 1))
        else:
            unit.save(TALLIES, replace(tally, total=tally.total + 1))
        self.work.emit(TALLIES, tally_id, closed(tally_id))


def closed(tally_id: str, what: str = "add") -> TaskClosed:
    return TaskClosed(task_id=tally_id, request_id=what, receipt="MDN-0000-0000", outcome=TaskOutcome.APPROVED, closed_at=now())


def message(tally_id: str, what: str = "add", *, traceparent: str | None = None, **more: Any) -> Delivery:
    event = closed(tally_id, what)
    envelope = Envelope(
        id=new_id(),
        type=event.type,
        version=1,
        source=SERVICE,
        subject=tally_id,
        sequence=1,
        occurred_at=now(),
        correlation_id="corr",
        traceparent=traceparent or new_traceparent(),
        data=event.model_dump(mode="json"),
    )
    return Delivery(encode(envelope), envelope.id, event.type, **more)


@dataclass
class Toy:
    mongo: Mongo
    database: str
    handoff: RelayHandoff | None = None
    handled: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    before_commit: Callable[[], Any] | None = None
    writer: str = ""

    def __post_init__(self) -> None:
        self.units: UnitOfWorkRunner[Tx] = UnitOfWorkRunner(
            mongo=self.mongo, database=self.database, service=SERVICE, make_tx=Tx, clock=now, handoff=self.handoff, writer=self.writer
        )
        self.routes: dict[str, AnyEventRoute[Tx]] = dict(routing([EventRoute(TaskClosed, self.handle, self.prefetch)]))

    async def prepare(self) -> None:
        await self.mongo.prepare(self.database, INDEXES)
        await self.units.prepare()

    async def handle(self, tx: Tx, event: TaskClosed, meta: Meta) -> None:
        self.handled.append(meta.message_id)
        what = event.request_id
        await tx.add_one(event.task_id)
        if what == "rule" or meta.message_id in self.refuse:
            raise DomainError("rule_says_no")
        if what == "later":
            raise Transient("down", after_seconds=7)
        if what == "bug":
            raise ZeroDivisionError
        if what.startswith("label:"):
            tally = await tx.work.unit.get(TALLIES, event.task_id)
            tx.work.unit.save(TALLIES, replace(tally, label=what.removeprefix("label:")))
        if self.before_commit is not None:
            await self.before_commit()

    async def prefetch(self, tx: Tx, events: Sequence[TaskClosed]) -> None:
        await tx.work.unit.prefetch(TALLIES, [event.task_id for event in events])

    async def batch(self, *deliveries: Delivery) -> list[Outcome]:
        return await self.units.run_batch(deliveries, self.routes)

    async def totals(self) -> dict[str, int]:
        docs = await self.mongo.collection(self.database, "tallies").find().to_list(None)
        return {doc["_id"]: doc["total"] for doc in docs}

    async def count(self, collection: str, query: Doc | None = None) -> int:
        return await self.mongo.collection(self.database, collection).count_documents(query or {})

    async def sequences(self, tally_id: str) -> list[int]:
        docs = await self.mongo.collection(self.database, "outbox").find({"aggregate": f"tallies/{tally_id}"}).to_list(None)
        return sorted(doc["seq"] for doc in docs)

    def key(self, delivery: Delivery) -> str:
        return message_key(SERVICE, delivery.message_id)


class Listener(monitoring.CommandListener):
    """Writes down every command of one client, in order."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, bool]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.commands.append((event.command_name, "txnNumber" in event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    def names(self) -> list[str]:
        return [name for name, _ in self.commands]
