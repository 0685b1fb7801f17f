"""Issuance on a real database without a broker: what it needs to be handed messages and to print."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.issuance.consumers import routes
from services.issuance.domain.claim import Approval, OrderedDocument
from services.issuance.domain.document import Certificate, Document
from services.issuance.domain.revocation import Authority, Revocation
from services.issuance.jobs import Printing, RenderLimits
from services.issuance.ports import DocumentQuery, Printed, Tx
from services.issuance.store import MongoTx
from services.issuance.wiring import Issuance
from shared.errors import Permanent
from shared.ids import new_id
from shared.messaging.delivery import AnyEventRoute, Done, Outcome
from shared.messaging.transaction.runner import UnitOfWorkRunner
from tests.support.approvals import AT, approval, order, request_approved
from tests.support.commands import Commands, watched
from tests.support.eventually import eventually
from tests.support.harness import Harness


@dataclass
class FakePress:
    """Prints something that begins like a PDF. `failures` are raised first, in order; `gate` holds every sheet until it is set."""

    failures: list[Exception] = field(default_factory=list)
    never: str = ""
    """A template that never prints."""
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
        if product == self.never:
            raise Permanent("sheet_unprintable")
        if self.failures:
            raise self.failures.pop(0)
        return Printed(f"%PDF-1.7 {product} {len(self.sheets)} {made_at}".encode(), Certificate("CA Demo", "f" * 64, demo=True))


@dataclass
class Desk(Harness):
    """A running issuance."""

    parts: Issuance

    def routes(self) -> Sequence[AnyEventRoute[Any]]:
        return routes(self.parts.deps)

    def with_renderer(self, renderer: FakePress) -> Desk:
        """The same database with another renderer."""
        parts = self.parts
        woken = asyncio.Event()
        deps = replace(parts.deps, renderer=renderer, wake_renderer=woken.set)
        printing = Printing(deps, parts.units, woken, RenderLimits(at_once=4, poll_seconds=0.05, batcher_sheets=2, batcher_seconds=0.05))
        return replace(self, parts=replace(parts, deps=deps, printing=printing))

    async def take_in(self, *approvals: Approval, message_ids: tuple[str, ...] = ()) -> list[Outcome]:
        """Hand them over as the consumer does, in one batch."""
        ids = message_ids or tuple(new_id() for _ in approvals)
        events = [(request_approved(asked), asked.request_id) for asked in approvals]
        return await self.deliver(*(self.delivery(event, subject=about, id=each) for (event, about), each in zip(events, ids, strict=True)))

    async def claim(self, ordered: str | OrderedDocument = "kk", **other: Any) -> str:
        """One approval of one document; its id."""
        asked = approval(ordered, **other)
        assert await self.take_in(asked) == [Done()]
        return f"{asked.request_id}.{asked.orders[0].key}"

    async def issue(self, *approvals: Approval) -> list[Document]:
        """Take them in one after another, print the documents of each before the next, and return all as they are at the end."""
        desk = self.with_renderer(FakePress())
        ids = [f"{asked.request_id}.{order.key}" for asked in approvals for order in asked.orders]
        async with desk.printing():
            for asked in approvals:
                assert await desk.take_in(asked) == [Done()]
                for order in asked.orders:
                    await desk.printed(f"{asked.request_id}.{order.key}")
        return [await desk.document(key) for key in ids]

    def revocation(self, **other: Any) -> Revocation:
        """An order to take a document back."""
        return Revocation(**{"authority": Authority.COURT, "reason": "court_order", "note": "Putusan CONTOH", "by": "admin", **other})

    async def printed(self, document_id: str) -> Document:
        """A document once it was issued, whatever became of it since."""

        async def there() -> Document:
            document = await self.document(document_id)
            assert document.issued_at is not None
            return document

        return await eventually(there)

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

    async def files(self) -> list[str]:
        return sorted(row["filename"] for row in await self.rows("pdf.files"))


async def issued_one(desk: Desk, ordered: str | OrderedDocument = "kk") -> Document:
    """An issued document."""
    [document] = await desk.issue(approval(ordered))
    return document


async def superseded(desk: Desk) -> list[Document]:
    """A superseded document and the one that took its place."""
    orders = [order("kk", about="kk:3519080101100001") for _ in range(2)]
    return await desk.issue(approval(orders[0]), approval(orders[1], approved_at=AT + timedelta(minutes=1)))


@asynccontextmanager
async def watched_desk(desk: Desk, mongo_url: str) -> AsyncIterator[tuple[Desk, Commands]]:
    """The same office over a connection whose commands are written down."""
    async with watched(mongo_url) as (mongo, commands):
        units: UnitOfWorkRunner[Tx] = UnitOfWorkRunner(
            mongo=mongo, database=desk.database, service="issuance", make_tx=MongoTx, clock=desk.clock
        )
        yield replace(desk, mongo=mongo, units=units, parts=replace(desk.parts, units=units)), commands


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
