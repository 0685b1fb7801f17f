from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests.conftest import unique_name
from tests.integration.intake.rig import Rig, settings


@pytest.fixture(scope="session")
def _prepared(mongo_url: str) -> Iterator[tuple[MongoClient[dict[str, Any]], str, list[bool]]]:
    """One database for all tests of this folder, prepared by the first: its forty indexes take a second."""
    with MongoClient[dict[str, Any]](mongo_url) as client:
        name = unique_name()
        yield client, name, []
        client.drop_database(name)


@pytest.fixture
async def rig(mongo_url: str, _prepared: tuple[MongoClient[dict[str, Any]], str, list[bool]]) -> AsyncIterator[Rig]:
    """Intake on an empty database, without a broker: what it publishes lies in the outbox."""
    made = Rig(settings(mongo_url, _prepared[1]))
    await empty(made, _prepared)
    yield made
    await made.close()


async def empty(made: Rig, prepared: tuple[MongoClient[dict[str, Any]], str, list[bool]]) -> None:
    """Prepare the database for the first test, and empty it for every one."""
    client, name, done = prepared
    if not done:
        await made.wiring.prepare()
        done.append(True)
    for collection in client[name].list_collection_names(filter={"type": "collection"}):
        client[name][collection].delete_many({})
