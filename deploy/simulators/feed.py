"""What has just happened, for pages and tests that look on: Server-Sent Events and long polls over one bounded ring."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

RING_SIZE: Final = 2_000  # a page that lost its connection for a minute catches up from here
SUBSCRIBER_BACKLOG: Final = 1_000  # a page that reads slower than this is cut off and reconnects
RECONNECT_MS: Final = 1_000  # a page that lost its connection asks again after it
CLOSE_SECONDS: Final = 5  # `close` ends the streams of a process that goes down; the library would cut them before
KEEPALIVE_SECONDS: Final = 15  # below the 30 s after which browsers and proxies give up on a silent stream


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `sequence` grows by one, `kind` names it, `data` is JSON."""

    sequence: int
    kind: str
    data: dict[str, Any]

    def wire(self) -> ServerSentEvent:
        """Return the event as a page gets it."""
        return ServerSentEvent(orjson.dumps(self.data).decode(), event=self.kind, id=str(self.sequence))


class Feed:
    """A ring of recent events with any number of listeners. Lives in one event loop."""

    def __init__(self) -> None:
        self._ring: deque[Event] = deque(maxlen=RING_SIZE)
        self._subscribers: set[asyncio.Queue[Event | None]] = set()
        self._waiting: dict[str, asyncio.Event] = {}
        self._sequence = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the process is going down."""
        return self._closed

    @property
    def sequence(self) -> int:
        """How many things have happened."""
        return self._sequence

    def publish(self, kind: str, data: dict[str, Any], about: str = "") -> None:
        """Tell everyone; `about` names whom it concerns. A listener that doesn't keep up is cut off."""
        self._sequence += 1
        event = Event(self._sequence, kind, data)
        self._ring.append(event)
        for queue in tuple(self._subscribers):
            if queue.qsize() >= SUBSCRIBER_BACKLOG:
                self._subscribers.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)
        self._wake("")
        self._wake(about)

    def close(self) -> None:
        """End every stream and every wait, so that the server can stop at once."""
        self._closed = True
        for queue in tuple(self._subscribers):
            queue.put_nowait(None)
        self._subscribers.clear()
        for about in tuple(self._waiting):
            self._wake(about)

    async def changed(self, timeout_seconds: float, about: str = "") -> bool:
        """Wait for the next event, or the next that concerns `about`; return False when none came in time."""
        if self._closed:
            return False
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._waiting.setdefault(about, asyncio.Event()).wait()
        except TimeoutError:
            return False
        return True

    def answer(self, request: Request, after: int | None = None) -> EventSourceResponse:
        """Answer with all that happens from now on; `after`, or the header Last-Event-ID, replays what the ring still holds."""
        last = request.headers.get("last-event-id", "")
        return EventSourceResponse(
            self.stream(int(last) if last.isdigit() else after), ping=KEEPALIVE_SECONDS, shutdown_grace_period=CLOSE_SECONDS
        )

    async def stream(self, after: int | None = None) -> AsyncIterator[ServerSentEvent]:
        """Yield events; `after` replays what the ring still holds."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        missed = [event for event in self._ring if after is not None and event.sequence > after]
        if self._closed:
            return
        self._subscribers.add(queue)
        try:
            yield ServerSentEvent(retry=RECONNECT_MS)
            for earlier in missed:
                yield earlier.wire()
            while (event := await queue.get()) is not None:
                yield event.wire()
        finally:
            self._subscribers.discard(queue)

    def _wake(self, about: str) -> None:
        waiting = self._waiting.pop(about, None)
        if waiting is not None:
            waiting.set()
