"""HTTP going out: one client with kept connections, and what its errors mean for an effect."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from services.notifier.domain.outcome import NotSent, Unanswered
from shared.clock import Clock

_CONNECT_SECONDS: Final = 4.0  # with the answer's time limit it stays below half a lane's lease
_KEPT_SECONDS: Final = 30.0  # below the idle limit of the usual servers and load balancers (60 s)
_CONNECTIONS: Final = 100  # more than the lanes that run at once
_RETRY_AFTER_MAX: Final = 86_400.0  # a day: longer is a mistake of the other side

_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def make_http(timeout_seconds: float) -> httpx.AsyncClient:
    """A client that keeps connections, follows no redirects and takes nothing from the environment."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=_KEPT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )


def what_happened(error: httpx.HTTPError) -> NotSent | Unanswered:
    """Whether bytes of the request may have arrived: a connection that never stood carried nothing; any other end is unknown."""
    if isinstance(error, _NOT_SENT):
        return NotSent("connect_timeout" if isinstance(error, httpx.TimeoutException) else "connect_error")
    return Unanswered("answer_timeout" if isinstance(error, httpx.TimeoutException) else "answer_lost")


def retry_after_seconds(response: httpx.Response, clock: Clock) -> float | None:
    """The header `Retry-After`, as seconds or as a date (RFC 9110, 10.2.3)."""
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
