"""The client that services call each other with, against a real HTTP server."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.http_client import make_client
from tests.support.http_server import serving


async def _echo(request: Request) -> Response:
    return PlainTextResponse(request.headers.get("authorization", "none"))


async def _elsewhere(_: Request) -> Response:
    return RedirectResponse("/key")


APP = Starlette(routes=[Route("/key", _echo), Route("/elsewhere", _elsewhere)])


async def test_nothing_of_the_environment_stands_between_two_services(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(APP) as url, make_client(5, connections=2, base_url=url, api_key="ours") as client:
        assert (await client.get("/key")).text == "Bearer ours"


async def test_a_redirect_does_not_take_our_key_elsewhere() -> None:
    async with serving(APP) as url, make_client(5, connections=2, base_url=url, api_key="ours") as client:
        answer = await client.get("/elsewhere")
    assert (answer.status_code, answer.headers["location"]) == (307, "/key")


async def test_without_a_key_none_is_sent() -> None:
    async with serving(APP) as url, make_client(5, connections=2) as client:
        assert (await client.get(f"{url}/key")).text == "none"
