"""What the user of a staff console may not: everything but its queue and the routes about tasks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from aiormq.exceptions import ChannelAccessRefused
from fastapi import FastAPI
from pamqp.commands import Basic

from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from shared.messaging.broker.channel import CONNECTION_ERRORS, BrokerChannel, connect, endpoint
from shared.messaging.layout.model import console_queue, product
from shared.web.guarded import guarded_routes
from tests.architecture.test_routes import apps
from tests.support.consoles import console_command, console_url, shell

__all__ = ["apps"]
OWN = "console.rights1"
OTHER = "console.rights2"
PERMISSIONS = {"tasks:read", "tasks:decide"}
TO_SIGN_IN = (httpx.codes.SEE_OTHER, httpx.codes.FOUND)

Act = Callable[[BrokerChannel], Awaitable[Any]]


@pytest.fixture
async def queue(stack: Stack) -> AsyncIterator[str]:
    """The address of a console's user; another console is there beside it."""
    await shell(console_command(stack, "rights2"))
    yield console_url(await shell(console_command(stack, "rights1")))
    for name in ("rights1", "rights2"):
        await shell(console_command(stack, name, "--remove"))


async def refused(url: str, act: Act) -> bool:
    """Whether the broker refuses it; each act has a connection of its own, which a refusal ends."""
    session = await connect(endpoint(url), "test")
    try:
        await act(session)
    except ChannelAccessRefused:
        return True
    except CONNECTION_ERRORS as error:
        return "403" in str(error) or "ACCESS_REFUSED" in str(error)
    finally:
        await session.close()
    return False


async def test_the_user_reads_its_queue_and_no_other(queue: str) -> None:
    layout = product()
    others = [*layout.queues, OTHER]
    assert console_queue("main") in others
    assert not await refused(queue, lambda session: session.channel.basic_get(OWN))
    allowed = [name for name in others if not await refused(queue, lambda session, name=name: session.channel.basic_get(name))]  # type: ignore[misc]
    assert allowed == []
    consumed = [name for name in others if not await refused(queue, lambda session, name=name: session.channel.basic_consume(name, _take))]  # type: ignore[misc]
    assert consumed == []


async def _take(_message: Any) -> None:
    """Consume nothing."""


async def test_the_user_publishes_nowhere_and_changes_nothing(queue: str) -> None:
    exchanges = ["", *(exchange.name for exchange in product().exchanges), "amq.topic", "amq.direct"]
    acts: dict[str, Act] = {
        f"publish to {name!r}": lambda session, name=name: session.channel.basic_publish(  # type: ignore[misc]
            b"{}", exchange=name, routing_key=OWN, properties=Basic.Properties(user_id=OWN), timeout=10
        )
        for name in exchanges
    }
    acts |= {
        "declare a queue": lambda session: session.channel.queue_declare("mine"),
        "delete its queue": lambda session: session.channel.queue_delete(OWN),
        "bind its queue": lambda session: session.channel.queue_bind(OWN, "events", "#"),
        "unbind its queue": lambda session: session.channel.queue_unbind(OWN, "staff", "verification.task_opened.v1"),
        "declare an exchange": lambda session: session.channel.exchange_declare("mine"),
        "delete an exchange": lambda session: session.channel.exchange_delete("staff"),
    }
    assert [what for what, act in acts.items() if not await refused(queue, act)] == []


async def test_the_user_is_nobody_at_the_brokers_own_pages(stack: Stack, queue: str) -> None:
    parts = urlsplit(queue)
    api = httpx.URL(stack.operator_environment()["RABBITMQ_API_URL"]).copy_with(username=parts.username, password=parts.password)
    async with httpx.AsyncClient(base_url=api, timeout=30, trust_env=False) as broker:
        for path in ("/api/overview", "/api/queues", f"/api/queues/{quote('/', safe='')}/{OWN}", "/api/users", "/api/definitions"):
            assert (await broker.get(path)).status_code == httpx.codes.UNAUTHORIZED, path


async def test_the_key_opens_the_routes_about_tasks_and_no_other_of_the_four_services(stack: Stack, apps: dict[str, FastAPI]) -> None:
    headers = {"Authorization": f"Bearer {stack.keys.clients['konsol-01']}"}
    let_in, asked = [], 0
    for name in SERVICES:
        async with httpx.AsyncClient(base_url=stack.part(name).url, headers=headers, timeout=60, trust_env=False) as service:
            for route in guarded_routes(apps[name]):
                if route.demand is None or (
                    name == "verification" and route.demand.scheme == "api-key" and route.demand.scope in PERMISSIONS
                ):
                    continue
                asked += 1
                path = route.path.replace("{", "").replace("}", "")
                answer = await service.request(route.method, path, headers={"Accept": "application/json"})
                signing_in = answer.status_code in TO_SIGN_IN and "/desk/masuk" in answer.headers["location"]
                if answer.status_code not in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN) and not signing_in:
                    let_in.append(f"{name} {route.method} {route.path}: {answer.status_code}")
    assert let_in == []
    assert asked > 60
