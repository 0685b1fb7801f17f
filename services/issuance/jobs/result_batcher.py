"""Where rendered documents wait for each other, so that several are stored, recorded and published together.

`shared.mongo.together.GroupCommit` joins what is ready at the same moment and never waits. Here waiting is the point: while something is
still in the renderer, which has the processor anyway, its result will be along soon, and one round trip to the archive and one unit of
work then serve them all. And what is joined is not yet a unit of work, which needs the bytes stored first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from services.issuance.domain.document import Document
from services.issuance.ports import Printed
from shared.messaging.delivery import Context


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """A document with its signed PDF."""

    document: Document
    printed: Printed
    context: Context


class ResultBatcher:
    """A batch that is stored when nothing more is in the renderer, when `most` wait, or when the first has waited for `seconds`.

    `store` returns each document as it is then, or what went wrong with it.
    """

    def __init__(
        self, store: Callable[[Sequence[RenderedDocument]], Awaitable[Sequence[Document | Exception]]], *, most: int, seconds: float
    ) -> None:
        self._store = store
        self._most = most
        self._seconds = seconds
        self._coming = 0
        self._waiting: list[tuple[RenderedDocument, asyncio.Future[Document]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """Hold the batch open while a document is in the renderer, or in line for it."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            asyncio.get_running_loop().call_soon(self._look)  # soon: this result is about to be added too

    async def add(self, result: RenderedDocument) -> Document:
        """Add a result to the batch; return its document when it is stored.

        Raises:
            Exception: what `store` said of this result.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Document] = loop.create_future()
        self._waiting.append((result, done))
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._flush)
        loop.call_soon(self._look)
        return await done

    def _look(self) -> None:
        if self._coming == 0 or len(self._waiting) >= self._most:
            self._flush()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if waiting:
            task = asyncio.create_task(self._store_batch(waiting), name="batcher")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _store_batch(self, waiting: Sequence[tuple[RenderedDocument, asyncio.Future[Document]]]) -> None:
        structlog.contextvars.clear_contextvars()  # they are of several documents
        try:
            found = await self._store([result for result, _ in waiting])
        except Exception as error:  # noqa: BLE001 - each is told
            found = [error] * len(waiting)
        for (_, done), outcome in zip(waiting, found, strict=True):
            if done.done():
                continue  # cancelled with its process
            if isinstance(outcome, Exception):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)
