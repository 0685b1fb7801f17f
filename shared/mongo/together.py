"""Units of work that are ready at the same moment share a transaction, and reads by key that are asked at the same moment share a query.

What the consumer does with messages of a batch, this does with what ends side by side in one process: requests at the API, documents in the
renderer, chats. A unit that comes alone is committed at once, so nobody waits for company; while transactions are under way, what becomes
ready meanwhile goes into the next one together. A transaction costs the same wait for the journal, and nearly the same work, for one and
for thirty.

Two units that write the same aggregate, or carry the same inbox key, never share one: the second would only make both fail. When a shared
one fails nothing of it was written, and each of its units is tried alone, so that the one to blame is the one that is told.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, cast

from shared.mongo.errors import DatabaseUnavailable

W = TypeVar("W")
V = TypeVar("V")

MOST: Final = 32  # units in a transaction: a few hundred kilobytes
AT_ONCE: Final = 2  # transactions under way: one that has to be repeated must not hold everybody up


@dataclass(eq=False, slots=True)
class _Waiting(Generic[W]):
    work: W
    touches: frozenset[Hashable]
    done: asyncio.Future[None]


class GroupCommit(Generic[W]):
    """A group commit by `write`, which writes all that it is given or nothing."""

    def __init__(self, write: Callable[[Sequence[W]], Awaitable[None]], *, at_once: int = AT_ONCE, patience_seconds: float = 0.0) -> None:
        """`at_once`: transactions under way; 1 where any two would be in each other's way.

        `patience_seconds`: how long the first one waits for company, where nobody waits for it.
        """
        self._write = write
        self._at_once = at_once
        self._patience_seconds = patience_seconds
        self._line: deque[_Waiting[W]] = deque()
        self._writers: set[asyncio.Task[None]] = set()

    async def commit(self, work: W, touches: frozenset[Hashable]) -> None:
        """Return when it is committed. A caller that is cancelled waits for the end of a transaction that has begun.

        Args:
            work: What is to be written.
            touches: Whatever no other work of the same transaction may touch.

        Raises:
            Exception: what `write` raised for this work; nothing of it was written (of `DatabaseUnavailable`, nobody knows).
        """
        waiting = _Waiting(work, touches, asyncio.get_running_loop().create_future())
        self._line.append(waiting)
        if len(self._writers) < self._at_once:
            self._writers.add(asyncio.create_task(self._run(), name="commit together"))
        try:
            await asyncio.shield(waiting.done)
        except asyncio.CancelledError:
            if waiting in self._line:
                self._line.remove(waiting)
            elif not waiting.done.done():
                await asyncio.wait({waiting.done})
            if waiting.done.done() and not waiting.done.cancelled():
                waiting.done.exception()  # looked at: nobody else will
            raise

    async def _run(self) -> None:
        try:
            while self._line:
                if self._patience_seconds:
                    await asyncio.sleep(self._patience_seconds)  # meanwhile another writer may have taken all there was
                if not (group := self._next()):
                    break
                try:
                    await self._settle(group)
                finally:
                    for one in group:
                        if not one.done.done():  # we were cancelled with the process
                            one.done.cancel()
        finally:  # in the same step in which the line was seen empty: who comes in the next one finds no writer, and starts one
            self._writers.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _next(self) -> list[_Waiting[W]]:
        """Return the first in line, and those behind it that touch nothing of each other."""
        group: list[_Waiting[W]] = []
        touched: set[Hashable] = set()
        left: deque[_Waiting[W]] = deque()
        while self._line and len(group) < MOST:
            one = self._line.popleft()
            if touched.isdisjoint(one.touches):
                group.append(one)
            else:
                left.append(one)
            touched |= one.touches  # also of those left behind: nobody overtakes them
        left.extend(self._line)
        self._line = left
        return group

    async def _settle(self, group: Sequence[_Waiting[W]]) -> None:
        try:
            await self._write([one.work for one in group])
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            if len(group) > 1 and not isinstance(error, DatabaseUnavailable):
                for one in group:
                    await self._settle([one])
                return
            for one in group:
                one.done.set_exception(error)
        else:
            for one in group:
                one.done.set_result(None)


@dataclass(eq=False, slots=True)
class _Question(Generic[V]):
    """What is asked with the next query. The keys are a dict for its order."""

    answer: asyncio.Future[Mapping[str, V]]
    keys: dict[str, None] = field(default_factory=dict)


class BatchLoader(Generic[V]):
    """A loader by key: `read` returns what there is. While one query is under way, what is asked meanwhile goes into the next.

    An answer is never older than its question. One that comes alone is asked at once.
    """

    def __init__(self, read: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]]) -> None:
        self._read = read
        self._next: _Question[V] | None = None
        self._reader: asyncio.Task[None] | None = None

    async def find(self, keys: Iterable[str]) -> dict[str, V]:
        """Return what there is of these.

        Raises:
            Exception: what `read` raised.
        """
        wanted = list(keys)
        if not wanted:
            return {}
        if self._next is None:
            self._next = _Question(asyncio.get_running_loop().create_future())
        question = self._next
        question.keys.update(dict.fromkeys(wanted))
        if self._reader is None:
            self._reader = asyncio.create_task(self._run(), name="look up together")
        found = await asyncio.shield(question.answer)  # others may wait for it too
        return {key: found[key] for key in wanted if key in found}

    async def _run(self) -> None:
        try:
            while (question := self._next) is not None:
                self._next = None
                await self._ask(question)
        finally:
            self._reader = None

    async def _ask(self, question: _Question[V]) -> None:
        try:
            question.answer.set_result(await self._read(list(question.keys)))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            question.answer.set_exception(error)
            question.answer.exception()  # looked at: who asked may be gone
        finally:
            if not question.answer.done():
                question.answer.cancel()  # we were cancelled with the process
