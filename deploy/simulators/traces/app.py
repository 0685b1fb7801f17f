"""Put the collector together: `POST /v1/traces` for exporters, `GET /api/traces/{id}` for whoever looks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from google.protobuf.message import DecodeError

from deploy.simulators.traces.kept_spans import KeptSpans
from deploy.simulators.traces.settings import Settings

_PROTOBUF = "application/x-protobuf"


def build(settings: Settings) -> FastAPI:
    """Return the app, which keeps what comes in memory."""
    kept = KeptSpans(settings.kept_traces)
    app = FastAPI(title="Collector of traces", docs_url=None, redoc_url=None)

    @app.post("/v1/traces")
    async def take(request: Request) -> Response:
        if request.headers.get("content-type") != _PROTOBUF:
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _PROTOBUF)
        try:
            kept.take(await request.body())
        except DecodeError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "not_otlp") from error
        return Response(media_type=_PROTOBUF)  # an empty message: all were taken

    @app.get("/api/traces/{trace_id}")
    async def show(trace_id: str) -> dict[str, Any]:
        found = kept.trace(trace_id)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "trace not found")
        return {"data": [found]}

    @app.get("/sim/spans")
    async def everything() -> list[dict[str, Any]]:
        return kept.everything()

    @app.get("/sim/state")
    async def state() -> dict[str, int]:
        return {"spans": len(kept.everything())}

    return app
