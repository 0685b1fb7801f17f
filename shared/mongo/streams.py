"""What others insert, told as it happens: a change stream, which only one of the drivers awaits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Final

from shared.mongo.connection import Collection, Doc

_WAIT_MS: Final = 1_000  # one getMore; also how long a thread of the driver outlives a stop


async def inserts(rows: Collection, enough: Callable[[], bool], matching: Doc | None = None) -> AsyncGenerator[None, None]:
    """Yield at once, and whenever somebody has inserted rows, until it is `enough`, which is asked once a second.

    Args:
        rows: The collection.
        enough: Whether to end.
        matching: Of which inserts to hear, in the words of a change event; None: of all.

    Raises:
        PyMongoError: the stream broke; open another.
    """
    only: list[Doc] = [{"$match": {"operationType": "insert", **(matching or {})}}, {"$project": {"_id": 1}}]
    async with rows.watch(only, max_await_time_ms=_WAIT_MS) as stream:
        yield  # what was written before the stream was open
        while not enough():
            if await stream.try_next() is not None:
                yield
