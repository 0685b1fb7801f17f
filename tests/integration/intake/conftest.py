from collections.abc import AsyncIterator

import pytest

from tests.integration.intake.desk import Desk, LiveDesk, live_desk
from tests.integration.intake.rig import Rig, settings


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    """Intake on an empty database, without a broker: what it publishes lies in the outbox."""
    made = Rig(settings(mongo_url, kept_database))
    await made.wiring.prepare()
    yield made
    await made.close()


@pytest.fixture
async def desk(rig: Rig) -> AsyncIterator[Desk]:
    """The pages of that intake; `browser` opens one for somebody."""
    made = Desk(rig)
    yield made
    await made.close()


@pytest.fixture
async def live(desk: Desk) -> AsyncIterator[LiveDesk]:
    """The same on a port, with a browser."""
    async with live_desk(desk) as made:
        yield made
