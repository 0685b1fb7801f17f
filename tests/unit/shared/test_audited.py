"""What a route forgot is written down by its name before its answer leaves, or the answer does not leave."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI

from shared.audit import AuditEntry, current_duty
from shared.clock import now
from shared.errors import AppError, NotFound
from shared.mongo import DatabaseUnavailable
from shared.reference.roles import permissions_of
from shared.web import Client, problems, require
from shared.web.audited import AuditedRequests
from shared.web.desk.session import SessionCheck, SessionKeys
from tests.support.harness import Clock
from tests.support.sessions import SessionIssuer


class Log:
    """The rows that were written; `error` is raised instead."""

    def __init__(self) -> None:
        self.rows: list[AuditEntry] = []
        self.error: AppError | None = None

    async def note(self, entry: AuditEntry) -> None:
        if self.error is not None:
            raise self.error
        self.rows.append(entry)

    @property
    def acts(self) -> list[tuple[str, str]]:
        return [(row.act, row.about) for row in self.rows]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def clock() -> Clock:
    return Clock(now())


@pytest.fixture
def app(log: Log, clock: Clock) -> FastAPI:
    made, issuer = FastAPI(), SessionIssuer()
    made.state.session_check = SessionCheck(SessionKeys(issuer.read), clock, secure=True)
    made.state.issuer = issuer
    problems.install(made)
    made.add_middleware(AuditedRequests, note=lambda: log.note, clock=clock)

    @made.get("/tasks/{task_id}")
    async def look(task_id: str, _client: Annotated[Client, require("tasks:read")], missing: bool = False) -> str:  # noqa: FBT001, FBT002 - of a query
        if missing:
            raise NotFound("tasks_not_found")
        return task_id

    @made.get("/tasks/{task_id}/langsung")
    async def listen(task_id: str, _client: Annotated[Client, require("tasks:read")]) -> str:
        return task_id

    @made.get("/noted/{task_id}")
    async def noted(task_id: str, _client: Annotated[Client, require("tasks:read")]) -> str:
        duty = current_duty()
        assert duty is not None
        duty.done = True
        return task_id

    @made.get("/overview")
    async def overview(_client: Annotated[Client, require("overview:read")]) -> str:
        return "numbers"

    @made.post("/tasks/{task_id}")
    async def act(task_id: str, _client: Annotated[Client, require("overview:read")]) -> str:
        return task_id

    return made


async def ask(app: FastAPI, clock: Clock, method: str, path: str, role: str = "section_head") -> httpx.Response:
    issuer: Any = app.state.issuer
    assert permissions_of([role])
    token = issuer.token(issuer.member(role, at=clock()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.request(method, path, headers={"authorization": f"Bearer {token}"})


async def test_a_look_at_a_citizen_leaves_a_row_by_its_route(app: FastAPI, log: Log, clock: Clock) -> None:
    assert (await ask(app, clock, "GET", "/tasks/t-1")).status_code == 200
    assert log.acts == [("GET /tasks/{task_id}", "task/t-1")]
    assert (log.rows[0].actor, log.rows[0].actor_name, log.rows[0].roles) == ("staff-1", "Rina Widyastuti", ("section_head",))


async def test_what_a_route_wrote_itself_is_not_written_twice(app: FastAPI, log: Log, clock: Clock) -> None:
    await ask(app, clock, "GET", "/noted/t-1")
    assert log.acts == []


async def test_the_same_look_again_is_one_in_a_minute_and_an_act_is_one_each_time(app: FastAPI, log: Log, clock: Clock) -> None:
    for path in ("/tasks/t-1", "/tasks/t-1", "/tasks/t-2"):
        await ask(app, clock, "GET", path)
    assert [about for _, about in log.acts] == ["task/t-1", "task/t-2"]
    clock.forward(seconds=60)
    await ask(app, clock, "GET", "/tasks/t-1")
    assert len(log.rows) == 3
    for _ in range(2):
        await ask(app, clock, "POST", "/tasks/t-1")
    assert [act for act, _ in log.acts[3:]] == ["POST /tasks/{task_id}"] * 2


async def test_another_page_filter_or_file_of_a_list_is_another_look_but_a_stream_is_one(app: FastAPI, log: Log, clock: Clock) -> None:
    for query in ("", "?desa=3519081001", "?desa=3519081001", "?setelah=x"):
        await ask(app, clock, "GET", f"/tasks/unduh{query}")
    assert log.acts == [("GET /tasks/{task_id}", "task/unduh")] * 3
    for since in ("1", "2"):
        await ask(app, clock, "GET", f"/tasks/t-1/langsung?sejak={since}")
    assert len(log.rows) == 4


async def test_what_shows_nobody_and_what_was_refused_leaves_none(app: FastAPI, log: Log, clock: Clock) -> None:
    await ask(app, clock, "GET", "/overview")
    assert (await ask(app, clock, "GET", "/tasks/t-1?missing=true")).status_code == 404
    assert (await ask(app, clock, "GET", "/tasks/t-1", "village")).status_code == 403
    assert log.acts == []


async def test_what_cannot_be_written_does_not_leave(app: FastAPI, log: Log, clock: Clock) -> None:
    log.error = DatabaseUnavailable("database_unavailable")
    answer = await ask(app, clock, "GET", "/tasks/secret")
    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert "secret" not in answer.text
    log.error = None
    assert (await ask(app, clock, "GET", "/tasks/secret")).status_code == 200


async def test_a_token_ends_by_our_clock(app: FastAPI, clock: Clock) -> None:
    issuer: Any = app.state.issuer
    old: datetime = clock() - timedelta(minutes=16)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        headers = {"authorization": f"Bearer {issuer.token(issuer.member('section_head', at=old))}"}
        answer = await client.get("/tasks/t-1", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
