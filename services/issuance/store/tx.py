"""The unit of work as issuance's handlers see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.issuance.domain.document import Document, DocumentIssued
from services.issuance.domain.numbers import NumberSequence
from services.issuance.events import to_event
from services.issuance.store.schema import COUNTERS, DOCUMENTS
from shared.messaging.transaction.unit_of_work import UnitOfWork


class MongoTx:
    """`ports.Tx` over a unit of work."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._unit = work.unit

    async def prefetch(self, *, documents: Iterable[str], counters: Iterable[str]) -> None:
        await self._unit.prefetch(DOCUMENTS, documents)
        await self._unit.prefetch(COUNTERS, counters)

    async def find_document(self, document_id: str) -> Document | None:
        return await self._unit.find(DOCUMENTS, document_id)

    async def get_document(self, document_id: str) -> Document:
        return await self._unit.get(DOCUMENTS, document_id)

    def add_document(self, document: Document) -> None:
        self._unit.add(DOCUMENTS, document)

    def save_document(self, document: Document) -> None:
        self._unit.save(DOCUMENTS, document)

    async def counter(self, key: str) -> NumberSequence:
        return await self._unit.find(COUNTERS, key) or NumberSequence(key)

    async def keep_counter(self, counter: NumberSequence) -> None:
        if await self._unit.find(COUNTERS, counter.key) is None:
            self._unit.add(COUNTERS, counter)
        else:
            self._unit.save(COUNTERS, counter)

    def emit(self, fact: DocumentIssued) -> None:
        self._work.emit(DOCUMENTS, fact.document.document_id, to_event(fact))

    def on_commit(self, hook: Callable[[], None]) -> None:
        self._work.on_commit(hook)
