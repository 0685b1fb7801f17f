"""Held documents under `/v1/stuck`: printed again, or ended with their numbers void."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter

from services.issuance import handlers
from services.issuance.domain.document import Document, DocumentState
from services.issuance.ports import Deps, DocumentQuery, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import stuck
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage

PERSONAL: Final = frozenset({"content", "contact", "holder_name"})
"""Names of fields of a content that tell of persons."""
REFUSALS: Final = (handlers.NUMBER_SHOWN,)
"""Codes that say for what a document waits still."""


class HeldDocuments:
    """The held documents as a `StuckSource`."""

    def __init__(self, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
        self._deps = deps
        self._units = units

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return held documents, the newest request first."""
        query = DocumentQuery(state=DocumentState.HELD, after=after, limit=limit)
        found, following = await self._deps.document_reader.page(query)
        return StuckPage(stuck=[StuckEntry(**_fields(document)) for document in found], next=following)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return a held document with what it says."""
        document = await self._units.run(lambda tx: tx.find_document(stuck_id))
        if document is None or document.state is not DocumentState.HELD:
            return None
        return StuckDetail(**_fields(document), content=asdict(document))

    async def replay(self, stuck_id: str) -> None:
        """Give it back to the renderer."""
        await self._units.run(lambda tx: handlers.retry_document(tx, self._deps, stuck_id))

    async def discard(self, stuck_id: str, note: str) -> None:
        """End it; its number is void, and what was printed of it is deleted."""
        document = await self._units.run(lambda tx: handlers.discard_document(tx, self._deps, stuck_id, note=note))
        await handlers.discard_leftovers(self._deps, document)


def router(units: UnitOfWorkRunner[Tx], deps: Deps) -> APIRouter:
    """Return the routes."""
    return stuck.routes(HeldDocuments(units, deps), PERSONAL, REFUSALS)


def _fields(document: Document) -> dict[str, Any]:
    return {
        "id": document.document_id,
        "kind": document.product,
        "code": document.reason or "",
        "since": document.reason_at,
        "attempts": document.attempt,
        "reference": document.receipt,
    }
