"""Little room on the database's disk: everything new is refused alike, with a time, and what came before goes on."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.intake.api.court import PATH as DECISIONS
from services.intake.api.files import PATH as FILES
from services.intake.api.requests import PATH as REQUESTS
from shared.storage import Least, StorageWatch
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import ADAPTER, JPEG, Rig
from tests.integration.intake.test_requests import body, file
from tests.support.harness import keyed


@pytest_asyncio.fixture
async def full(rig: Rig) -> AsyncIterator[Rig]:
    """A MongoDB of which more must be free than there is; it tells of its own disk."""
    watch = rig.wiring.host.storage
    least, watch.least = watch.least, Least(bytes=10**18)
    await watch.measure()
    yield rig
    watch.least = least


async def test_what_is_new_is_refused_with_a_code_and_nothing_of_it_is_kept(full: Rig) -> None:
    message = full.message("text", {"body": "halo"})
    answers = [
        await full.post({"entry": [{"changes": [{"field": "messages", "value": {"messages": [message]}}]}]}),
        await full.http.post(FILES, content=JPEG, headers=keyed(ADAPTER)),
        await full.http.post(REQUESTS, json={}, headers=keyed(ADAPTER, Idempotency_Key="k-1")),
        await full.http.post(DECISIONS, content=b"{}"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "storage_low", "600")
    assert await full.rows("webhook_log") == await full.rows("files.files") == []


async def test_registrars_read_a_sentence_and_pages_are_read_as_before(full: Rig) -> None:
    desk = Desk(full)
    registrar = desk.browser("village", areas=frozenset({"3519081001"}))
    refused = await registrar.post("/desk/desa/ajukan", data={"layanan": "kk_hilang"})
    assert refused.status_code == 503
    assert "Penyimpanan hampir penuh" in refused.text
    assert (await registrar.get("/desk/desa")).status_code == 200
    await desk.close()


async def test_readiness_shows_it_and_stays_ready_and_with_room_it_goes_on(full: Rig) -> None:
    watch: StorageWatch = full.wiring.host.storage
    check = await watch.check()
    assert (check.ok, check.reason) == (True, "storage_low:database")
    assert isinstance(check.value, float)
    watch.least = Least()
    await watch.measure()
    assert (await file(full, await body(full))).status_code == 201
