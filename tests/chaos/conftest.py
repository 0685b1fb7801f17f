"""One stage for all cases: it is started once, and every case leaves it well."""

import gc
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.programs import MissingServerError, find_rabbitmq
from tests.chaos.scene import Scene
from tests.support.servers import Run

HERE = Path(__file__).parent
LAST = "test_the_judge_finds_every_promise_kept"
SEED = 20_261_124


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The verdict comes after all the cases, whatever their order is."""
    mine = [item for item in items if item.path.is_relative_to(HERE)]
    places = [index for index, item in enumerate(items) if item.path.is_relative_to(HERE)]
    for place, item in zip(places, sorted(mine, key=lambda item: item.name == LAST), strict=True):
        items[place] = item


@pytest.fixture(scope="module")
def _swept() -> Iterator[None]:
    """What a driver left of its connections to a server that was killed is swept up here, and blamed on no later test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(_swept: None) -> AsyncIterator[Scene]:
    """The running system under load, which every case may break."""
    try:
        find_rabbitmq()
    except MissingServerError as error:
        pytest.skip(str(error))
    folder = Run.open().folder / "chaos-stage"
    folder.mkdir(parents=True, exist_ok=True)
    async with Scene(folder, seed=SEED) as running:
        yield running
