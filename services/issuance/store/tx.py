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
        """Two queries, whatever the batch size."""
        await self._unit.prefetch(DOCUMENTS, documents)
        await self._unit.prefetch(COUNTERS, counters)

    async def find_document(self, document_id: str) -> Document | None:
        """The document, or None."""
        return await self._unit.find(DOCUMENTS, document_id)

    async def get_document(self, document_id: str) -> Document:
        """The document; raises NotFound (`documents_not_found`)."""
        return await self._unit.get(DOCUMENTS, document_id)

    def add_document(self, document: Document) -> None:
        """Keep a new document."""
        self._unit.add(DOCUMENTS, document)

    def save_document(self, document: Document) -> None:
        """Keep the next state."""
        self._unit.save(DOCUMENTS, document)

    async def counter(self, key: str) -> NumberSequence:
        """The counter, at zero where there is none yet."""
        return await self._unit.find(COUNTERS, key) or NumberSequence(key)

    async def keep_counter(self, counter: NumberSequence) -> None:
        """Insert or replace; whoever raised the same counter meanwhile wins, and this unit runs again."""
        if await self._unit.find(COUNTERS, counter.key) is None:
            self._unit.add(COUNTERS, counter)
        else:
            self._unit.save(COUNTERS, counter)

    def emit(self, fact: DocumentIssued) -> None:
        """Put the event that tells the fact into the outbox."""
        self._work.emit(DOCUMENTS, fact.document.document_id, to_event(fact))

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""
        self._work.on_commit(hook)
