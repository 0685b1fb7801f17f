"""Prints what is due: takes attempts, has them rendered, and hands what came out to be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from services.issuance import handlers
from services.issuance.domain.document import Document, DocumentState
from services.issuance.jobs.result_batcher import RenderedDocument, ResultBatcher
from services.issuance.jobs.result_store import ResultStore
from services.issuance.ports import Deps, Tx
from shared import logs, metrics, tracing
from shared.clock import monotonic_seconds
from shared.errors import AppError, DomainError, Permanent, Transient
from shared.faults import crash_point
from shared.ids import trace_id_of
from shared.leases import renewing
from shared.messaging.delivery import Context
from shared.messaging.transaction.runner import UnitBody, UnitOfWorkRunner
from shared.poller import Poller

RENDERER_PAUSE_SECONDS: Final = 5.0  # between two tries to start a renderer that will not start: a process each
SUPERSEDED: Final = frozenset({"document_not_due", "attempt_superseded"})  # another copy was faster, or it was voided: nothing to do

_log = logs.get("renderer")


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """The limits of printing: how much at a time, how often to poll, and how long results wait for each other."""

    at_once: int
    poll_seconds: float
    batcher_sheets: int
    batcher_seconds: float


class Printing:
    """The job that renders what is due, `at_once` at most: while some are in the renderer, others' bytes are being stored."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], woken: asyncio.Event, pace: RenderLimits) -> None:
        self._deps = deps
        self._units = units
        results = ResultStore(deps, units)
        self._batcher = ResultBatcher(results.store, most=pace.batcher_sheets, seconds=pace.batcher_seconds)
        self._woken = woken
        self._at_once = pace.at_once
        self._poll_seconds = pace.poll_seconds
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, int] = {}
        self._no_renderer_until = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish the documents in work."""
        poller = Poller("renderer", self._take_up, poll_seconds=self._poll_seconds, woken=self._woken)
        async with renewing(self._deps.lease.total_seconds(), self._renew, name="renderer"):
            try:
                await poller.run(stop)
                await asyncio.gather(*self._running.values())
            finally:
                for task in self._running.values():
                    task.cancel()

    async def _renew(self) -> None:
        """Keep what is in hand, however long the renderer takes: so a lease may be short, and a crash is soon over."""
        if not self._held:
            return
        try:
            await self._deps.document_reader.renew(dict(self._held), self._deps.clock() + self._deps.lease)
        except Transient as error:
            _log.warning("renderer.unrenewed", code=error.code)

    async def _take_up(self) -> None:
        room = self._at_once - len(self._running)
        if room <= 0 or not await self._renderer_stands():
            return
        due = await self._deps.document_reader.due(self._deps.clock(), self._at_once + len(self._running))
        for document in await self._begin([key for key in due if key not in self._running][:room]):
            task = asyncio.create_task(self._print_guarded(document), name=f"print {document.document_id}")
            self._running[document.document_id] = task
            self._held[document.document_id] = document.attempt
            task.add_done_callback(self._reaper(document.document_id))

    async def _begin(self, document_ids: Sequence[str]) -> list[Document]:
        """Take the next attempt of each; those that somebody else has, or that wait for the lease, are left out."""

        def body(document_id: str) -> UnitBody[Tx, Document]:
            return UnitBody(lambda tx: handlers.begin_printing(tx, self._deps, document_id))

        found = await self._units.run_many(
            [body(document_id) for document_id in document_ids], lambda tx: tx.prefetch(documents=document_ids, counters=())
        )
        begun = []
        for document_id, outcome in zip(document_ids, found, strict=True):
            if not isinstance(outcome, Document):
                _tell(outcome, document_id=document_id)
            elif outcome.state is DocumentState.RENDERING:
                begun.append(outcome)
            else:
                _log.error("document.held", document_id=document_id, code=outcome.reason)
        return begun

    async def _renderer_stands(self) -> bool:
        """Without a renderer no document loses an attempt."""
        if monotonic_seconds() < self._no_renderer_until:
            return False
        try:
            await self._deps.renderer.start()
            self._deps.refuse_unsigned()
        except Transient as error:
            self._no_renderer_until = monotonic_seconds() + RENDERER_PAUSE_SECONDS
            _log.error("renderer.failed", code=error.code, detail=error.detail)
            return False
        return True

    def _reaper(self, document_id: str) -> Callable[[asyncio.Task[None]], None]:
        def reap(_task: asyncio.Task[None]) -> None:
            del self._running[document_id], self._held[document_id]
            self._woken.set()  # there is room for the next

        return reap

    async def _print_guarded(self, document: Document) -> None:
        structlog.contextvars.clear_contextvars()
        origin = document.origin
        structlog.contextvars.bind_contextvars(
            document_id=document.document_id,
            correlation_id=origin.correlation_id,
            trace_id=trace_id_of(origin.traceparent),
            attempt=document.attempt,
        )
        attributes: dict[str, tracing.Attribute] = {
            "messaging.message.conversation_id": origin.correlation_id,
            "adminduk.attempt": document.attempt,
        }
        try:
            with tracing.span(f"print {document.product}", origin.traceparent, attributes=attributes) as span:
                await self._print(document, span)
        except Exception as error:  # noqa: BLE001 - one document must not stop the others
            _tell(error)

    async def _print(self, document: Document, span: tracing.OpenSpan) -> None:
        context = Context(document.origin.correlation_id, document.origin.causation_id, span.own or document.origin.traceparent)
        began = monotonic_seconds()
        crash_point("before_call", "renderer")
        try:
            with self._batcher.expecting():
                printed = await self._deps.renderer.render(
                    handlers.spec_of(self._deps, document).template,
                    handlers.render_input_of(self._deps, document),
                    made_at=document.claimed_at,
                )
        except (DomainError, Permanent, Transient) as error:
            metrics.EFFECTS.labels("print", error.code).inc()
            span.fail(error.code)
            await self._note_failure(document, error, context)
            return
        seconds = monotonic_seconds() - began
        metrics.EFFECT_SECONDS.labels("print").observe(seconds)
        crash_point("after_response_before_save", "renderer")
        issued = await self._batcher.add(RenderedDocument(document, printed, context))
        await handlers.discard_leftovers(self._deps, issued)
        metrics.EFFECTS.labels("print", "done").inc()
        _log.info("document.issued", number=document.number, product=document.product, ms=round(seconds * 1000, 1))

    async def _note_failure(self, document: Document, error: AppError, context: Context) -> None:
        final = not isinstance(error, Transient)
        noted = await self._units.run(
            lambda tx: handlers.record_failure(tx, self._deps, document.document_id, document.attempt, reason=error.code, final=final),
            context=context,
        )
        _log.warning("document.failed", code=error.code, detail=error.detail, state=noted.state.value)


def _tell(error: Exception, **of: str) -> None:
    """Log what kept a document from going on; the lease brings it back."""
    if isinstance(error, AppError) and not isinstance(error, DomainError):
        _log.warning("document.waits", code=error.code, **of)
    elif not isinstance(error, DomainError) or error.code not in SUPERSEDED:
        _log.error("document.stuck", code=getattr(error, "code", None), exc_info=error, **of)
