"""An operator before one service: its `/v1/stuck` over HTTP, asked as `admin` asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import APIRouter, FastAPI

from shared.health import Health
from shared.messaging.operations.service_api import ServiceApi
from shared.messaging.operations.stuck_item import StuckItem
from shared.settings import ServiceSettings
from shared.web import create_app
from tests.support.documented import documented
from tests.support.harness import api_client, key_of

KEY, LESSER_KEY = key_of("operator"), key_of("petugas-01")


@dataclass(frozen=True)
class Operator:
    """What an operator can do with what a service gave up; `http` sends requests as they are, without a key."""

    service: str
    api: ServiceApi
    http: httpx.AsyncClient

    async def waiting(self) -> list[StuckItem]:
        return await self.api.waiting(self.service)

    async def shown(self, item_id: str, *, personal: bool = False) -> str:
        """What it holds, as an operator reads it."""
        found = await self.api.find(self.service, item_id, personal=personal)
        assert found is not None
        return found.body.decode()

    async def replay(self, item_id: str) -> bool:
        return await self.api.replay(self.service, item_id)

    async def discard(self, item_id: str, note: str) -> bool:
        return await self.api.discard(self.service, item_id, note)


def app_with(router: APIRouter) -> FastAPI:
    """An app with the router, which knows an operator and somebody who is none."""
    clients = [api_client("operator", "admin"), api_client("petugas-01", "tasks:read")]
    settings = ServiceSettings(amqp_url="amqp://nobody@127.0.0.1:1/", mongo_url="mongodb://127.0.0.1:1/", port=0, api_keys=clients)
    app = create_app(settings, Health(), title="test")
    app.include_router(router)
    return app


@asynccontextmanager
async def operating(service: str, router: APIRouter) -> AsyncIterator[Operator]:
    """Serve the router, as the service does, to an operator."""
    app = app_with(router)
    transport = httpx.ASGITransport(app)
    api = ServiceApi({service: "http://service.test"}, KEY, transport)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test", event_hooks=documented(app)) as http:
        yield Operator(service, api, http)
    await api.close()
