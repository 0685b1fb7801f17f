from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import AfterValidator, BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from shared.errors import BadInput, Conflict, FieldProblem, Stale, Transient
from shared.health import Check, Health
from shared.settings import ApiClient, ServiceSettings
from shared.values import Nik
from shared.web import Client, InFlightRequests, create_app, middleware, require
from shared.web.middleware import DatabaseGate

KEY = "kunci-rahasia"
LIMIT_BYTES = 2048
ROOM = 2
WAITING_BYTES = 2 * LIMIT_BYTES


class Asked(BaseModel):
    nik: Annotated[str, AfterValidator(lambda text: Nik.parse(text).text)]
    parts: list[int] = []


def make_app(health: Health) -> FastAPI:
    settings = ServiceSettings(
        amqp_url="amqp://x",
        mongo_url="mongodb://x",
        port=0,
        max_body_bytes=LIMIT_BYTES,
        max_requests_at_once=ROOM,
        max_waiting_bytes=WAITING_BYTES,
        api_keys=[ApiClient(name="adapter", sha256=hashlib.sha256(KEY.encode()).hexdigest(), scopes=frozenset({"requests:write"}))],
    )
    app = create_app(settings, health, title="test", larger_bodies=[("/large", 10 * LIMIT_BYTES)])

    @app.post("/asked")
    async def asked(body: Asked, client: Client = require("requests:write")) -> dict[str, Any]:
        return {"client": client.name, "parts": body.parts}

    @app.get("/other")
    async def other(_client: Client = require("admin")) -> None:
        raise AssertionError

    @app.post("/large")
    async def large(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    @app.get("/raise/{name}")
    async def raises(name: str) -> None:
        raise {
            "conflict": Conflict("taken", "Somebody was first."),
            "stale": Stale("version_old"),
            "bad": BadInput("fields_invalid", problems=[FieldProblem("attachments[0].kind", "kind_unknown", "Not known.")]),
            "transient": Transient("registry_down", after_seconds=7),
            "bug": RuntimeError("3519010101850001"),
        }[name]

    return app


@pytest.fixture
def health() -> Health:
    return Health(started=True)


@pytest.fixture
def app(health: Health) -> FastAPI:
    return make_app(health)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Authorization": f"Bearer {KEY}"}) as made:
        yield made


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:adminduk:problem:{code}")
    return body


async def test_the_key_names_the_caller(client: httpx.AsyncClient) -> None:
    answer = await client.post("/asked", json={"nik": "3519010101850001", "parts": [1]})
    assert answer.json() == {"client": "adapter", "parts": [1]}


@pytest.mark.parametrize(
    ("header", "code"), [("", "key_missing"), ("Basic x", "key_missing"), ("Bearer salah", "key_unknown"), ("Bearer é", "key_unknown")]
)
async def test_without_a_known_key_the_answer_is_401(client: httpx.AsyncClient, header: str, code: str) -> None:
    answer = await client.post("/asked", json={"nik": "3519010101850001"}, headers={b"Authorization": header.encode()})
    assert_problem(answer, 401, code)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_without_the_scope_the_answer_is_403(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/other"), 403, "scope_missing")


async def test_a_wrong_field_is_named_with_its_code_and_without_its_value(client: httpx.AsyncClient) -> None:
    answer = await client.post("/asked", json={"nik": "3519013113850001", "parts": [1, "x"]})
    body = assert_problem(answer, 422, "fields_invalid")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("nik", "nik_date_impossible"), ("parts[1]", "int_parsing")]
    assert "3519013113850001" not in answer.text


async def test_malformed_json_is_400(client: httpx.AsyncClient) -> None:
    answer = await client.post("/asked", content=b"{", headers={"content-type": "application/json"})
    assert_problem(answer, 400, "json_malformed")


async def test_a_body_over_the_limit_is_413_declared_or_streamed(client: httpx.AsyncClient) -> None:
    too_much = json.dumps({"nik": "x" * LIMIT_BYTES}).encode()

    async def streamed() -> AsyncIterator[bytes]:
        for start in range(0, len(too_much), 100):
            yield too_much[start : start + 100]

    assert_problem(await client.post("/asked", content=too_much, headers={"content-type": "application/json"}), 413, "body_too_large")
    assert_problem(await client.post("/asked", content=streamed(), headers={"content-type": "application/json"}), 413, "body_too_large")
    assert (await client.post("/large", content=b"x" * (LIMIT_BYTES * 2))).json() == LIMIT_BYTES * 2
    assert_problem(await client.post("/large", content=b"x" * (LIMIT_BYTES * 11)), 413, "body_too_large")


async def test_errors_of_the_house_become_problems(client: httpx.AsyncClient) -> None:
    assert assert_problem(await client.get("/raise/conflict"), 409, "taken")["detail"] == "Somebody was first."
    assert_problem(await client.get("/raise/stale"), 412, "version_old")
    assert assert_problem(await client.get("/raise/bad"), 422, "fields_invalid")["errors"][0]["field"] == "attachments[0].kind"
    transient = await client.get("/raise/transient")
    assert_problem(transient, 503, "registry_down")
    assert transient.headers["retry-after"] == "7"
    assert_problem(await client.get("/nowhere"), 404, "route_unknown")
    assert_problem(await client.delete("/asked"), 405, "method_not_allowed")


async def test_an_unexpected_error_is_500_without_its_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/raise/bug")
    assert_problem(answer, 500, "internal_error")
    assert "3519010101850001" not in answer.text


async def test_the_trace_goes_on(client: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await client.get("/livez", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.headers["traceparent"].split("-")[1] == trace
    assert "00f067aa0ba902b7" not in answer.headers["traceparent"]
    assert (await client.get("/livez", headers={"traceparent": "garbage"})).headers["traceparent"].startswith("00-")


async def test_readiness_names_its_reasons(client: httpx.AsyncClient, health: Health) -> None:
    async def old() -> Check:
        return Check(ok=False, reason="outbox_old", value=61.5)

    async def broken() -> Check:
        raise OSError

    assert (await client.get("/readyz")).status_code == 200
    health.add("outbox", old)
    health.add("broker", broken)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "outbox": {"ok": False, "reason": "outbox_old", "value": 61.5},
        "broker": {"ok": False, "reason": "OSError", "value": None},
    }
    assert (await client.get("/livez")).status_code == 200


async def test_a_stopping_process_is_not_ready(client: httpx.AsyncClient, health: Health) -> None:
    health.stopping = True
    assert (await client.get("/readyz")).json()["checks"]["process"]["reason"] == "stopping"


async def test_metrics_tell_the_route_and_never_the_path(client: httpx.AsyncClient) -> None:
    await client.get("/raise/conflict?nik=3519010101850001")
    text = (await client.get("/metrics")).text
    assert 'http_request_seconds_count{method="GET",route="/raise/{name}",status="409"}' in text
    assert "3519010101850001" not in text


async def test_more_than_may_be_in_work_are_sent_away_and_nobody_else(app: FastAPI, client: httpx.AsyncClient) -> None:
    gate, inside = asyncio.Event(), asyncio.Semaphore(0)

    @app.get("/slow")
    async def slow(_client: Client = require("requests:write")) -> None:
        inside.release()
        await gate.wait()

    full = [asyncio.create_task(client.get("/slow")) for _ in range(ROOM)]
    for _ in full:
        await inside.acquire()
    away = await client.get("/slow")
    assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "busy", "2")
    assert (await client.get("/livez")).status_code == 200
    gate.set()
    assert [(await each).status_code for each in full] == [200] * ROOM
    assert (await client.get("/slow")).status_code == 200


def reach(lost: Callable[[], bool], patience_seconds: float = 60.0) -> httpx.AsyncClient:
    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("in")(scope, receive, send)

    transport = httpx.ASGITransport(DatabaseGate(answers, lost=lost, patience_seconds=patience_seconds))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_while_the_database_is_out_of_reach_requests_wait_at_the_door() -> None:
    asked, lost = asyncio.Event(), True

    def is_lost() -> bool:
        asked.set()
        return lost

    async with reach(is_lost) as client:
        waiting = asyncio.create_task(client.get("/"))
        await asked.wait()
        assert (await client.get("/readyz")).text == "in"
        assert not waiting.done()
        lost = False
        assert (await waiting).text == "in"


async def test_requests_are_sent_away_at_once_when_the_database_stays_out_of_reach_and_let_in_when_it_is_back() -> None:
    lost = True
    async with reach(lambda: lost, patience_seconds=0.01) as client:
        for _ in range(3):
            answer = await client.get("/")
            assert_problem(answer, 503, "database_unavailable")
            assert answer.headers["retry-after"] == "2"
        lost = False
        assert (await client.get("/")).text == "in"


async def test_an_outage_that_nobody_saw_the_end_of_is_not_counted_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now, lost, asked = 1000.0, True, asyncio.Event()
    monkeypatch.setattr(middleware, "monotonic_seconds", lambda: now)

    def is_lost() -> bool:
        asked.set()
        return lost

    async with reach(is_lost, patience_seconds=5.0) as client:
        waiting = asyncio.create_task(client.get("/"))
        await asked.wait()
        now += 5
        assert_problem(await waiting, 503, "database_unavailable")
        asked.clear()
        now += 3600
        waiting = asyncio.create_task(client.get("/"))
        await asked.wait()
        lost = False
        assert (await waiting).text == "in"


async def test_what_runs_in_the_background_gives_way_to_requests_and_not_for_ever(health: Health) -> None:
    in_flight, gate, inside = InFlightRequests(), asyncio.Event(), asyncio.Event()
    app = create_app(
        ServiceSettings(amqp_url="amqp://x", mongo_url="mongodb://x", port=0), health, title="t", public=["/slow"], in_flight=in_flight
    )

    @app.get("/slow")
    async def slow() -> None:
        inside.set()
        await gate.wait()

    await in_flight.yield_to_requests(60.0)  # nobody is there: at once
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t") as client:
        asked = asyncio.create_task(client.get("/slow"))
        await inside.wait()
        assert (await client.get("/livez")).status_code == 200
        await in_flight.yield_to_requests(0.01)
        assert not asked.done()
        waiting = asyncio.create_task(in_flight.yield_to_requests(60.0))
        gate.set()
        await asyncio.gather(asked, waiting)


class Line:
    """A caller whose body comes piece by piece, as the test sends it."""

    def __init__(self, app: FastAPI, path: str, *, key: str = "", declared: int | None = None) -> None:
        self._pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.status = 0
        self.waits = asyncio.Event()
        headers = [(b"content-type", b"application/json")]
        headers += [(b"transfer-encoding", b"chunked")] if declared is None else [(b"content-length", str(declared).encode())]
        headers += [(b"authorization", f"Bearer {key}".encode())] if key else []
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    def say(self, body: bytes, *, more: bool = True) -> None:
        self.waits.clear()
        self._pieces.put_nowait({"type": "http.request", "body": body, "more_body": more})

    async def _receive(self) -> Any:
        if self._pieces.empty():
            self.waits.set()
        return await self._pieces.get()

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)


async def test_who_is_slow_without_a_key_takes_no_place_and_who_has_one_does(app: FastAPI, client: httpx.AsyncClient) -> None:
    slow = [Line(app, "/large", key=key) for key in ("", "salah") for _ in range(ROOM * 5)]
    for line in slow:
        line.say(b"x")
        await line.waits.wait()
    assert (await client.post("/large", content=b"xyz")).json() == 3
    known = [Line(app, "/large", key=KEY) for _ in range(ROOM)]
    for line in known:
        await line.waits.wait()
    assert_problem(await client.post("/large", content=b"xyz"), 503, "busy")
    for line in (*known, *slow):
        line.say(b"y", more=False)
        await line.task
    assert {line.status for line in known} == {200}
    assert (await client.post("/large", content=b"xyz")).json() == 3


async def test_what_is_kept_of_those_who_wait_is_limited_and_given_back(app: FastAPI, client: httpx.AsyncClient) -> None:
    lines, next_one = [Line(app, "/large") for _ in range(2)], Line(app, "/large")
    for line in lines:
        line.say(b"x" * (LIMIT_BYTES - 5))
        await line.waits.wait()
    next_one.say(b"y" * 20)
    await next_one.task
    assert next_one.status == 503
    assert (await client.post("/large", content=b"z" * LIMIT_BYTES)).json() == LIMIT_BYTES, "whoever comes whole is let in all the same"
    for line in lines:
        line.say(b"x", more=False)
        await line.task
        assert line.status == 200
    again = Line(app, "/large")
    again.say(b"y" * 20)
    await again.waits.wait()
    again.say(b"y", more=False)
    await again.task
    assert again.status == 200


async def test_a_body_that_will_be_too_large_is_refused_before_it_is_here(app: FastAPI) -> None:
    declared, streamed = Line(app, "/asked", declared=LIMIT_BYTES + 1), Line(app, "/asked")
    await declared.task
    assert declared.status == 413
    streamed.say(b"x" * (LIMIT_BYTES + 1))
    await streamed.task
    assert streamed.status == 413


async def test_who_goes_while_waiting_leaves_nothing_behind(app: FastAPI, client: httpx.AsyncClient) -> None:
    for _ in range(ROOM + 1):
        line = Line(app, "/large")
        line.say(b"x" * 100)
        line._pieces.put_nowait({"type": "http.disconnect"})
        await line.task
    assert (await client.post("/large", content=b"xyz")).json() == 3


async def test_a_routers_routes_are_the_apps_own_and_not_worked_out_a_second_time() -> None:
    app, router = make_app(Health()), APIRouter(prefix="/part")

    @router.get("/{name}")
    async def part(name: str) -> str:
        return name

    app.include_router(router)
    assert router.routes[0] in app.routes
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/part/one")).json() == "one"
        assert (await client.post("/part/one")).status_code == 405
