"""The unit of work as issuance's handlers see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from services.issuance.domain.cards import BlankStock
from services.issuance.domain.document import Document, Fact
from services.issuance.domain.numbers import FLOOR, NumberSequence, begin
from services.issuance.domain.supersession import are_related, subjects
from services.issuance.events import to_event
from services.issuance.store.schema import BLANKS, COUNTERS, DOCUMENTS, FLOORS
from shared.messaging.transaction.unit_of_work import UnitOfWork


class MongoTx:
    """`ports.Tx` over a unit of work."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._unit = work.unit
        self._asked: set[str] = set()
        """Documents whose related ones were read."""
        self._read: set[str] = set()
        """What was read for them."""

    async def prefetch(self, *, documents: Iterable[str], counters: Iterable[str]) -> None:
        await self._unit.prefetch(DOCUMENTS, documents)
        await self._unit.prefetch(COUNTERS, counters)

    async def find_document(self, document_id: str) -> Document | None:
        return await self._unit.find(DOCUMENTS, document_id)

    async def get_document(self, document_id: str) -> Document:
        return await self._unit.get(DOCUMENTS, document_id)

    async def prefetch_related(self, documents: Sequence[Document]) -> None:
        about, of = subjects(documents)
        found = await self._unit.find_many(DOCUMENTS, {"$or": [{"about": {"$in": about}}, {"replaces": {"$in": of}}]})
        self._asked.update(document.document_id for document in documents)
        self._read.update(document.document_id for document in found)

    async def related(self, document: Document) -> list[Document]:
        if document.document_id not in self._asked:
            await self.prefetch_related([document])
        found = (self._unit.present(DOCUMENTS, key) for key in sorted(self._read))
        return [other for other in found if are_related(document, other)]

    async def of_request(self, request_id: str) -> list[Document]:
        return await self._unit.find_many(DOCUMENTS, {"request_id": request_id})

    def add_document(self, document: Document) -> None:
        self._unit.add(DOCUMENTS, document)

    def save_document(self, document: Document) -> None:
        self._unit.save(DOCUMENTS, document)

    async def counter(self, key: str) -> NumberSequence:
        held = await self._unit.find(COUNTERS, key)
        if held is not None:
            return held
        floor = await self._unit.find(FLOORS, FLOOR)
        return begin(key, floor)

    async def keep_counter(self, counter: NumberSequence) -> None:
        if await self._unit.find(COUNTERS, counter.key) is None:
            self._unit.add(COUNTERS, counter)
        else:
            self._unit.save(COUNTERS, counter)

    async def blanks(self, product: str) -> BlankStock:
        return await self._unit.find(BLANKS, product) or BlankStock(product)

    async def keep_blanks(self, stock: BlankStock) -> None:
        if await self._unit.find(BLANKS, stock.product) is None:
            self._unit.add(BLANKS, stock)
        else:
            self._unit.save(BLANKS, stock)

    def emit(self, fact: Fact) -> None:
        document = fact.document
        self._work.emit(DOCUMENTS, document.document_id, to_event(fact), correlation_id=document.origin.correlation_id)

    def on_commit(self, hook: Callable[[], None]) -> None:
        self._work.on_commit(hook)
