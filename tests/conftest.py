"""What every test may ask for. The servers behind it come from one provider: `tests.support.servers`."""

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from pymongo import MongoClient
from pymongo.database import Database
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local.broker import RabbitNode
from deploy.local.database import MongoNode
from deploy.local.programs import MissingServerError
from tests.support import compiled_once, late_routes, parsed_once, prepared_once, warm_child
from tests.support.containers import BrokerContainer
from tests.support.servers import Broker, Run
from tests.support.vhosts import Leaving, Vhost, make_vhost

FAILPOINTS = ("failCommand", "disableSnapshotting")
LAYERS = ("architecture", "unit", "contract", "villager", "integration", "e2e", "campaign", "chaos", "bench")
"""The fast ones first."""
LANES = {
    "the one system": ("tests/e2e/",),
    "systems that are stopped": ("tests/e2e/test_make_run.py", "tests/campaign/test_campaign.py", "tests/chaos/test_cases.py"),
}
"""What one worker does, one after the other: by name, paths, of which the longer wins.

A whole system is two dozen processes. Four at once on two cores are slower than one after the other, and one that nobody asks costs too.
"""
TESTS = Path(__file__).parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_numbers = itertools.count(1)


settings.register_profile("any machine", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("any machine")


def pytest_configure() -> None:
    gc.disable()  # what is imported stays
    Run.open()
    compiled_once.install()
    late_routes.install()
    parsed_once.install()
    prepared_once.install()
    *before, _ = structlog.get_config()["processors"]  # its own last one writes every local variable: five seconds for each exception
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


def pytest_unconfigure(config: pytest.Config) -> None:
    warm_child.end()
    if not hasattr(config, "workerinput"):  # the workers of a parallel run share what its owner closes
        Run.open().close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the random order inside a layer, and run the layers in their order."""
    items.sort(key=_layer)


def pytest_collection_finish() -> None:
    """Leave what was imported out of every search for garbage: it stays until the end, and half a test's time went into looking at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


class _Lanes(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Hands tests to workers one by one, but all of a lane to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return _lane(nodeid) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False  # the layers' order is ours
    return _Lanes(config, log)


def _lane(nodeid: str) -> str | None:
    found = [(len(path), lane) for lane, paths in LANES.items() for path in paths if nodeid.startswith(path)]
    return max(found)[1] if found else None


def _layer(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    return LAYERS.index(folder) if folder in LAYERS else len(LAYERS)


def unique_name() -> str:
    """A name no other test of any run has at the moment, good for a database and for a virtual host."""
    return f"t{os.getpid()}_{next(_numbers)}"


@pytest.fixture(scope="session")
def broker() -> Broker:
    """The shared RabbitMQ. Ask for `amqp_url` instead, unless the test needs its management API."""
    return Run.open().broker()


@pytest.fixture(scope="session")
def mongo_url() -> str:
    """Address of the shared MongoDB replica set. Use `database` for the name of a database in it."""
    return Run.open().database().url


@pytest.fixture(scope="session")
def _mongo(mongo_url: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        yield client


@pytest.fixture
def database(_mongo: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """Name of a database of the test's own. It and every database whose name begins with it are dropped afterwards."""
    name = unique_name()
    yield name
    for found in _mongo.list_database_names():
        if found == name or found.startswith(f"{name}_"):
            _mongo.drop_database(found)


@pytest.fixture(scope="session")
def _kept(_mongo: MongoClient[dict[str, Any]]) -> Iterator[dict[str, str]]:
    names: dict[str, str] = {}
    yield names
    for name in names.values():
        _mongo.drop_database(name)


def _filled(database: Database[dict[str, Any]], collections: list[str]) -> list[str]:
    """Those that have rows, by one question: a test writes to a few of forty."""
    looks = [{"$unionWith": {"coll": each, "pipeline": [{"$limit": 1}, {"$project": {"_id": {"$literal": each}}}]}} for each in collections]
    return [row["_id"] for row in database.aggregate([{"$documents": []}, *looks])]


def _empty(database: Database[dict[str, Any]]) -> None:
    database.command("profile", 0)
    if "system.profile" in (collections := database.list_collection_names(filter={"type": "collection"})):
        database.drop_collection("system.profile")  # a test looked at what its questions read
        collections.remove("system.profile")
    for collection in _filled(database, collections):
        database[collection].delete_many({})


@pytest.fixture
def keep_database(
    request: pytest.FixtureRequest, mongo_url: str, _mongo: MongoClient[dict[str, Any]], _kept: dict[str, str]
) -> Iterator[Callable[[str], str]]:
    """Give names of databases that the tests of a folder have one after the other: empty, with the indexes that the first one made.

    Asked for by what it is for, for each set of indexes has one of its own: forty indexes take a second. Databases whose name begins with
    that of one are dropped afterwards.
    """
    given: list[str] = []

    def keep(what: str) -> str:
        name = _kept.setdefault(f"{request.path.parent} {what}", unique_name())
        prepared_once.keep(mongo_url, name)
        _empty(_mongo[name])
        given.append(name)
        return name

    yield keep
    for found in _mongo.list_database_names():
        if found.startswith(tuple(f"{name}_" for name in given)):
            _mongo.drop_database(found)


@pytest.fixture
def kept_database(keep_database: Callable[[str], str]) -> str:
    """The one of a folder whose tests are of one service."""
    return keep_database("")


@pytest.fixture(scope="session")
def _leaving() -> Iterator[Leaving]:
    leaving = Leaving()
    yield leaving
    leaving.remove_all()


@pytest.fixture
def vhost(broker: Broker, _leaving: Leaving) -> Iterator[Vhost]:
    """A virtual host of the test's own, with the product's policies and no queues."""
    name = unique_name()
    made = make_vhost(name, broker.vhost_url(name), broker.api_url)
    yield made
    _leaving.add(made)


@pytest.fixture
def amqp_url(vhost: Vhost) -> str:
    """Address of a virtual host of the test's own."""
    return vhost.url


@dataclass(frozen=True)
class PrivateBroker:
    """A RabbitMQ that this test alone uses and may stop, kill and restart; `url` is a virtual host in it."""

    node: RabbitNode | BrokerContainer
    vhost: Vhost

    @property
    def url(self) -> str:
        return self.vhost.url


@pytest.fixture(scope="session")
def _private_node() -> Iterator[RabbitNode | BrokerContainer]:
    try:
        node = Run.open().private_broker(f"private-broker-{WORKER}")
    except MissingServerError as error:
        pytest.skip(str(error))
    yield node
    node.kill()


@pytest.fixture
def private_broker(_private_node: RabbitNode | BrokerContainer) -> PrivateBroker:
    """A RabbitMQ of this worker's own, running at the start of the test whatever the last one did to it.

    The virtual host stays until the node goes: one that was just restarted may not survive the removal (`tests.support.vhosts`).
    """
    _private_node.start()
    name = unique_name()
    return PrivateBroker(_private_node, make_vhost(name, _private_node.url(name), _private_node.api_url))


@pytest.fixture(scope="session")
def _private_mongo() -> Iterator[MongoNode]:
    node = Run.open().private_database(f"private-database-{WORKER}")
    yield node
    node.kill()


@pytest.fixture
def private_mongo(_private_mongo: MongoNode) -> Iterator[MongoNode]:
    """A mongod of this worker's own, which the test may stop, kill and inject faults into; running at the start of the test."""
    _private_mongo.start()
    yield _private_mongo
    _private_mongo.start()
    with MongoClient[dict[str, Any]](_private_mongo.url) as client:
        for failpoint in FAILPOINTS:
            client.admin.command("configureFailPoint", failpoint, mode="off")


@pytest.fixture
def mongo_test_commands(private_mongo: MongoNode) -> str:
    """Address of a MongoDB that takes ``configureFailPoint``; what the test switched on is off again afterwards."""
    return private_mongo.url
