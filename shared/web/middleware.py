"""Pure ASGI: requests at once, body limit, trace context, one canonical log line per request."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import logs, metrics, tracing
from shared.clock import monotonic_seconds
from shared.web.in_flight import InFlightRequests
from shared.web.problems import database_unavailable, problem

_QUIET: Final = frozenset({"/livez", "/readyz", "/metrics"})
_BUSY_SECONDS: Final = 2  # about what a full house takes to empty
_REACH_SECONDS: Final = 5.0  # an election is over by then; a caller's patience is not
_LOOK_SECONDS: Final = 0.05
_FORGOTTEN_SECONDS: Final = 10.0  # when nobody has asked for so long, the database may have been back: what is seen now is another outage
_EVENTS: Final = b"text/event-stream"
_log = logs.get("web")


class BodyLimit:
    """A limit on bodies: 413 by Content-Length at once, else as soon as too many bytes came."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Iterable[tuple[str, int]] = ()) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = tuple(larger)

    def _limit(self, path: str) -> int:
        return next((limit for prefix, limit in self._larger if path.startswith(prefix)), self._max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            refusal = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", f"The body is larger than {limit} bytes.")
            await refusal(scope, receive, send)
            return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, limited, send)


class ConcurrencyLimit:
    """A limit on requests at once: others are sent away with 503 and `Retry-After`.

    Whoever is let in is then answered soon, however many come: without a limit all of a rush would wait for the sum of it. A place is
    taken by a request that is whole, or whose key is known: who sends one byte a second without a key waits outside, and so little of
    what such callers have sent is kept that they can't fill the memory. Probes and metrics are always let in.
    """

    def __init__(self, app: ASGIApp, *, most: int, in_flight: InFlightRequests, waiting: Waiting) -> None:
        self._app = app
        self._most = most
        self._in_flight = in_flight
        self._waiting = waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        if not self._is_full() and self._waiting.is_needed(dict(scope["headers"])):
            whole = await self._waiting.gather(receive)
            if whole is None:
                await self._turn_away(scope, receive, send)
                return
            receive = whole
        if self._is_full():
            await self._turn_away(scope, receive, send)
            return
        place = _Place(self._in_flight)
        try:
            await self._app(scope, receive, place.until_streaming(send) if _may_stream(scope) else send)
        finally:
            place.leave()

    def _is_full(self) -> bool:
        return self._in_flight.inside >= self._most

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        metrics.HTTP_TURNED_AWAY.inc()
        retry = {"Retry-After": str(_BUSY_SECONDS)}
        refusal = problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "As many requests as may be are in work; come again.", headers=retry)
        await refusal(scope, receive, send)


class _Place:
    """One of the places. A stream of events gives it back when it begins: it is open for hours and does nothing."""

    def __init__(self, in_flight: InFlightRequests) -> None:
        self._in_flight: InFlightRequests | None = in_flight
        in_flight.enter()

    def leave(self) -> None:
        """Give it back, once."""
        if self._in_flight is not None:
            self._in_flight.leave()
            self._in_flight = None

    def until_streaming(self, send: Send) -> Send:
        """Return a `send` that gives it back where a stream of events begins."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and dict(message["headers"]).get(b"content-type", b"").startswith(_EVENTS):
                self.leave()
            await send(message)

        return noted


def _may_stream(scope: Scope) -> bool:
    return _EVENTS in dict(scope["headers"]).get(b"accept", b"")


class Waiting:
    """Requests outside, whose bodies are still on their way and whose keys nobody knows."""

    def __init__(self, *, is_known: Callable[[str], bool], largest_bytes: int, most_bytes: int) -> None:
        """`largest_bytes`: of one body; a larger one is let in to be refused. `most_bytes`: of all that wait."""
        self._is_known = is_known
        self._largest_bytes = largest_bytes
        self._most_bytes = most_bytes
        self._bytes = 0

    def is_needed(self, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether a request with these headers has to be whole first."""
        length = headers.get(b"content-length", b"0")
        if length == b"0" and b"transfer-encoding" not in headers:
            return False
        if length.isdigit() and int(length) > self._largest_bytes:
            return False
        return not self._is_known(headers.get(b"authorization", b"").decode("latin-1"))

    async def gather(self, receive: Receive) -> Receive | None:
        """Wait for the whole body; return a `receive` that gives it again, None when all that wait hold too much."""
        arrived: deque[Message] = deque()
        held = 0
        try:
            more = True
            while more and held <= self._largest_bytes:
                arrived.append(await receive())
                more = arrived[-1].get("more_body", False)
                size = len(arrived[-1]["body"]) if more else 0  # what comes in one piece waits for nothing
                held += size
                self._bytes += size
                if self._bytes > self._most_bytes:
                    return None
        finally:
            self._bytes -= held

        async def again() -> Message:
            return arrived.popleft() if arrived else await receive()

        return again


class DatabaseGate:
    """A gate where requests wait while the database is out of reach, all until the same moment; after it they get 503 at once.

    Inside, each would hold one of the driver's few threads for seconds while it looks for a primary, and whoever came later would stand
    in line for the sum of that. Probes and metrics are always let in.
    """

    def __init__(self, app: ASGIApp, *, lost: Callable[[], bool], patience_seconds: float = _REACH_SECONDS) -> None:
        self._app = app
        self._lost = lost
        self._patience_seconds = patience_seconds
        self._lost_since = self._looked_at = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] != "http" or scope["path"] in _QUIET or await self._reached():
            await self._app(scope, receive, send)
        else:
            await database_unavailable()(scope, receive, send)

    async def _reached(self) -> bool:
        while self._lost():
            now = monotonic_seconds()
            if now - self._looked_at > _FORGOTTEN_SECONDS:
                self._lost_since = now
            self._looked_at = now
            if now - self._lost_since >= self._patience_seconds:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        self._looked_at = -math.inf
        return True


class RequestLog:
    """The log of requests: binds the trace context, measures, logs one line each with its route, never its path or query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        incoming = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1") or None
        traceparent = tracing.begin(incoming)
        scope.setdefault("state", {})["traceparent"] = traceparent
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(trace_id=traceparent.split("-")[1])
        span = tracing.NOTHING if scope["path"] in _QUIET else _span(scope, incoming, traceparent)
        began = monotonic_seconds()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message["headers"], (b"traceparent", traceparent.encode())]
                _name(span, scope, status)
            await send(message)

        try:
            with span:
                await self._app(scope, receive, noted)
        except Exception:  # noqa: BLE001 - the last line: logged with its traceback, answered as 500
            _log.exception("request.failed", method=scope["method"], route=_route(scope))
            if status == HTTPStatus.INTERNAL_SERVER_ERROR:
                await problem(status, "internal_error", "Something went wrong here; nothing was accepted.")(scope, receive, noted)
        finally:
            _tell(scope, status, monotonic_seconds() - began)


def _span(scope: Scope, incoming: str | None, traceparent: str) -> tracing.OpenSpan:
    """Open the span of a request: under the caller's, where that is of the same trace."""
    parent = incoming if incoming is not None and incoming.split("-")[1:2] == traceparent.split("-")[1:2] else None
    return tracing.span(scope["method"], parent, own=traceparent, kind=tracing.SpanKind.SERVER)


def _name(span: tracing.OpenSpan, scope: Scope, status: int) -> None:
    """Name the span by its route, never by its path; an error of ours is one of the span."""
    if span is tracing.NOTHING:
        return
    route = _route(scope)
    span.rename(f"{scope['method']} {route}")
    span.note({"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status})
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.fail(str(status))


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = _route(scope)
    metrics.HTTP_SECONDS.labels(scope["method"], route, str(status)).observe(seconds)
    if scope["path"] not in _QUIET:
        _log.info("request.answered", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "unknown"))
