from collections.abc import AsyncIterator

import pytest

from tests.integration.intake.rig import Rig, settings


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """Intake on a database of its own, without a broker: what it publishes lies in the outbox."""
    made = Rig(settings(mongo_url, database))
    await made.wiring.prepare()
    made.service.health.started = True
    yield made
    await made.close()
