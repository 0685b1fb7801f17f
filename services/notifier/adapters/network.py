"""Outgoing HTTP: one client with kept connections, and what its errors mean for an effect."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from services.notifier.domain.outcome import NotSent, Unanswered
from shared.clock import Clock
from shared.http_client import make_client

_POOL_SECONDS: Final = 4.0  # with the answer's time limit it stays below half a lane's lease
_CONNECTIONS: Final = 100  # more than the lanes that run at once
_RETRY_AFTER_MAX: Final = 86_400.0  # a day: longer is a mistake of the other side

_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def make_http(timeout_seconds: float) -> httpx.AsyncClient:
    """Make the one client of this process."""
    return make_client(timeout_seconds, connections=_CONNECTIONS, pool_seconds=_POOL_SECONDS)


def what_happened(error: httpx.HTTPError) -> NotSent | Unanswered:
    """Return whether bytes of the request may have arrived: without a connection none did; any other end is unknown."""
    if isinstance(error, _NOT_SENT):
        return NotSent("connect_timeout" if isinstance(error, httpx.TimeoutException) else "connect_error")
    return Unanswered("answer_timeout" if isinstance(error, httpx.TimeoutException) else "answer_lost")


def retry_after_seconds(response: httpx.Response, clock: Clock) -> float | None:
    """Return the header `Retry-After`, as seconds or as a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdigit():
        return min(float(text), _RETRY_AFTER_MAX)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max(0.0, (moment - clock()).total_seconds()), _RETRY_AFTER_MAX)
