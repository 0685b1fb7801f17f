"""The whole system as processes: one per test run, on servers of its own, shared by all tests of this folder."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from deploy.local.broker import RabbitNode
from deploy.local.database import MongoNode
from deploy.local.parts import SERVICES, SIMULATORS, TRACES
from deploy.local.ports import free_ports
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.browser import chromium
from tests.support.containers import BrokerContainer
from tests.support.persons import Persons
from tests.support.stack_sessions import StackSessions

VHOST = "journeys"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the time to start the system: whichever comes first does."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def stack(
    _private_node: RabbitNode | BrokerContainer, _private_mongo: MongoNode, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The running system behind its front door. A test that stops a part starts it again."""
    _private_node.start()
    _private_mongo.start()
    names = [f"{name}_port" for name in (*SERVICES, *SIMULATORS, TRACES, "desk")]
    settings = LocalSettings(
        trace_sample=1,
        undo_seconds=0,  # decisions take effect at once: what is looked at comes after them
        local_state=tmp_path_factory.mktemp("stack"),
        amqp_url=_private_node.url(VHOST),
        rabbitmq_api_url=_private_node.api_url,
        mongo_url=_private_mongo.url,
        **dict(zip(names, free_ports(len(names)), strict=True)),  # type: ignore[arg-type]  # all of them are ports
    )
    running = Stack(settings, front_door=True)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def issuer(stack: Stack) -> Iterator[StackSessions]:
    """Gives sessions as verification does, so that every service believes them."""
    sessions = StackSessions.of(stack)
    yield sessions
    sessions.close()


@pytest.fixture(scope="session")
def persons(stack: Stack) -> Persons:
    """Hand out persons of the sample register for a kind of request: each to one test alone, for a second request would join the first.

    The last of each kind is docs/adapters.md's. Of `kk_hilang` nobody else asks for any; of the others tests/support/samples does, from
    the tenth on.
    """
    left = {kind: iter(people[:-1] if kind == "kk_hilang" else people[:10]) for kind, people in stack.people().items()}
    return lambda kind: next(left[kind])


@pytest.fixture
def places(stack: Stack) -> Places:
    """Where the journeys go."""
    return Places.of(stack.parts, stack.keys.clients["petugas-01"])


@pytest.fixture
def operator_environment(stack: Stack) -> dict[str, str]:
    """The environment of an operator's command, as a person gets it by `source .local/env`."""
    return dict(os.environ) | stack.operator_environment()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for a module, whose tests run in the module's loop (``pytest.mark.asyncio(loop_scope="module")``)."""
    async with chromium() as running:
        yield running
