from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.notifier.rig import IMPATIENT, Rig, make_rig


@pytest.fixture
def database(kept_database: str) -> str:
    """One for all tests of this folder, emptied for each."""
    return kept_database


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """A notifier at work, with a citizen who has just written."""
    async with make_rig(mongo_url, database) as made:
        yield made


@pytest.fixture
async def impatient(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """The same, but it does not wait long for an answer."""
    async with make_rig(mongo_url, database, **IMPATIENT) as made:
        yield made
