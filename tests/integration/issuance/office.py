"""Issuance on a real database without a broker: what it needs to be handed messages and to print."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.issuance.consumers import routes
from services.issuance.domain.document import Approval, Certificate, Document
from services.issuance.jobs import Printing, RenderLimits
from services.issuance.ports import DocumentQuery, Printed
from services.issuance.wiring import Issuance
from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.registry import encode
from shared.ids import new_id, new_traceparent
from shared.messaging.delivery import Delivery, Outcome
from shared.messaging.transaction.runner import routing
from shared.mongo import Doc
from tests.support.approvals import approval, request_approved
from tests.support.eventually import eventually

TYPE = "verification.request_approved.v1"


class Clock:
    """The real time, moved forward by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


@dataclass
class FakePress:
    """Prints something that begins like a PDF. `failures` are raised first, in order; `gate` holds every sheet until it is set."""

    failures: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    sheets: list[Mapping[str, Any]] = field(default_factory=list)
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Always ready."""

    async def render(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        self.sheets.append(sheet)
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        return Printed(f"%PDF-1.7 {product} {len(self.sheets)} {made_at}".encode(), Certificate("CA Demo", "f" * 64, demo=True))


@dataclass
class Desk:
    """A running issuance."""

    parts: Issuance
    database: str
    clock: Clock

    def with_renderer(self, renderer: FakePress) -> Desk:
        """The same database with another renderer."""
        parts = self.parts
        woken = asyncio.Event()
        deps = replace(parts.deps, renderer=renderer, wake_renderer=woken.set)
        printing = Printing(deps, parts.units, woken, RenderLimits(at_once=4, poll_seconds=0.05, batcher_sheets=2, batcher_seconds=0.05))
        return replace(self, parts=replace(parts, deps=deps, printing=printing))

    async def deliver(self, *approvals: Approval, message_ids: tuple[str, ...] = ()) -> list[Outcome]:
        """Hand them over as the consumer does, in one batch."""
        ids = message_ids or tuple(new_id() for _ in approvals)
        deliveries = [_delivery(asked, message_id) for asked, message_id in zip(approvals, ids, strict=True)]
        return await self.parts.units.run_batch(deliveries, routing(routes(self.parts.deps)))

    async def claim(self, product: str = "kk", **other: Any) -> str:
        """One approval; the id of its document."""
        asked = approval(product, **other)
        await self.deliver(asked)
        return f"{asked.request_id}.{product}"

    @asynccontextmanager
    async def printing(self) -> AsyncIterator[None]:
        """The renderer job at work."""
        stop = asyncio.Event()
        job = asyncio.create_task(self.parts.printing.run(stop))
        try:
            yield
        finally:
            stop.set()
            await job

    async def document(self, document_id: str) -> Document:
        return await self.parts.deps.document_reader.get(document_id)

    async def documents(self) -> list[Document]:
        found, _ = await self.parts.deps.document_reader.page(DocumentQuery(limit=1000))
        return list(found)

    async def reaches(self, document_id: str, state: str) -> Document:
        async def there() -> Document:
            document = await self.document(document_id)
            assert document.state.value == state
            return document

        return await eventually(there)

    async def content(self, document: Document) -> bytes:
        assert document.pdf is not None
        return b"".join([chunk async for chunk in await self.parts.archive.open(document.pdf.file_id)])

    async def rows(self, collection: str, query: Doc | None = None) -> list[Doc]:
        return await self.parts.mongo.collection(self.database, collection).find(query or {}).to_list(None)

    async def issued_events(self) -> list[dict[str, Any]]:
        """What lies in the outbox, decoded."""
        return [orjson.loads(row["body"]) for row in await self.rows("outbox")]

    async def files(self) -> list[str]:
        return sorted(row["filename"] for row in await self.rows("pdf.files"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _delivery(asked: Approval, message_id: str) -> Delivery:
    envelope = Envelope(
        id=message_id,
        type=TYPE,
        version=1,
        source="verification",
        subject=asked.request_id,
        sequence=1,
        occurred_at=now(),
        correlation_id=asked.request_id,
        causation_id=None,
        traceparent=new_traceparent(),
        data=request_approved(asked).model_dump(mode="json"),
    )
    return Delivery(encode(envelope), message_id, TYPE)
