"""Stores what the renderer made: the bytes first, then the record that points to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.issuance import handlers
from services.issuance.domain.document import Document, Pdf
from services.issuance.jobs.result_batcher import RenderedDocument
from services.issuance.ports import Deps, Tx
from shared.errors import DomainError
from shared.faults import crash_point
from shared.messaging.transaction.runner import UnitBody, UnitOfWorkRunner


class ResultStore:
    """The store of several results together, each judged alone."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    async def store(self, results: Sequence[RenderedDocument]) -> list[Document | Exception]:
        """Store the bytes, then record them; return each document as it is then, or its error."""
        kept = await asyncio.gather(
            *(self._deps.archive.put(handlers.file_id(result.document), result.printed.content) for result in results),
            return_exceptions=True,
        )
        crash_point("after_response_before_save", "archive")
        found: dict[int, Document | Exception] = {}
        put: list[tuple[int, Pdf]] = []
        for index, outcome in enumerate(kept):
            if isinstance(outcome, Pdf):
                put.append((index, outcome))
            elif isinstance(outcome, Exception):
                found[index] = outcome
            else:
                raise outcome
        recorded = await self._units.run_many(
            [self._recording(results[index], pdf) for index, pdf in put],
            lambda tx: tx.prefetch_related([results[index].document for index, _ in put]),
        )
        for (index, pdf), result in zip(put, recorded, strict=True):
            if isinstance(result, DomainError):
                await self._deps.archive.delete(pdf.file_id)
            found[index] = result
        return [found[index] for index in range(len(results))]

    def _recording(self, result: RenderedDocument, pdf: Pdf) -> UnitBody[Tx, Document]:
        begun, certificate = result.document, result.printed.certificate
        return UnitBody(lambda tx: handlers.record_issued(tx, self._deps, begun, pdf, certificate), result.context)
