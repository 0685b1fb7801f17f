"""The child that looks at files, one for all tests of a process: a start takes a fifth of a second, and it keeps nothing of a file."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from shared.child.process import ChildLimits, ChildProcess
from shared.inspection.inspector import CHILD_MODULE, NAME, Inspector

T = TypeVar("T")
_begun: list[_WarmChild] = []


class _WarmChild:
    """A child in a loop of its own beside those of the tests. It is no test's to end: `close` leaves it."""

    def __init__(self, limits: ChildLimits) -> None:
        self._aside = ThreadPoolExecutor(1, "warm-child")
        self._loop = asyncio.Runner()
        self._child = ChildProcess(NAME, CHILD_MODULE, {}, limits)
        _begun.append(self)

    async def do(self, order: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        return await asyncio.wrap_future(self._run(self._child.do(order)))

    async def close(self) -> None:
        pass

    def end(self) -> None:
        self._run(self._child.close()).result()
        self._aside.submit(self._loop.close).result()
        self._aside.shutdown()

    def _run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return self._aside.submit(self._loop.run, work)


_of = cache(_WarmChild)


def share(inspector: Inspector) -> None:
    """Let an inspector that has not begun have its files looked at by the child that others of these limits have."""
    inspector._child = _of(inspector._child._limits)  # type: ignore[assignment]  # what an inspector asks of it


def end() -> None:
    """After the last test."""
    while _begun:
        _begun.pop().end()
    _of.cache_clear()
