from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.mongo import Mongo
from tests.integration.data.toy import Toy


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[Mongo]:
    door = Mongo.connect(mongo_url)
    yield door
    await door.close()


@pytest.fixture
async def toy(mongo: Mongo, kept_database: str) -> Toy:
    made = Toy(mongo, kept_database)
    await made.prepare()
    return made
