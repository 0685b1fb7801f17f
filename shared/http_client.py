"""Outgoing HTTP to another service or a provider: one client with kept connections and limits."""

from __future__ import annotations

import importlib.util
import ssl
import sys
from functools import cache
from typing import Any, Final

import httpx

from shared import tracing

_CONNECT_SECONDS: Final = 4.0  # services are in one network, providers in the next; with an answer's time it is below half a lane's lease
_KEPT_SECONDS: Final = 30.0  # below the idle limit of the usual servers and load balancers (60 s)

_ASKED_FOR: Final = "sniffio"
"""What httpcore tries to import several times in every request. Where it is not installed, each time searches the whole path."""

if importlib.util.find_spec(_ASKED_FOR) is None:
    sys.modules[_ASKED_FOR] = None  # type: ignore[assignment]  # "there is none", as the import system writes it


@cache
def _trusted() -> ssl.SSLContext:
    """Return what every client checks certificates by: it is read once in a process."""
    return httpx.create_ssl_context(trust_env=False)


class _TracedClient(httpx.AsyncClient):
    """A client whose calls are spans of whatever they are made in, and carry its trace on."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        within = tracing.current()
        if not within:
            return await super().send(request, **options)
        # Neither path nor query: they may name a person.
        where: dict[str, tracing.Attribute] = {"http.request.method": request.method, "server.address": request.url.host}
        with tracing.span(f"{request.method} {request.url.host}", within, kind=tracing.SpanKind.CLIENT, attributes=where) as span:
            request.headers["traceparent"] = span.own
            response = await super().send(request, **options)
            span.note({"http.response.status_code": response.status_code})
            if response.is_server_error:
                span.fail(str(response.status_code))
            return response


def make_client(
    timeout_seconds: float,
    *,
    connections: int,
    base_url: str = "",
    api_key: str | None = None,
    pool_seconds: float | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Make a client that follows no redirects and takes nothing from the environment: no proxy, no `.netrc`.

    Args:
        timeout_seconds: The longest wait for the next bytes.
        connections: As many at once, at most.
        base_url: What the paths of requests begin with.
        api_key: Our key there, sent as a bearer token.
        pool_seconds: The longest wait for a free connection; None: as long as for bytes.
        transport: Another way than the network.
    """
    kind = _TracedClient if tracing.is_on() else httpx.AsyncClient
    return kind(
        base_url=base_url,
        headers=None if api_key is None else {"Authorization": f"Bearer {api_key}"},
        timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS, pool=pool_seconds or timeout_seconds),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=_KEPT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        verify=_trusted(),
        transport=transport,
    )
