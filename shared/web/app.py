"""The FastAPI factory: every service's HTTP side is made here, so that errors, limits, health and authentication are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from shared import metrics
from shared.health import Health
from shared.settings import ServiceSettings
from shared.web import docs, openapi, problems
from shared.web.audited import AuditedRequests
from shared.web.auth import Authenticator
from shared.web.in_flight import InFlightRequests
from shared.web.measuring import Measuring
from shared.web.middleware import BodyLimit, ConcurrencyLimit, DatabaseGate, RequestLog, Waiting
from shared.web.storage_gate import StorageGate, TakingIn

OPERATIONS: Final = frozenset({"/livez", "/readyz", "/metrics"})
DOCUMENTATION: Final = frozenset({"/openapi.json", docs.PAGE_PATH, docs.ASSET_PATH})


class _App(FastAPI):
    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Take its routes as they are. FastAPI would work out each a second time, at the first request that looks for it there."""
        if options:
            super().include_router(router, **options)
        else:
            self.router.routes.extend(router.routes)


def create_app(
    settings: ServiceSettings,
    health: Health,
    *,
    title: str,
    database_lost: Callable[[], bool] | None = None,
    public: Iterable[str] = (),
    larger_bodies: Iterable[tuple[str, int]] = (),
    in_flight: InFlightRequests | None = None,
    taking_in: TakingIn | None = None,
) -> FastAPI:
    """Make the app of a service.

    Args:
        settings: Gives the API keys and the limits.
        health: What `/readyz` tells.
        title: Shown in the API documentation.
        database_lost: Tells whether the database is known to be out of reach; requests then wait at the door, for a while.
        public: Route paths that need no authentication; a test refuses every other route without one.
        larger_bodies: (path prefix, limit in bytes) where more than `max_body_bytes` is right, such as file uploads.
        taking_in: Where something new comes in, which is refused while storage is low.
        in_flight: Counts the requests that are being answered, where somebody gives way to them.
    """
    app = _App(title=title, docs_url=None, redoc_url=None)
    app.state.authenticator = authenticator = Authenticator(settings.api_keys)
    app.state.measuring = measuring = Measuring(health, settings.gauges_seconds)
    app.state.public = frozenset(public) | OPERATIONS | DOCUMENTATION
    problems.install(app)
    docs.install(app)
    openapi.install(app, port=type(settings).model_fields["port"].default)
    app.add_middleware(AuditedRequests, note=lambda: getattr(app.state, "audit_note", None))
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, larger=tuple(larger_bodies))
    if taking_in is not None:
        app.add_middleware(StorageGate, taking_in=taking_in)
    if database_lost is not None:
        app.add_middleware(DatabaseGate, lost=database_lost)
    waiting = Waiting(is_known=authenticator.knows, largest_bytes=settings.max_body_bytes, most_bytes=settings.max_waiting_bytes)
    app.add_middleware(ConcurrencyLimit, most=settings.max_requests_at_once, in_flight=in_flight or InFlightRequests(), waiting=waiting)
    app.add_middleware(RequestLog)

    @app.get("/livez", include_in_schema=False)
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("alive\n")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        ready, checks = await health.ready()
        body = {"ready": ready, "checks": {name: asdict(check) for name, check in checks.items()}}
        return JSONResponse(body, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)

    @app.get("/metrics", include_in_schema=False)
    async def measurements() -> Response:
        await measuring.refresh()
        return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return app
