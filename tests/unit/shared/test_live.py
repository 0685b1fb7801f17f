"""News for open pages: told once for all who listen, at no cost while nobody does, and in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from shared.health import Health
from shared.settings import ServiceSettings
from shared.web import InFlightRequests, create_app
from shared.web.desk import Lookout, shell
from tests.support.eventually import eventually
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer


@dataclass
class World:
    """Something that happens, and an app that tells of it."""

    happened: int = 0
    health: Health = field(default_factory=Health)
    in_flight: InFlightRequests = field(default_factory=InFlightRequests)

    async def mark(self) -> int:
        return self.happened

    def app(self, *, most_requests: int = 1, most_streams: int = 2) -> FastAPI:
        values = {"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "port": 0, "max_requests_at_once": most_requests}
        settings = ServiceSettings.model_validate(values | {"desk_streams": most_streams})
        made = create_app(settings, self.health, title="t", in_flight=self.in_flight)
        shell.install(made, settings, self.health, SessionIssuer().read)
        lookout = Lookout(self.mark)

        @made.get("/news")
        async def news(request: Request) -> Response:
            before = self.happened

            async def count() -> tuple[int, bool]:
                return min(self.happened - before, 9), self.happened - before > 9

            return lookout.answer(request, count)

        @made.get("/other")
        async def other() -> str:
            return "answered"

        return made


@asynccontextmanager
async def listening(http: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of a stream that has begun."""
    async with http.stream("GET", "/news", headers={"Accept": "text/event-stream"}) as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        await anext(line async for line in lines if line.startswith("retry:"))
        yield lines


async def told(lines: AsyncIterator[str], prefix: str = "data: ") -> str:
    return (await anext(line async for line in lines if line.startswith(prefix))).removeprefix(prefix)


@pytest.fixture
def world() -> World:
    return World()


@asynccontextmanager
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        yield http


async def test_everybody_is_told_how_much_is_new_since_their_own_page(world: World) -> None:
    async with browser(world.app()) as http, listening(http) as first:
        world.happened = 1
        assert await told(first) == "1"
        async with listening(http) as second:
            world.happened = 3
            assert await told(first) == "3"
            assert await told(second) == "2"
        world.happened = 100
        assert await told(first, "id: ") == "more"
        assert await told(first) == "9"


async def test_an_open_stream_takes_nobodys_place(world: World) -> None:
    async with browser(world.app(most_requests=1)) as http, listening(http):
        assert world.in_flight.inside == 0
        assert (await http.get("/other")).json() == "answered"


async def test_streams_have_a_limit_of_their_own(world: World) -> None:
    async with browser(world.app(most_streams=1)) as http:
        async with listening(http):
            refused = await http.get("/news", headers={"Accept": "text/event-stream"})
            assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "too_many_streams", "30")

        async def free_again() -> bool:
            async with listening(http):
                return True

        await eventually(free_again)


async def test_nobody_looks_while_nobody_listens(world: World) -> None:
    def somebody_looks() -> bool:
        return any(task.get_name() == "lookout" for task in asyncio.all_tasks())

    async with browser(world.app()) as http:
        assert not somebody_looks()
        async with listening(http), listening(http):
            assert sum(task.get_name() == "lookout" for task in asyncio.all_tasks()) == 1
        await eventually(lambda: not somebody_looks())


async def test_a_process_that_stops_ends_them(world: World) -> None:
    async with browser(world.app()) as http, listening(http) as lines:
        world.health.stopping = True
        assert [line async for line in lines if line.startswith("data:")] == []
