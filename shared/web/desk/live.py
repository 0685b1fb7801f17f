"""What is new since a page was drawn, as Server-Sent Events: a list says "3 baru" instead of moving under the hand.

A process looks at its database in short turns while anybody listens, once for all of them, so that it does not matter which process
wrote. Who listens is told how much is new since their own page.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Request
from pydantic import AfterValidator
from sse_starlette import EventSourceResponse, ServerSentEvent

from shared import logs
from shared.clock import in_utc
from shared.errors import Transient
from shared.mongo import is_unavailable

LOOK_SECONDS: Final = 0.7  # with the way to the browser, well within a second of the event
_KEEPALIVE_SECONDS: Final = 15  # below the 30 s after which browsers and proxies give up on a silent stream
_RECONNECT_MS: Final = 3_000  # after a lost connection: a restart of the service takes about as long
MORE: Final = "more"
"""Id of an event whose number is where counting ended."""


def _within_the_calendar(since: datetime) -> datetime:
    return in_utc(since if since.tzinfo else since.replace(tzinfo=UTC))


Since = Annotated[datetime, AfterValidator(_within_the_calendar)]
"""When a page was drawn, as its address says it: a moment that the database can hold."""

_log = logs.get("desk")


class Lookout:
    """Looks for change while somebody listens. Belongs to one event loop."""

    def __init__(self, mark: Callable[[], Awaitable[Hashable]]) -> None:
        """`mark` returns what is another whenever something is new, from an index alone."""
        self._mark = mark
        self._listeners = 0
        self._changed = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def answer(self, request: Request, count: Callable[[], Awaitable[tuple[int, bool]]]) -> EventSourceResponse:
        """Answer with how much is new, now and whenever it changes, until the process stops.

        Args:
            request: Of the page that listens.
            count: How much is new since the caller's page, and whether there is more than was counted.

        Raises:
            Transient: `too_many_streams`.
        """
        state = request.app.state
        if self._listeners >= state.most_streams or state.is_stopping():
            raise Transient("too_many_streams", "As many pages as may be are listening.", after_seconds=30)
        return EventSourceResponse(
            self._stream(count, state.is_stopping),
            ping=_KEEPALIVE_SECONDS,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _stream(
        self, count: Callable[[], Awaitable[tuple[int, bool]]], is_stopping: Callable[[], bool]
    ) -> AsyncIterator[ServerSentEvent]:
        self._listeners += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(is_stopping), name="lookout")
        try:
            yield ServerSentEvent(retry=_RECONNECT_MS)
            told = 0
            while not is_stopping():
                changed = self._changed
                new, more = await count()
                if new != told:
                    yield ServerSentEvent(str(new), event="new", id=MORE if more else "all")
                    told = new
                await changed.wait()
        finally:
            self._listeners -= 1
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self, is_stopping: Callable[[], bool]) -> None:
        last: Hashable | None = None
        while not is_stopping():
            try:
                mark = await self._mark()
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.info("lookout.unavailable", reason=type(error).__name__)
            else:
                if mark != last:
                    last = mark
                    self._wake()
            await asyncio.sleep(LOOK_SECONDS)
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
