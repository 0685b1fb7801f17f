"""What starts by time: the renderer takes up what is due. Woken by the commit of a claim, and by a poll in case nobody woke it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from services.issuance import handlers
from services.issuance.domain.document import Document, Pdf
from services.issuance.ports import Deps, Printed, Tx
from shared import logs, metrics
from shared.clock import monotonic_seconds
from shared.errors import AppError, DomainError, Permanent, Transient
from shared.faults import crash_point
from shared.leases import renewing
from shared.messaging.delivery import Context
from shared.messaging.transaction.runner import UnitBody, UnitOfWorkRunner
from shared.waiting import wait_for

RENDERER_PAUSE_SECONDS: Final = 5.0  # between two tries to start a renderer that will not start: a process each
SUPERSEDED: Final = frozenset({"document_not_due", "attempt_superseded"})  # another copy was faster, or it was voided: nothing to do

SWEEP_SECONDS: Final = 6 * 3600.0  # what is swept is a day old; a quarter of that is soon enough

_log = logs.get("renderer")


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """How much is in work at a time, how often to look without being woken, and how long printed sheets wait for each other."""

    at_once: int
    poll_seconds: float
    batcher_sheets: int
    batcher_seconds: float


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """A printed sheet of a document."""

    document: Document
    printed: Printed
    context: Context


class ResultBatcher:
    """Where printed sheets wait for each other, so that several are stored, recorded and told together.

    It is carried away when nothing more is in the renderer, when `most` lie on it, and when the first has lain for `seconds`. `carry` gives
    each sheet's document as it is then, or what went wrong with it.
    """

    def __init__(
        self, carry: Callable[[Sequence[RenderedDocument]], Awaitable[Sequence[Document | Exception]]], *, most: int, seconds: float
    ) -> None:
        self._carry = carry
        self._most = most
        self._seconds = seconds
        self._coming = 0
        self._lying: list[tuple[RenderedDocument, asyncio.Future[Document]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._carriers: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """While a sheet is in the renderer, or in line for it."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            asyncio.get_running_loop().call_soon(self._look)  # soon: this sheet is about to be laid down too

    async def lay(self, sheet: RenderedDocument) -> Document:
        """Lay a sheet down; returns when it was carried to its place.

        Raises:
            Exception: what `carry` said of this sheet.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Document] = loop.create_future()
        self._lying.append((sheet, done))
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._leave)
        loop.call_soon(self._look)
        return await done

    def _look(self) -> None:
        if self._coming == 0 or len(self._lying) >= self._most:
            self._leave()

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lying, self._lying = self._lying, []
        if lying:
            carrier = asyncio.create_task(self._deliver(lying), name="batcher")
            self._carriers.add(carrier)
            carrier.add_done_callback(self._carriers.discard)

    async def _deliver(self, lying: Sequence[tuple[RenderedDocument, asyncio.Future[Document]]]) -> None:
        structlog.contextvars.clear_contextvars()  # they are of several documents
        try:
            found = await self._carry([sheet for sheet, _ in lying])
        except Exception as error:  # noqa: BLE001 - each is told
            found = [error] * len(lying)
        for (_, done), outcome in zip(lying, found, strict=True):
            if done.done():
                continue  # cancelled with its process
            if isinstance(outcome, Exception):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)


class Printing:
    """Prints what is due, up to `at_once` at a time: while some sheets are in the renderer, others' bytes are being stored."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], woken: asyncio.Event, pace: RenderLimits) -> None:
        self._deps = deps
        self._units = units
        self._batcher = ResultBatcher(self._store, most=pace.batcher_sheets, seconds=pace.batcher_seconds)
        self._woken = woken
        self._at_once = pace.at_once
        self._poll_seconds = pace.poll_seconds
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, int] = {}
        self._no_renderer_until = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then finish the sheets in work."""
        stopper = asyncio.create_task(self._wake_on(stop))
        async with renewing(self._deps.lease.total_seconds(), self._renew, name="renderer"):
            try:
                while not stop.is_set():
                    self._woken.clear()
                    await self._take_up()
                    await wait_for(self._woken, self._poll_seconds)
                await asyncio.gather(*self._running.values())
            finally:
                for task in (stopper, *self._running.values()):
                    task.cancel()

    async def _renew(self) -> None:
        """Keep what is in hand, however long the renderer takes: so a lease may be short, and a crash is soon over."""
        if not self._held:
            return
        try:
            await self._deps.register.renew(dict(self._held), self._deps.clock() + self._deps.lease)
        except Transient as error:
            _log.warning("renderer.unrenewed", code=error.code)

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()

    async def _take_up(self) -> None:
        room = self._at_once - len(self._running)
        if room <= 0 or not await self._renderer_stands():
            return
        try:
            due = await self._deps.register.due(self._deps.clock(), self._at_once + len(self._running))
            begun = await self._begin([key for key in due if key not in self._running][:room])
        except Transient as error:
            _log.warning("renderer.waits", code=error.code)
            return
        for document in begun:
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
            if isinstance(outcome, Document):
                begun.append(outcome)
            else:
                _tell(outcome, document_id=document_id)
        return begun

    async def _renderer_stands(self) -> bool:
        """Without a renderer no document loses an attempt."""
        if monotonic_seconds() < self._no_renderer_until:
            return False
        try:
            await self._deps.renderer.start()
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
        structlog.contextvars.bind_contextvars(
            document_id=document.document_id, correlation_id=document.origin.correlation_id, attempt=document.attempt
        )
        try:
            await self._print(document)
        except Exception as error:  # noqa: BLE001 - one document must not stop the others
            _tell(error)

    async def _print(self, document: Document) -> None:
        context = Context(document.origin.correlation_id, document.origin.causation_id, document.origin.traceparent)
        began = monotonic_seconds()
        crash_point("before_call", "renderer")
        try:
            with self._batcher.expecting():
                printed = await self._deps.renderer.print_sheet(
                    document.product, handlers.sheet_of(self._deps, document), made_at=document.claimed_at
                )
        except (DomainError, Permanent, Transient) as error:
            metrics.EFFECTS.labels("print", error.code).inc()
            await self._note_failure(document, error, context)
            return
        seconds = monotonic_seconds() - began
        metrics.EFFECT_SECONDS.labels("print").observe(seconds)
        crash_point("after_response_before_save", "renderer")
        issued = await self._batcher.lay(RenderedDocument(document, printed, context))
        await handlers.discard_leftovers(self._deps, issued)
        metrics.EFFECTS.labels("print", "done").inc()
        _log.info("document.issued", number=document.number, product=document.product, ms=round(seconds * 1000, 1))

    async def _store(self, sheets: Sequence[RenderedDocument]) -> list[Document | Exception]:
        """Keep the bytes, then make them the documents."""
        kept = await asyncio.gather(
            *(self._deps.archive.put(handlers.file_id(sheet.document), sheet.printed.content) for sheet in sheets), return_exceptions=True
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
            [self._recording(sheets[index], pdf) for index, pdf in put],
            lambda tx: tx.prefetch(documents=[sheets[index].document.document_id for index, _ in put], counters=()),
        )
        for (index, pdf), result in zip(put, recorded, strict=True):
            if isinstance(result, DomainError):
                await self._deps.archive.delete(pdf.file_id)
            found[index] = result
        return [found[index] for index in range(len(sheets))]

    def _recording(self, sheet: RenderedDocument, pdf: Pdf) -> UnitBody[Tx, Document]:
        key, attempt, certificate = sheet.document.document_id, sheet.document.attempt, sheet.printed.certificate
        return UnitBody(lambda tx: handlers.record_issued(tx, self._deps, key, attempt, pdf, certificate), sheet.context)

    async def _note_failure(self, document: Document, error: AppError, context: Context) -> None:
        final = not isinstance(error, Transient)
        noted = await self._units.run(
            lambda tx: handlers.record_failure(tx, self._deps, document.document_id, document.attempt, reason=error.code, final=final),
            context=context,
        )
        _log.warning("document.failed", code=error.code, detail=error.detail, state=noted.state.value)


def _tell(error: Exception, **of: str) -> None:
    """What kept a document from going on; the lease brings it back."""
    if isinstance(error, AppError) and not isinstance(error, DomainError):
        _log.warning("document.waits", code=error.code, **of)
    elif not isinstance(error, DomainError) or error.code not in SUPERSEDED:
        _log.error("document.stuck", code=getattr(error, "code", None), exc_info=error, **of)


class LeftoverSweeper:
    """Removes, now and then, what a process that died in the middle left in the archive: it is personal and nobody points to it."""

    def __init__(self, sweep: Callable[[], Awaitable[int]], *, every_seconds: float = SWEEP_SECONDS) -> None:
        self._sweep = sweep
        self._every_seconds = every_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            try:
                swept = await self._sweep()
            except Transient as error:
                _log.warning("archive.unswept", code=error.code)
            else:
                _log.info("archive.swept", uploads=swept)
            await wait_for(stop, self._every_seconds)
