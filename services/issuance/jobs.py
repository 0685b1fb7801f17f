"""What starts by time: the press takes up what is due. Woken by the commit of a claim, and by a poll in case nobody woke it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Final

import structlog

from services.issuance import handlers
from services.issuance.domain.document import Certificate, Document, Pdf
from services.issuance.ports import Deps, Tx
from shared import logs, metrics
from shared.clock import monotonic_seconds
from shared.errors import AppError, DomainError, Permanent, Transient
from shared.faults import crash_point
from shared.messaging.delivery import Context
from shared.messaging.units import Units

PRESS_PAUSE_SECONDS: Final = 5.0  # between two tries to start a press that will not start: a process each
SUPERSEDED: Final = frozenset({"document_not_due", "attempt_superseded"})  # another copy was faster, or it was voided: nothing to do

SWEEP_SECONDS: Final = 6 * 3600.0  # what is swept is a day old; a quarter of that is soon enough

_log = logs.get("press")


class Tray:
    """Where printed sheets wait for each other, so that several are stored, recorded and told together.

    It is carried away when nothing more is in the press, when `most` lie on it, and when the first has lain for `seconds`.
    """

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._coming = 0
        self._lying: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """While a sheet is in the press, or in line for it."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            asyncio.get_running_loop().call_soon(self._carry_if_due)  # soon: this sheet is about to be laid down too

    async def lay(self) -> None:
        """Lay a sheet down; returns when the tray is carried away."""
        loop = asyncio.get_running_loop()
        lying = loop.create_future()
        self._lying.append(lying)
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._carry)
        loop.call_soon(self._carry_if_due)
        await lying

    def _carry_if_due(self) -> None:
        if self._coming == 0 or len(self._lying) >= self._most:
            self._carry()

    def _carry(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for lying in self._lying:
            if not lying.done():
                lying.set_result(None)
        self._lying.clear()


class Printing:
    """Prints what is due, up to `at_once` at a time: while some sheets are in the press, others' bytes are being stored."""

    def __init__(self, deps: Deps, units: Units[Tx], woken: asyncio.Event, *, at_once: int, poll_seconds: float, tray: Tray) -> None:
        self._deps = deps
        self._units = units
        self._tray = tray
        self._woken = woken
        self._at_once = at_once
        self._poll_seconds = poll_seconds
        self._running: dict[str, asyncio.Task[None]] = {}
        self._no_press_until = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then finish the sheets in work."""
        stopper = asyncio.create_task(self._wake_on(stop))
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._take_up()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_seconds):
                        await self._woken.wait()
            await asyncio.gather(*self._running.values())
        finally:
            for task in (stopper, *self._running.values()):
                task.cancel()

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()

    async def _take_up(self) -> None:
        room = self._at_once - len(self._running)
        if room <= 0 or not await self._press_stands():
            return
        try:
            due = await self._deps.register.due(self._deps.clock(), self._at_once + len(self._running))
        except Transient as error:
            _log.warning("press.waits", code=error.code)
            return
        for document_id in [key for key in due if key not in self._running][:room]:
            task = asyncio.create_task(self._print_guarded(document_id), name=f"print {document_id}")
            self._running[document_id] = task
            task.add_done_callback(self._reaper(document_id))

    async def _press_stands(self) -> bool:
        """Without a press no document loses an attempt."""
        if monotonic_seconds() < self._no_press_until:
            return False
        try:
            await self._deps.press.start()
        except Transient as error:
            self._no_press_until = monotonic_seconds() + PRESS_PAUSE_SECONDS
            _log.error("press.failed", code=error.code, detail=error.detail)
            return False
        return True

    def _reaper(self, document_id: str) -> Callable[[asyncio.Task[None]], None]:
        def reap(_task: asyncio.Task[None]) -> None:
            del self._running[document_id]
            self._woken.set()  # there is room for the next

        return reap

    async def _print_guarded(self, document_id: str) -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(document_id=document_id)
        try:
            await self._print(document_id)
        except DomainError as error:
            if error.code not in SUPERSEDED:
                _log.exception("document.stuck", code=error.code)
        except AppError as error:
            _log.warning("document.waits", code=error.code)  # the lease brings it back
        except Exception:  # noqa: BLE001 - one document must not stop the others; the lease brings it back
            _log.exception("document.stuck")

    async def _print(self, document_id: str) -> None:
        document = await self._units.run(lambda tx: handlers.begin_printing(tx, self._deps, document_id))
        context = Context(document.origin.correlation_id, document.origin.causation_id, document.origin.traceparent)
        structlog.contextvars.bind_contextvars(correlation_id=context.correlation_id, attempt=document.attempt)
        began = monotonic_seconds()
        crash_point("before_call", "press")
        try:
            with self._tray.expecting():
                printed = await self._deps.press.print_sheet(
                    document.product, handlers.sheet_of(self._deps, document), made_at=document.claimed_at
                )
        except (DomainError, Permanent, Transient) as error:
            metrics.EFFECTS.labels("print", error.code).inc()
            await self._note_failure(document, error, context)
            return
        seconds = monotonic_seconds() - began
        metrics.EFFECT_SECONDS.labels("print").observe(seconds)
        crash_point("after_response_before_save", "press")
        await self._tray.lay()
        pdf = await self._deps.archive.put(handlers.file_id(document), printed.content)
        crash_point("after_response_before_save", "archive")
        await self._record(document, pdf, printed.certificate, context)
        metrics.EFFECTS.labels("print", "done").inc()
        _log.info("document.issued", number=document.number, product=document.product, ms=round(seconds * 1000, 1))

    async def _record(self, document: Document, pdf: Pdf, certificate: Certificate, context: Context) -> None:
        try:
            issued = await self._run(
                lambda tx: handlers.record_issued(tx, self._deps, document.document_id, document.attempt, pdf, certificate), context
            )
        except DomainError:
            await self._deps.archive.delete(pdf.file_id)
            raise
        await handlers.discard_leftovers(self._deps, issued)

    async def _note_failure(self, document: Document, error: AppError, context: Context) -> None:
        final = not isinstance(error, Transient)
        noted = await self._run(
            lambda tx: handlers.record_failure(tx, self._deps, document.document_id, document.attempt, reason=error.code, final=final),
            context,
        )
        _log.warning("document.failed", code=error.code, detail=error.detail, state=noted.state.value)

    def _run(self, body: Callable[[Tx], Coroutine[Any, Any, Document]], context: Context) -> Coroutine[Any, Any, Document]:
        return self._units.run(body, context=context)


class Sweeping:
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
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_seconds):
                    await stop.wait()
